"""A bound on the bytes of all request bodies that one process holds in memory and on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from clickhook.body_limit import LARGEST
from clickhook.door.slots import Busy

SMALL = 64 * 1024  # bytes; a form without a file
SMALL_AT_ONCE = 16 * 1024**2  # bytes
LARGE_AT_ONCE = 4 * LARGEST


class UploadBudget:
    """Small forms have a budget of their own, so that held uploads do not keep anybody out."""

    def __init__(self) -> None:
        self._small = self._large = 0

    @contextlib.contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Raises Busy."""
        small, large = (size, 0) if size <= SMALL else (0, size)
        if self._small + small > SMALL_AT_ONCE or self._large + large > LARGE_AT_ONCE:
            raise Busy
        self._small += small
        self._large += large
        try:
            yield
        finally:
            self._small -= small
            self._large -= large


def announced_size(headers: list[tuple[bytes, bytes]]) -> int:
    """What may come at most: a chunked body does not say its size."""
    named = dict(headers)
    if b"transfer-encoding" in named:
        return LARGEST
    return int(named.get(b"content-length", b"0"))
