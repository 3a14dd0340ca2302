"""Keeps on disk what the database could not take: status events, and ids of what was refused.

WCS repeats no hook that was answered; and what was refused may turn up in the database later.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import tempfile
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson
from django.conf import settings

from hooks.hook import Hook
from hooks.methods import find
from hooks.payloads import parse
from hooks.redaction import redact
from hooks.row_id import new_row_id_text

log = logging.getLogger("hooks")
BATCH = 100  # lines recorded at once
PROBE_BYTES = 4096


_REFUSED = b'{"refused":'


class SpoolError(Exception):
    """What was to be kept is not on disk; the message says why."""


def open_spool() -> Spool:
    """Of this installation's gateways on this machine."""
    return Spool(settings.CLICKHOOK_DATA_DIR / "spool", settings.CLICKHOOK_SPOOL_LIMIT)


class Batch(NamedTuple):
    hooks: list[Hook]
    refused: list[str]  # ids of sessions and calls


class Spool:
    """One file for each process, redacted, synced before WCS gets its answer.

    Its lock tells other processes that this one lives.
    """

    def __init__(self, directory: Path, limit: int) -> None:
        """`limit` in bytes; beyond it nothing is kept."""
        self._directory, self._limit = directory, limit
        self._file: IO[bytes] | None = None
        self._unreadable: set[Path] = set()  # that the log has told of

    def keep(self, hooks: Sequence[Hook]) -> None:
        """Raises SpoolError; then none of them is kept."""
        self._write([_line(hook) for hook in hooks])

    def keep_refused(self, ids: Sequence[str]) -> None:
        """Ids of sessions and calls that were refused while their commit may yet happen.

        Raises SpoolError.
        """
        self._write([orjson.dumps({"refused": id_}) + b"\n" for id_ in ids])

    @property
    def directory(self) -> Path:
        return self._directory

    def probe(self) -> None:
        """Writes a file without a name. Raises SpoolError."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._directory) as file:
                file.write(b"x" * PROBE_BYTES)
                file.flush()
        except OSError as error:
            raise SpoolError(f"the spool cannot be written: {error.strerror}") from error

    def count_bytes(self) -> int:
        """Of all processes; what is gone meanwhile counts as nothing."""
        total = 0
        for path in self._directory.glob("*.jsonl"):
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def count_waiting(self, keys: Collection[str]) -> int:
        """Hooks at instances with these keys that no process has recorded yet."""
        return sum(
            1 for path in self._directory.glob("*.jsonl") for key in _keys(path) if key in keys
        )

    def _write(self, kept: Sequence[bytes]) -> None:
        if not kept:
            return
        lines = b"".join(kept)
        try:
            file = self._file or self._open()
            if file.tell() + len(lines) > self._limit:
                raise SpoolError("the spool is full")
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            self._file = None  # what is in it already is recorded like another process's
            raise SpoolError(f"the spool cannot be written: {error.strerror}") from error

    @contextlib.contextmanager
    def take(self) -> Iterator[Iterator[Batch]]:
        """Batches of what this process kept and what others left that are gone.

        A file is deleted when the caller asks for more after its last line. If the caller fails
        before, it stays as it is.
        """
        file, self._file = self._file, None
        if file is not None:
            file.close()
        with contextlib.ExitStack() as held:
            yield (
                batch
                for path in sorted(self._directory.glob("*.jsonl"))
                if (left := self._open_left(path))
                for batch in _batches(path, held.enter_context(left))
            )

    def _open_left(self, path: Path) -> IO[bytes] | None:
        """None for what is recorded already, and for what must not hold up the other files."""
        try:
            return path.open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            if path not in self._unreadable:
                self._unreadable.add(path)
                log.error("%s cannot be read, so its events wait: %s", path, error.strerror)
            return None

    def _open(self) -> IO[bytes]:
        """Until the file is locked it has a name that `take` does not look for."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{os.getpid()}-{uuid.uuid4().hex}"
        file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")  # noqa: SIM115 - kept open
        fcntl.flock(file, fcntl.LOCK_EX)
        path.rename(path.with_suffix(".jsonl"))
        self._file = file
        return file


def _batches(path: Path, file: IO[bytes]) -> Iterator[Batch]:
    """Gives nothing while another process writes or records the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if os.fstat(file.fileno()).st_nlink == 0:
        return  # recorded by another process between opening and locking
    while lines := list(islice(file, BATCH)):
        refused = [id_ for line in lines if (id_ := _refused_id(line))]
        events = [line for line in lines if not line.startswith(_REFUSED)]
        yield Batch([hook for line in events if (hook := _hook(line))], refused)
    path.unlink()


def _keys(path: Path) -> Iterator[str]:
    """Of a file that others may write to, or delete once it is recorded."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            with contextlib.suppress(ValueError, KeyError):
                yield str(orjson.loads(line)["key"])


def _line(hook: Hook) -> bytes:
    kept = {
        "id": hook.id,
        "at": hook.received_at,
        "key": hook.key,
        "method": hook.method.name,
        "body": redact(hook.payload),
    }
    return orjson.dumps(kept) + b"\n"


def _refused_id(line: bytes) -> str | None:
    """None for other lines, and for what a crash cut off."""
    if not line.startswith(_REFUSED):
        return None
    try:
        return str(uuid.UUID(orjson.loads(line)["refused"]))
    except (ValueError, AttributeError):
        return None


def _hook(line: bytes) -> Hook | None:
    """None for what a crash cut off: its hook was never answered."""
    try:
        kept: dict[str, Any] = orjson.loads(line)
        return Hook(
            # Files that an earlier version left name no id; a cut in recording may double those.
            id=kept.get("id") or new_row_id_text(),
            key=kept["key"],
            method=find(kept["method"]),
            payload=parse(orjson.dumps(kept["body"])),
            received_at=datetime.fromisoformat(kept["at"]),
        )
    except (ValueError, KeyError):
        log.warning("skipped an unfinished line of the spool")
        return None
