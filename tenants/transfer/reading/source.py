"""Where rows come from: a document with everything in it, or one table as a spreadsheet saves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenants.transfer.problems import Problems
from tenants.transfer.reading import csv_table, document, shape
from tenants.transfer.reading.objects import Unreadable
from tenants.transfer.rows import Row
from tenants.transfer.tables import Table

MAX_BYTES = 64 * 1024 * 1024
PIECE = 1024 * 1024
STDIN = "-"


@dataclass(frozen=True)
class Source:
    name: str
    content: bytes
    table: Table | None = None  # None: a document in JSON or YAML
    tenant: str = ""  # whose rows a table holds, where it has no column that says so

    def rows(self, problems: Problems) -> Iterator[Row]:
        """In the order of the file. Raises Unreadable, also half way."""
        if self.table:
            return csv_table.rows_of(self.content, self.table, self.tenant, problems)
        return shape.rows_of(document.parse(self.name, self.content), problems)

    @property
    def estimate(self) -> int:
        """How many rows to expect, for whoever waits. Of a document nobody knows before it is read."""
        return self.content.count(b"\n") if self.table else 0


def content_of(path: str) -> bytes:
    """Raises Unreadable."""
    try:
        if path == STDIN:
            content = _bounded(sys.stdin.buffer)
        else:
            with Path(path).open("rb") as file:
                content = _bounded(file)
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror or type(error).__name__}.") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
    return content


def _bounded(file: IO[bytes]) -> bytes:
    """At most one piece more than is allowed; asked for all at once, the memory for it would be taken at once too."""
    content = bytearray()
    while len(content) <= MAX_BYTES and (piece := file.read(PIECE)):
        content += piece
    return bytes(content)
