"""What is done while the database is away: nothing new is allowed, and what happened is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from hooks.hook import Hook
from hooks.metrics import EVENTS_LOST, EVENTS_SPOOLED
from hooks.outcome import Answer
from hooks.policy import decide_without_database
from hooks.reasons import Reason
from hooks.spool import Spool, SpoolError

log = logging.getLogger("hooks")
REPORT_EVERY = 60.0  # seconds


class Outage:
    """Counts what happens meanwhile, so that the log gets a few lines, not one a batch."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._absent: set[str] = set()  # the lanes that have no database
        self._start_counting()

    def begin(self, lane: str, why: str) -> None:
        if not self._absent:
            self._start_counting()
            log.error("the database is away: %s", why)
        self._absent.add(lane)

    def end(self, lane: str) -> None:
        self._absent.discard(lane)
        if not self._absent:
            log.warning("the database is back %s", self._summary())
            self._start_counting()

    def answer(self, hooks: Sequence[Hook]) -> list[Answer]:
        """Nothing is allowed; what has happened already is on disk before it is answered."""
        reasons = [decide_without_database(hook.method) for hook in hooks]
        events = [
            hook for hook, reason in zip(hooks, reasons, strict=True) if reason is Reason.SPOOLED
        ]
        is_kept = self.keep(events)

        self._refused += len(hooks) - len(events)
        self._report()
        return [self._answer(reason, is_kept) for reason in reasons]

    def keep(self, events: Sequence[Hook]) -> bool:
        """Whether they are on disk; otherwise none of them is."""
        # What the spool holds already stays there if it is not kept anew.
        arrived = sum(not event.is_from_spool for event in events)
        try:
            self._spool.keep(events)
        except SpoolError as error:
            self._lost += len(events)
            EVENTS_LOST.inc(arrived)
            self._report_loss(str(error))
            return False
        self._kept += len(events)
        EVENTS_SPOOLED.inc(arrived)
        return True

    def note_refused(self, ids: Sequence[str]) -> None:
        """Of sessions and calls whose hooks are refused while their commit may yet happen.

        They are ended when they turn up.
        """
        try:
            self._spool.keep_refused(ids)
        except SpoolError as error:
            log.error("%d refused ids are not kept: %s", len(ids), error)

    def _start_counting(self) -> None:
        self._began_at = self._reported_at = time.monotonic()
        self._loss_reported_at: float | None = None
        self._refused = self._kept = self._lost = 0

    def _answer(self, reason: Reason, is_kept: bool) -> Answer:
        if reason is Reason.SPOOLED and is_kept:
            return Answer(reason, {})
        return Answer.refusal(Reason.DATABASE_AWAY)

    def _report(self) -> None:
        if self._absent and time.monotonic() - self._reported_at > REPORT_EVERY:
            self._reported_at = time.monotonic()
            log.error("the database is still away %s", self._summary())

    def _report_loss(self, why: str) -> None:
        """Also without an outage: a locked row spools its own events."""
        now = time.monotonic()
        if self._loss_reported_at is None or now - self._loss_reported_at > REPORT_EVERY:
            self._loss_reported_at = now
            log.error("%s: %d events lost so far", why, self._lost)

    def _summary(self) -> str:
        seconds = time.monotonic() - self._began_at
        counts = f"{self._refused} hooks refused, {self._kept} events kept"
        lost = f", {self._lost} events lost" if self._lost else ""
        return f"after {seconds:.0f} s: {counts}{lost}"
