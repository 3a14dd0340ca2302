"""What is done while the database is away: nothing new is allowed, and what happened is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from hooks.hook import Hook
from hooks.outcome import Answer
from hooks.policy import decide_without_database
from hooks.reasons import Reason
from hooks.spool import Spool

log = logging.getLogger("hooks")
REPORT_EVERY = 60.0  # seconds


class Outage:
    """Counts what happens meanwhile, so that the log gets a few lines, not one a batch."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._absent: set[str] = set()  # the lanes that have no database
        self._began_at = self._reported_at = 0.0
        self._refused = self._kept = 0

    def begin(self, lane: str, why: str) -> None:
        if not self._absent:
            self._began_at = self._reported_at = time.monotonic()
            self._refused = self._kept = 0
            log.error("the database is away: %s", why)
        self._absent.add(lane)

    def end(self, lane: str) -> None:
        self._absent.discard(lane)
        if not self._absent:
            log.warning("the database is back %s", self._summary())

    def answer(self, hooks: Sequence[Hook]) -> list[Answer]:
        """Nothing is allowed; what has happened already is on disk before it is answered."""
        reasons = [decide_without_database(hook.method) for hook in hooks]
        spooled = [
            hook for hook, reason in zip(hooks, reasons, strict=True) if reason is Reason.SPOOLED
        ]
        is_kept = self._spool.keep(spooled)

        self._kept += len(spooled) if is_kept else 0
        self._refused += len(hooks) - len(spooled)
        self._report()
        return [self._answer(reason, is_kept) for reason in reasons]

    def note_refused(self, ids: Sequence[str]) -> None:
        """Of sessions and calls whose hooks are refused while their commit may yet happen.

        They are ended when they turn up.
        """
        self._spool.keep_refused(ids)

    def _answer(self, reason: Reason, is_kept: bool) -> Answer:
        if reason is Reason.SPOOLED and is_kept:
            return Answer(reason, {})
        return Answer.refusal(Reason.DATABASE_AWAY)

    def _report(self) -> None:
        if self._absent and time.monotonic() - self._reported_at > REPORT_EVERY:
            self._reported_at = time.monotonic()
            log.error("the database is still away %s", self._summary())

    def _summary(self) -> str:
        seconds = time.monotonic() - self._began_at
        return f"after {seconds:.0f} s: {self._refused} hooks refused, {self._kept} events kept"
