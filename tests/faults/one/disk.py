"""The disk of the spool: a small one, in memory, which can really be full or read-only."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import time
from pathlib import Path

SIZE = "16m"
TRIES_FOR = 10.0  # seconds: while a file is being written, the disk stays writable


class Disk:
    def __init__(self, directory: Path) -> None:
        """Raises CalledProcessError where nothing may be mounted here."""
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True)
        _mount("-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(directory))

    def fill(self) -> None:
        with (self.directory / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty(self) -> None:
        (self.directory / "filler").unlink()

    def make_read_only(self) -> None:
        deadline = time.monotonic() + TRIES_FOR
        while not self._remount("ro"):
            if time.monotonic() > deadline:
                raise TimeoutError("the spool's disk does not become read-only")
            time.sleep(0.05)

    def make_writable(self) -> None:
        self._remount("rw")

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.directory)], check=False)

    def _remount(self, how: str) -> bool:
        with contextlib.suppress(subprocess.CalledProcessError):
            _mount("-o", f"remount,{how}", str(self.directory))
            return True
        return False


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
