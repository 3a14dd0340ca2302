"""One line at a terminal that overwrites itself, for whoever waits."""

from __future__ import annotations

from django.core.management.base import BaseCommand

BAR_WIDTH = 24  # characters
CLEAR = "\r\x1b[K"


class ProgressLine:
    """Shows nothing where standard error is not a terminal."""

    def __init__(self, command: BaseCommand) -> None:
        self._stream = command.stderr

    def show(self, doing: str, done: int = 0, total: int = 0, unit: str = "") -> None:
        """With a bar where the total is known."""
        share = min(done / total, 1) if total else 0
        bar = f" [{'#' * round(share * BAR_WIDTH):<{BAR_WIDTH}}] {share:4.0%}" if total else ""
        count = f" {done:,} {unit}" if done else ""
        self._write(f"{doing}{bar}{count}…")

    def show_rows(self, doing: str, done: int, total: int) -> None:
        self.show(doing, done, total, "rows")

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"{CLEAR}{text}", lambda message: message, "")
            self._stream.flush()
