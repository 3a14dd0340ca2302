"""Status events on disk while the database is away: WCS does not repeat a hook it got an answer for."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hooks.hook import Hook
from hooks.methods import find
from hooks.payloads import Malformed, Payload, parse
from hooks.redaction import redact

log = logging.getLogger("hooks")


class Spool:
    """One file for each process, redacted, synced before WCS gets its answer. The lock says the process lives."""

    def __init__(self, directory: Path, limit: int) -> None:
        """`limit` in bytes; beyond it nothing is kept, and WCS is told so."""
        self._directory, self._limit = directory, limit
        self._file: IO[bytes] | None = None

    def keep(self, hooks: Sequence[Hook]) -> bool:
        """Whether they are on disk."""
        if not hooks:
            return True
        lines = b"".join(_line(hook) for hook in hooks)
        try:
            file = self._file or self._open()
            if file.tell() + len(lines) > self._limit:
                log.error("the spool is full: %d events are lost", len(hooks))
                return False
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            log.error("the spool cannot be written: %s", error.strerror)
            return False
        return True

    def take(self) -> Iterator[tuple[Path, list[Hook]]]:
        """What this process kept, and what others left that are gone; the caller deletes a file when it is recorded."""
        if self._file is not None:
            self._file.close()
            self._file = None
        for path in sorted(self._directory.glob("*.jsonl")):
            taken = _claim(path)
            if taken is not None:
                yield taken, [_hook(line) for line in taken.read_bytes().splitlines() if _is_whole(line)]

    def _open(self) -> IO[bytes]:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{os.getpid()}-{uuid.uuid4().hex}.jsonl"
        self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")  # noqa: SIM115 - kept open
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file


def _claim(path: Path) -> Path | None:
    """Renamed, so that nobody else takes it; None while another process writes it or has just taken it."""
    taken = path.with_suffix(".taken.jsonl") if not path.name.endswith(".taken.jsonl") else path
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.rename(taken)
    except (BlockingIOError, FileNotFoundError):
        return None
    return taken


def _line(hook: Hook) -> bytes:
    body = redact(hook.payload) if isinstance(hook.payload, Payload) else {}
    kept = {"at": hook.received_at.isoformat(), "key": hook.key, "method": hook.method.name, "body": body}
    return json.dumps(kept).encode() + b"\n"


def _is_whole(line: bytes) -> bool:
    """The last line may have been cut by a crash; its hook was never answered."""
    return line.endswith(b"}")


def _hook(line: bytes) -> Hook:
    kept: dict[str, Any] = json.loads(line)
    body = json.dumps(kept["body"]).encode()
    try:
        payload: Payload | Malformed = parse(body)
    except Malformed as problem:
        payload = problem
    return Hook(
        key=kept["key"],
        method=find(kept["method"]),
        body=body,
        signature="",
        content_type="application/json",
        payload=payload,
        received_at=datetime.fromisoformat(kept["at"]),
        verified=True,
    )
