"""A clock for the gateway and the worker that can be stepped: libfaketime, from Debian.

What counts seconds from the start (CLOCK_MONOTONIC) goes on, as when a real clock is stepped.
"""

from __future__ import annotations

from pathlib import Path

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
STEPPED = Path(__file__).parent / "stepped"  # whose sitecustomize each of these programs imports


class Clock:
    def __init__(self, file: Path) -> None:
        self._file = file
        self.step(0)
        self.environment = {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(STEPPED),
        }

    @staticmethod
    def is_there() -> bool:
        return LIBRARY.exists()

    def step(self, seconds: int) -> None:
        """From the true time; every program sees it when it next looks."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}s\n")
        draft.chmod(0o644)
        draft.rename(self._file)
