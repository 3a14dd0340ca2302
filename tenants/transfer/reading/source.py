"""Where rows come from: one table as a spreadsheet saves it, or a document with everything."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenants.transfer.problems import Problems, Unreadable
from tenants.transfer.reading.csv_table import csv_rows
from tenants.transfer.reading.document import document_rows
from tenants.transfer.rows import Row
from tenants.transfer.tables import Table

MAX_BYTES = 64 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
STDIN = "-"


@dataclass(frozen=True)
class Source:
    name: str
    content: bytes
    table: Table | None = None  # None: a document in JSON or YAML
    tenant: str = ""  # the slug for every row, where the table has no column for it
    ignored_columns: tuple[str, ...] = ()  # of the table, by their names

    def rows(self, problems: Problems) -> Iterator[Row]:
        """In the order of the file. Raises Unreadable, also half way."""
        if self.table:
            return csv_rows(self.content, self.table, self.tenant, problems, self.ignored_columns)
        return document_rows(self.name, self.content, problems)

    @property
    def estimate(self) -> int:
        """How many rows to expect; 0 for a document, which tells only when it is read."""
        return self.content.count(b"\n") if self.table else 0


def read_content(path: str) -> bytes:
    """Raises Unreadable."""
    try:
        if path == STDIN:
            content = _read_bounded(sys.stdin.buffer)
        else:
            with Path(path).open("rb") as file:
                content = _read_bounded(file)
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror or type(error).__name__}.") from None

    if len(content) > MAX_BYTES:
        raise Unreadable(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
    return content


def _read_bounded(file: IO[bytes]) -> bytes:
    """In pieces: one read of MAX_BYTES would take that much memory for a small file too."""
    content = bytearray()
    while len(content) <= MAX_BYTES and (piece := file.read(PIECE_BYTES)):
        content += piece
    return bytes(content)
