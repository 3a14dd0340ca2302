"""From the bytes of a spreadsheet's file to lines of text: which encoding it is, and lines of bounded length."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from tenants.transfer.reading.objects import Unreadable

LONGEST_LINE = 64 * 1024
MOST_LINES_OF_ROW = 1000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = {
    b"PK\x03\x04": "a ZIP archive, such as an .xlsx or .ods workbook",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "an .xls workbook",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
    b"{\\rtf": "a Word document",
}


class Lines:
    """Line by line, as they are: a line end may stand in quotes."""

    def __init__(self, content: bytes) -> None:
        self._file = io.TextIOWrapper(
            io.BytesIO(content), encoding_of(content), errors="strict", newline=""
        )
        self.number = 0
        self._first_of_row = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            self.number += 1
            if len(line) > LONGEST_LINE:
                raise Unreadable(
                    f"Line {self.number} is longer than {LONGEST_LINE:,} characters: that is no table."
                )
            if "\0" in line:
                raise Unreadable(f"Line {self.number} holds a NUL: this is no text file.")
            if self.number - self._first_of_row > MOST_LINES_OF_ROW:
                raise Unreadable(
                    f"Line {self._first_of_row + 1}: a quote is opened there and not closed."
                )
            yield line

    def row_ends(self) -> None:
        self._first_of_row = self.number

    def _next(self) -> str:
        try:
            return self._file.readline(LONGEST_LINE + 1)
        except UnicodeError:
            raise Unreadable(
                f"Line {self.number + 1} or one soon after it is not in the encoding that the file begins in."
            ) from None


def encoding_of(content: bytes) -> str:
    """Raises Unreadable for what is no text. Without a mark: UTF-16 if it looks so, UTF-8 if it is that, or else cp1252."""
    for magic, name in _NOT_TEXT.items():
        if content.startswith(magic):
            raise Unreadable(f"This is {name}, not CSV: save the sheet itself as CSV.")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    # The header is plain ASCII: as UTF-16, every other byte of it is zero.
    if len(content) >= 4 and 0 in content[:4]:
        return _unmarked_utf_16(content)
    return "utf-8" if _is(content, "utf-8") else _western(content)


def _unmarked_utf_16(content: bytes) -> str:
    if content[1] == content[3] == 0 and content[0] and content[2]:
        return "utf-16-le"
    if content[0] == content[2] == 0 and content[1] and content[3]:
        return "utf-16-be"
    raise Unreadable("It begins with zeros: this is no text file.")


def _western(content: bytes) -> str:
    if _is(content, "cp1252"):
        return "cp1252"
    raise Unreadable("It is neither UTF-8, UTF-16 nor Windows-1252: save it as CSV UTF-8.")


def _is(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), LONGEST_LINE):
            decoder.decode(content[start : start + LONGEST_LINE])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
