"""Status events lead to the same call and session in any order, and however often they come."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks import lifecycle
from hooks.lifecycle import CallProgress, SessionProgress
from hooks.reasons.neutral import NEUTRAL, Subject
from tests.hooks.pure.pieces import NOW, parsed

CALL_WORDS = [
    *("TRYING", "RING", "RING_MEDIA", "SESSION_PROGRESS", "ESTABLISHED", "HOLD", "NOVEL"),
    *("FINISH", "FINISHED", "BUSY", "FAILED"),
]
SESSION_WORDS = ["PENDING", "ESTABLISHED", "DISCONNECTED", "FAILED"]


def second(number: int) -> datetime:
    return NOW + timedelta(seconds=number)


def call_event(status: str, at: int = 0, **changes) -> CallProgress:
    return lifecycle.read_call_report(parsed("call_ring", status=status, **changes), second(at))


def session_event(status: str, at: int = 0) -> SessionProgress | None:
    return lifecycle.read_session_report(
        parsed("connection_established", status=status), second(at), was_kept=False
    )


@st.composite
def call_histories(draw) -> list[CallProgress]:
    words = draw(st.lists(st.sampled_from(CALL_WORDS), min_size=1, max_size=7))
    statuses = st.sampled_from([None, 100, 180, 200, 486])
    return [
        call_event(word, number, sipStatus=draw(statuses), info=f"info {number}")
        for number, word in enumerate(words)
    ]


@st.composite
def session_histories(draw) -> list[SessionProgress]:
    words = draw(st.lists(st.sampled_from(SESSION_WORDS), min_size=1, max_size=6))
    found = [session_event(word, number) for number, word in enumerate(words)]
    return [event for event in found if event] or [SessionProgress()]


@settings(deadline=None)
@given(call_histories(), st.data())
def test_events_of_a_call_merge_in_any_order(events, data):
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=5))
    shuffled = data.draw(st.permutations(repeated))

    assert reduce(CallProgress.merge, shuffled) == reduce(CallProgress.merge, events)


@settings(deadline=None)
@given(session_histories(), st.data())
def test_events_of_a_session_merge_in_any_order(events, data):
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=5))
    shuffled = data.draw(st.permutations(repeated))

    assert reduce(SessionProgress.merge, shuffled) == reduce(SessionProgress.merge, events)


@settings(deadline=None)
@given(call_histories())
def test_the_first_end_of_a_call_wins(events):
    merged = reduce(CallProgress.merge, events)
    ends = [event for event in events if event.ended_at]
    first = min(ends, key=lambda event: event.ended_at) if ends else None

    expected = (first.ended_at, first.ended_by, first.info) if first else (None, None, None)
    assert (merged.ended_at, merged.ended_by, merged.info) == expected
    assert merged.at == events[0].at
    for name in ("ringing_at", "answered_at"):
        times = [getattr(event, name) for event in events if getattr(event, name)]
        assert getattr(merged, name) == min(times, default=None)
    statuses = [event.sip_status for event in events if event.sip_status]
    assert merged.sip_status == max(statuses, default=None)


def test_an_event_before_the_later_of_two_ends_does_not_make_it_the_first():
    ring, finish, busy = call_event("RING", 1), call_event("FINISH", 3), call_event("BUSY", 5)

    assert busy.merge(ring).merge(finish) == finish.merge(ring).merge(busy)
    assert busy.merge(ring).merge(finish).ended_by == "finish"


@pytest.mark.parametrize("status", CALL_WORDS)
def test_a_status_says_this_of_a_call(status):
    ends = {"FINISH": "finish", "FINISHED": "finish", "BUSY": "busy", "FAILED": "failed"}
    rings = {"RING", "RING_MEDIA", "SESSION_PROGRESS"}
    ended = status in ends

    assert call_event(status, info="i" * 513, sipStatus=200) == CallProgress(
        at=NOW,
        ringing_at=NOW if status in rings else None,
        answered_at=NOW if status in {"ESTABLISHED", "HOLD"} else None,
        ended_at=NOW if ended else None,
        ended_by=ends.get(status),
        info="i" * 512 if ended else None,
        sip_status=200,
    )


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("PENDING", None),
        ("ESTABLISHED", SessionProgress(established_at=NOW)),
        ("DISCONNECTED", SessionProgress(ended_at=NOW, ended_by="disconnected")),
        ("FAILED", SessionProgress(ended_at=NOW, ended_by="failed")),
    ],
)
def test_a_status_says_this_of_a_session(status, progress):
    assert session_event(status) == progress


@pytest.mark.parametrize(
    "info",
    [
        *NEUTRAL[Subject.CALLS].values(),
        *("Forbidden", "Service Unavailable", "Not Found", "Bad Request"),
    ],
)
def test_the_failure_of_what_we_refused_ends_no_call(info):
    assert call_event("FAILED", info=info, sipStatus=None).ended_at is None
    assert call_event("FAILED", info=info, sipStatus=403).ended_by == "failed"
    assert call_event("FAILED", info=f"{info}.", sipStatus=None).ended_by == "failed"


@pytest.mark.parametrize(
    ("reported", "kept"),
    [(None, None), (99, None), (100, 100), (699, 699), (700, None), (-1, None), (10**30, None)],
)
def test_only_a_sip_status_is_kept(reported, kept):
    assert call_event("TRYING", sipStatus=reported).sip_status == kept
