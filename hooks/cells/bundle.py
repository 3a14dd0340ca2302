"""The file that a tenant moves in: sealed line by line, and worth nothing unless it is whole.

The first line names the move alone. Each further line is sealed to its number, so none can be left
out, repeated or exchanged; the last one holds the count and the digest of every table.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from hooks.cells.move_key import MoveKey
from tenants.secrets.encryption import SecretUnreadable

FORMAT = "clickhook-move-1"
LONGEST_LINE = 256 * 2**20  # characters; a batch of the largest rows has some megabytes


class BadBundleError(Exception):
    """The file is no whole bundle of this key; the message says what is wrong."""


class BundleWriter:
    """Writes beside the file and renames it when it is whole, so that half a bundle has no name."""

    def __init__(self, file: Path, key: MoveKey, move: str) -> None:
        self._file, self._key, self._move = file, key, move
        self._part = file.with_name(f"{file.name}.part")
        self._number, self._hash = 0, hashlib.sha256()

    def __enter__(self) -> BundleWriter:
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._opened: IO[bytes] = os.fdopen(descriptor, "wb")
        self._write_line(json.dumps({"format": FORMAT, "move": self._move}))
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        try:
            self._opened.close()  # on a full disk it fails once more
        finally:
            if kind is not None:
                self._part.unlink(missing_ok=True)

    def write(self, what: str, content: Any) -> None:
        self._number += 1
        place = _place(self._move, self._number)
        self._write_line(self._key.ring.seal(json.dumps([what, content]), place))

    def finish(self) -> str:
        """The digest of the file."""
        self._opened.flush()
        os.fsync(self._opened.fileno())
        self._part.rename(self._file)
        directory = os.open(self._file.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        return self._hash.hexdigest()

    def _write_line(self, text: str) -> None:
        line = f"{text}\n".encode()
        self._hash.update(line)
        self._opened.write(line)


class BundleReader:
    """Raises BadBundleError wherever it reads."""

    def __init__(self, file: Path, key: MoveKey) -> None:
        self._key = key
        try:
            self._opened = file.open("rb")
        except OSError as error:
            raise BadBundleError(f"{file} cannot be read: {error.strerror}.") from None
        self._hash = hashlib.sha256()
        self.move = _read_first(self._line())

    def parts(self) -> Iterator[tuple[str, Any]]:
        number = 0
        while line := self._line():
            number += 1
            try:
                text = self._key.ring.open(line, _place(self.move, number))
            except SecretUnreadable:
                message = f"Line {number + 1} of the bundle does not open with this key."
                raise BadBundleError(message) from None
            what, content = json.loads(text)
            yield what, content

    @property
    def digest(self) -> str:
        """Of the file as far as it was read."""
        return self._hash.hexdigest()

    def close(self) -> None:
        self._opened.close()

    def _line(self) -> str:
        line = self._opened.readline(LONGEST_LINE)
        self._hash.update(line)
        return line.decode("ascii", "replace").rstrip("\n")


def check_place(file: Path) -> None:
    """Raises OSError where no bundle can be written."""
    with tempfile.TemporaryFile(dir=file.parent):
        pass


def opens(file: Path, key: MoveKey) -> bool:
    """Raises BadBundleError where it is no bundle."""
    reader = BundleReader(file, key)
    try:
        next(reader.parts(), None)
    except BadBundleError:
        return False
    finally:
        reader.close()
    return True


def file_digest(file: Path) -> str:
    """Empty where there is none."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read_first(line: str) -> str:
    try:
        first = json.loads(line)
        if first["format"] != FORMAT:
            raise BadBundleError(f"The bundle is not of the form {FORMAT}.")
        return str(first["move"])
    except (ValueError, KeyError, TypeError):
        raise BadBundleError("This is no bundle of a move.") from None


def _place(move: str, number: int) -> str:
    return f"clickhook|move {move}|line {number}"
