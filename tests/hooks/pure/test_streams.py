"""Streams without a database: who may, how many, and what reports come to."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.methods import find
from hooks.policy import decide
from hooks.reasons import Reason
from hooks.reasons.neutral import NEUTRAL, Subject
from hooks.settling import settle
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import MOST_ENDED, StreamLedger, StreamLedgers, alias_scope
from hooks.streams.lifecycle import read_stream_report
from hooks.streams.methods import OPTIONS
from hooks.streams.weighing import weigh_stream
from tests.hooks.pure.pieces import (
    CALL_ID,
    NOW,
    call_facts,
    make_hook,
    parsed,
    stream_facts,
    streaming,
)

NAME = "acme-studio-4f1c"
PUBLISH, PLAY, ENDS = "publishStream", "playStream", "unPublishStream"
KNOWN = {
    "stream_id": CALL_ID,
    "stream_kind": "publish",
    "stream_decision": "allowed",
    "stream_alias": "studio",
    "stream_name": NAME,
    "stream_asked_at": NOW - timedelta(seconds=5),
}
ROWS = [
    ("allowed", PUBLISH, {}, {}),
    ("allowed", PLAY, {}, {}),
    ("allowed", "playHLS", {}, {}),
    ("stream_right", PUBLISH, {}, {"session_publish": ""}),
    ("stream_right", PLAY, {}, {"session_play": None}),
    ("stream_right", PLAY, {}, {"session_play": "lobby"}),
    ("stream_right", "playHLS", {}, {"session_play": ""}),
    *(
        ("stream_right", PLAY, {"name": name}, {})
        for name in (NAME, "studio/", "../studio", "ѕtudio", "STUDIO", "studio ", "rtsp://x/1")
    ),
    ("stream_unknown", PLAY, {}, {"streaming": None}),
    ("stream_unknown", PLAY, {}, {"streaming": json.dumps(streaming(alias_id=None))}),
    ("stream_kind", PLAY, {}, {"streaming": json.dumps(streaming(may_play=False))}),
    ("stream_kind", PUBLISH, {}, {"streaming": json.dumps(streaming(may_publish=False))}),
    *(
        ("stream_option", PUBLISH, {option: "x" if OPTIONS[option] is None else 1}, {})
        for option in OPTIONS
    ),
    ("stream_option", PLAY, {"record": "yes"}, {}),
    ("stream_option", PLAY, {"width": [640]}, {}),
    ("session_unknown", PLAY, {}, {"session_id": None}),
    ("stream_hls", "playHLS", {}, {"session_id": None}),
    ("session_ended", PLAY, {}, {"session_ended_at": NOW}),
    ("origin_revoked", PLAY, {}, {"domain_id": None}),
    ("tenant_not_served", PLAY, {}, {"tenant_served": False}),
    ("tenant_suspended", PLAY, {}, {"tenant_status": "suspended"}),
    ("switched_off", PLAY, {}, {"switched_off": "everything"}),
    ("visitor_blocked", PLAY, {}, {"visitor_blocked": True}),
    ("duplicate", PUBLISH, {}, KNOWN),
    ("stream_id_reused", PLAY, {}, KNOWN),
    ("stream_id_reused", PUBLISH, {}, KNOWN | {"stream_began_at": NOW}),
    ("stream_id_reused", PUBLISH, {}, KNOWN | {"stream_asked_at": NOW - timedelta(minutes=1)}),
    ("stream_id_reused", PUBLISH, {}, KNOWN | {"stream_name": "moved-since"}),
    ("stream_id_reused", PUBLISH, {}, KNOWN | {"session_publish": ""}),
    ("stream_ended", PUBLISH, {}, KNOWN | {"stream_ended_at": NOW}),
    ("allowed", PUBLISH, {}, KNOWN | {"stream_decision": "refused", "stream_ended_at": NOW}),
    ("allowed", ENDS, {}, KNOWN),
    ("allowed", ENDS, {}, KNOWN | {"switched_off": "everything"}),
    ("stream_not_ours", ENDS, {}, {}),
    ("stream_not_ours", ENDS, {}, KNOWN | {"stream_decision": "refused"}),
    ("session_unknown", ENDS, {}, {"session_id": None}),
]


@pytest.mark.parametrize(("reason", "method", "changes", "facts"), ROWS)
def test_the_facts_lead_to_a_reason(reason, method, changes, facts):
    payload = parsed(method, **changes)
    assert decide(find(method), payload, False, stream_facts(**facts), NOW) == reason


@pytest.mark.parametrize("right", [{"session_publish": "sales"}, {"session_play": "sales"}])
def test_a_connection_for_a_stream_calls_nobody(right):
    facts = call_facts(**right, callee_alias="sales")
    assert decide(find("call"), parsed("call"), False, facts, NOW) is Reason.TICKET_FOR_STREAM


@pytest.mark.parametrize(
    ("reason", "status", "facts"),
    [
        ("recorded", "PUBLISHING", KNOWN),
        ("stream_never_asked", "PUBLISHING", {}),
        ("recorded", "UNPUBLISHED", {}),
        ("refused_stream_went_on", "PLAYING", KNOWN | {"stream_decision": "refused"}),
        ("recorded", "FAILED", KNOWN | {"stream_decision": "refused"}),
        ("stream_went_elsewhere", "PUBLISHING", KNOWN | {"stream_name": "another"}),
        ("session_not_ours", "PUBLISHING", {"session_id": None}),
    ],
)
def test_what_wcs_reports_is_judged(reason, status, facts):
    payload = parsed("stream_publishing", status=status)
    assert decide(find("StreamStatusEvent"), payload, False, stream_facts(**facts), NOW) == reason


@pytest.mark.parametrize("method", [PUBLISH, PLAY, "playHLS"])
def test_the_answer_is_ours_field_by_field(method):
    hook = make_hook(method, custom={"mine": 1}, constraints={"video": True})
    body = settle(hook, stream_facts(), NOW).answer.body
    assert body == {
        **OPTIONS,
        "name": NAME,
        "published": method == PUBLISH,
        "custom": {},
        "constraints": None,
    }


def test_a_stream_is_recorded_with_the_time_by_which_it_ends():
    stream = settle(make_hook(PLAY), stream_facts(), NOW).record.stream_asked
    assert stream["ends_by"] == NOW + timedelta(seconds=60)
    assert (stream["kind"], stream["alias"], stream["name"]) == ("play", "studio", NAME)
    assert stream["scope"] == alias_scope(7)


def test_a_refused_stream_is_recorded_once():
    refused = settle(make_hook(PLAY), stream_facts(session_play=""), NOW)
    stream = refused.record.stream_asked
    assert (stream["decision"], stream["ended_by"], stream["name"]) == ("refused", "refused", "")
    known = KNOWN | {"stream_decision": "refused", "session_play": ""}
    assert settle(make_hook(PLAY), stream_facts(**known), NOW).record.stream_asked is None


def test_the_same_stream_twice_in_one_batch_is_decided_again():
    ledgers = StreamLedgers()
    facts = StreamFacts(**streaming())
    assert ledgers.open(1, facts).note_asked("s", "m")
    assert not ledgers.open(1, facts).note_asked("s", "m")
    assert ledgers.open(1, facts).note_asked("s", "n")


def weigh(ledger, kind="play", **changes):
    facts = StreamFacts(**streaming(**changes))
    ledger.note_read(facts)
    return weigh_stream(facts, kind, ledger)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 12))
def test_as_many_are_allowed_as_the_nearer_limit_says(of_alias, of_tenant, asked):
    ledger = StreamLedger(1, None)
    limits = {"players": of_alias, "tenant_players": of_tenant}
    verdicts = [weigh(ledger, **limits).reason for _ in range(asked)]
    assert verdicts.count(Reason.ALLOWED) == min(of_alias, of_tenant, asked)
    assert verdicts == sorted(verdicts, key=lambda reason: reason is not Reason.ALLOWED)


def test_players_and_publishers_are_counted_apart():
    ledger = StreamLedger(1, None)
    assert weigh(ledger, "publish").reason is Reason.ALLOWED
    assert weigh(ledger, "publish").reason is Reason.STREAM_PUBLISHERS
    assert weigh(ledger, "play").reason is Reason.ALLOWED


def test_what_has_ended_is_counted_no_more_and_once():
    scope = alias_scope(7)
    meters = {"streams": {"play": 2}, scope: {"play": 2}}
    ended = [{"id": "one", "kind": "play", "scope": scope}]
    ledger = StreamLedger(1, 4)
    verdicts = [weigh(ledger, meters=meters, ended=ended).reason for _ in range(2)]
    assert verdicts == [Reason.ALLOWED, Reason.STREAM_PLAYERS]
    assert {row["scope"]: row["state"] for row in ledger.as_rows()} == meters
    assert [row["id"] for row in ledger.settled_rows()] == ["one"]


def test_while_more_have_ended_than_were_read_it_is_decided_again():
    meters = {"streams": {"play": 99}}
    ended = [{"id": str(n), "kind": "publish", "scope": alias_scope(7)} for n in range(MOST_ENDED)]
    verdict = weigh(StreamLedger(1, 4), meters=meters, ended=ended)
    assert (verdict.reason, verdict.again) == (Reason.STREAM_PLAYERS, True)


@pytest.mark.parametrize("seen_at", [None, NOW.timestamp() - 30, NOW.timestamp() + 30])
def test_without_a_worker_nothing_begins(seen_at):
    assert weigh(StreamLedger(1, None), worker_seen_at=seen_at).reason is Reason.WORKER_AWAY


def test_reports_come_to_the_same_in_any_order():
    told = ["PUBLISHING", "UNPUBLISHED", "FAILED", "PAUSED"]
    reports = [
        read_stream_report(
            parsed("stream_publishing", status=status, info=status), NOW + timedelta(seconds=n)
        )
        for n, status in enumerate(told)
    ]
    merged = set()
    for one, *others in permutations(reports):
        for other in others:
            one = one.merge(other)
        merged.add(one)
    [only] = merged
    assert (only.began_at, only.ended_at) == (NOW, NOW + timedelta(seconds=1))
    assert (only.ended_by, only.info) == ("stopped", "UNPUBLISHED")


@pytest.mark.parametrize(
    "info", sorted({*NEUTRAL[Subject.CALLS].values(), *NEUTRAL[Subject.STREAMS].values()})
)
def test_a_report_of_our_refusal_ends_nothing(info):
    payload = parsed("stream_publishing", status="FAILED", info=info)
    assert read_stream_report(payload, NOW).ended_at is None
