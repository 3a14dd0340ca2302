"""A file of raw requests, each of which goes over a connection of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

BETWEEN = b"\n--- the next request, on a connection of its own ---\n"


def write(file: Path, requests: Iterable[bytes]) -> None:
    file.write_bytes(BETWEEN.join(requests))


def read(file: Path) -> list[bytes]:
    return file.read_bytes().split(BETWEEN)
