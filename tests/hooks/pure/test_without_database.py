"""An outage leaves one line at its start and one at its end, with counts."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from hooks import without_database
from hooks.metrics import EVENTS_LOST, EVENTS_SPOOLED
from hooks.reasons import Reason
from hooks.spool import SpoolError
from hooks.without_database import REPORT_EVERY, Outage
from tests.hooks.pure.pieces import make_hook

EVENT, CALL, HANGUP = (
    make_hook("CallStatusEvent", "call_ring"),
    make_hook("call"),
    make_hook("hangup"),
)


class FullOrNot:
    """A spool that refuses events while it is full."""

    def __init__(self) -> None:
        self.kept, self.is_full = [], False

    def keep(self, hooks) -> None:
        if hooks and self.is_full:
            raise SpoolError("the spool is full")
        self.kept.extend(hooks)


@pytest.fixture
def spool() -> FullOrNot:
    return FullOrNot()


@pytest.fixture
def lines(monkeypatch) -> list[str]:
    """What is logged, with its level."""
    written = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(f"{record.levelname} {record.getMessage()}")

    handler = Keeping()
    without_database.log.addHandler(handler)
    yield written
    without_database.log.removeHandler(handler)


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(without_database.time, "monotonic", lambda: now[0])
    return now


def test_what_happened_is_kept_and_the_rest_refused(spool):
    answers = Outage(spool).answer([EVENT, CALL, HANGUP])

    spooled, away = Reason.SPOOLED, Reason.DATABASE_AWAY
    assert [answer.reason for answer in answers] == [spooled, away, spooled]
    assert [answer.body for answer in answers[::2]] == [{}, {}]
    assert answers[1].body == {"status": 503, "reason": "Calls are not available now"}
    assert spool.kept == [EVENT, HANGUP]


def test_what_is_not_kept_is_refused(spool):
    spool.is_full = True
    answers = Outage(spool).answer([EVENT, CALL])

    assert [answer.reason for answer in answers] == [Reason.DATABASE_AWAY] * 2


def test_an_outage_of_all_lanes_has_two_lines(spool, lines, clock):
    outage = Outage(spool)
    outage.begin("calls", "no connection")
    outage.begin("events", "no answer in time")
    for _ in range(3):
        outage.answer([EVENT, CALL, CALL])
    clock[0] += 7
    outage.end("calls")
    outage.answer([EVENT, CALL])
    outage.end("events")

    assert lines == [
        "ERROR the database is away: no connection",
        "WARNING the database is back after 7 s: 7 hooks refused, 4 events kept",
    ]


def test_events_that_the_spool_refuses_are_counted_in_a_line_a_minute(spool, lines, clock):
    outage = Outage(spool)
    outage.begin("events", "no connection")
    spool.is_full = True
    for seconds in (1, 1, REPORT_EVERY, 1):
        clock[0] += seconds
        outage.answer([EVENT, HANGUP, CALL])
    outage.end("events")

    assert lines[1:] == [
        "ERROR the spool is full: 2 events lost so far",
        "ERROR the spool is full: 6 events lost so far",
        "ERROR the database is still away after 62 s: 3 hooks refused, 0 events kept, "
        "6 events lost",
        "WARNING the database is back after 63 s: 4 hooks refused, 0 events kept, 8 events lost",
    ]


def test_a_spool_that_is_full_again_has_a_line_in_each_outage(spool, lines, clock):
    outage = Outage(spool)
    spool.is_full = True
    for _ in range(2):
        outage.begin("events", "no connection")
        outage.answer([EVENT])
        outage.end("events")

    assert lines.count("ERROR the spool is full: 1 events lost so far") == 2


def test_the_next_outage_counts_anew(spool, lines, clock):
    outage = Outage(spool)
    for _ in range(2):
        outage.begin("calls", "no connection")
        outage.answer([CALL])
        outage.end("calls")

    assert (
        lines[1]
        == lines[3]
        == "WARNING the database is back after 0 s: 1 hooks refused, 0 events kept"
    )


def test_a_long_outage_is_reported_once_in_a_while(spool, lines, clock):
    outage = Outage(spool)
    outage.begin("calls", "no connection")
    for seconds in (REPORT_EVERY, 1, 1, REPORT_EVERY):
        clock[0] += seconds
        outage.answer([CALL])

    assert lines[1:] == [
        "ERROR the database is still away after 61 s: 2 hooks refused, 0 events kept",
        "ERROR the database is still away after 122 s: 4 hooks refused, 0 events kept",
    ]


def test_an_event_that_is_kept_again_is_counted_once(spool):
    """While the database stays away, what is on disk is tried, and kept anew."""
    from_disk = dataclasses.replace(EVENT, proof=None)
    outage, counters = Outage(spool), (EVENTS_SPOOLED, EVENTS_LOST)
    before = [counter._value.get() for counter in counters]
    outage.answer([EVENT])
    outage.answer([from_disk])
    spool.is_full = True
    outage.answer([EVENT, from_disk])

    assert [counter._value.get() for counter in counters] == [before[0] + 1, before[1] + 1]
