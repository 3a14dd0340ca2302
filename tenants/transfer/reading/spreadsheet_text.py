"""From the bytes of a spreadsheet's file to lines of text: the encoding, and bounded lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from tenants.transfer.problems import Unreadable

LONGEST_LINE = 64 * 1024  # characters
MOST_LINES_OF_ROW = 1000
_BYTE_ORDER_MARKS = (
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


class TextLines:
    """Line by line with their line ends, which may stand in quotes."""

    def __init__(self, content: bytes) -> None:
        encoding = detect_encoding(content)
        self._file = io.TextIOWrapper(
            io.BytesIO(content), encoding=encoding, errors="strict", newline=""
        )
        self.number = 0
        self._row_end = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._read_line():
            self.number += 1
            self._check(line)
            yield line

    def end_row(self) -> None:
        self._row_end = self.number

    def _check(self, line: str) -> None:
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"Line {self.number} is longer than {LONGEST_LINE:,} characters: "
                "this is not a table."
            )
        if "\0" in line:
            raise Unreadable(f"Line {self.number} holds a NUL: this is not a text file.")
        if self.number - self._row_end > MOST_LINES_OF_ROW:
            raise Unreadable(f"Line {self._row_end + 1}: a quote is opened there and not closed.")

    def _read_line(self) -> str:
        try:
            return self._file.readline(LONGEST_LINE + 1)
        except UnicodeError:
            raise Unreadable(
                f"Line {self.number + 1} or one soon after it is not in the encoding "
                "that the file begins in."
            ) from None


def detect_encoding(content: bytes) -> str:
    """By its byte order mark; otherwise UTF-16 if it looks so, UTF-8 if it is that, or cp1252.

    Raises Unreadable for what is not text.
    """
    for magic, name in _NOT_TEXT.items():
        if content.startswith(magic):
            raise Unreadable(f"This is {name}, not CSV: save the sheet itself as CSV.")

    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding

    # The header is plain ASCII: as UTF-16, every other byte of it is zero.
    if len(content) >= 4 and 0 in content[:4]:
        return _unmarked_utf_16(content)
    return "utf-8" if _decodes(content, "utf-8") else _western(content)


def _unmarked_utf_16(content: bytes) -> str:
    if content[1] == content[3] == 0 and content[0] and content[2]:
        return "utf-16-le"
    if content[0] == content[2] == 0 and content[1] and content[3]:
        return "utf-16-be"
    raise Unreadable("It begins with zeros: this is not a text file.")


def _western(content: bytes) -> str:
    if _decodes(content, "cp1252"):
        return "cp1252"
    raise Unreadable("It is neither UTF-8, UTF-16 nor Windows-1252: save it as CSV UTF-8.")


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), LONGEST_LINE):
            decoder.decode(content[start : start + LONGEST_LINE])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
