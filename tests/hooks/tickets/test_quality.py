"""The report of a call's quality: whose it may be, what it may hold, and where it is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.calls.quality import describe_quality
from hooks.models import Call, CallQuality
from hooks.tickets.gateway_key import ticket_secret
from hooks.tickets.office import MOST_REPORTS
from hooks.tickets.quality import BadReport, read_report
from hooks.tickets.ticket import GATEWAY_KID, REPORTED_WITHIN, read_ticket
from tests.hooks.tickets.asking import ORIGIN, Page, addresses, connect
from tests.hooks.tickets.making import make_ticket
from tests.manager import signed_in

NUMBERS = {
    "samples": 12,
    "received": 2990,
    "lost": 10,
    "sent": 3000,
    "sent_lost": 30,
    "jitter": 4,
    "jitter_most": 21,
    "round_trip": 48,
    "round_trip_most": 310,
}
CALL = "6bcb4b50-9a1e-11ee-8f6e-2b6d0c8f8f10"  # as in tests/payloads/
REPORT = {"ticket": make_ticket(), "call": CALL, **NUMBERS}


def read(**changes):
    changed = {name: value for name, value in {**REPORT, **changes}.items() if value is not ...}
    return read_report(json.dumps(changed).encode())


@pytest.fixture
def gateway(behind_proxy):
    return behind_proxy


def test_a_report_is_read():
    assert read().numbers == NUMBERS
    assert read(received=None, jitter=None).numbers["received"] is None


@pytest.mark.parametrize(
    "changes",
    [
        *[{name: ...} for name in REPORT],
        {"more": 1},
        *[{"lost": value} for value in (-1, 100_000_001, 1.5, True, "1", [], {}, 2**63)],
        *[{"jitter": value} for value in (-1, 60_001, 1e999, False)],
        *[{"samples": value} for value in (0, None, 10_001, "")],
        *[{"call": value} for value in ("", "x" * 65, "a b", "a\0", 5, None, "\u0661")],
        *[{"ticket": value} for value in ("", "x", 5, None, "a.b.c", "x" * 3000)],
    ],
)
def test_what_is_no_report_is_refused(changes):
    with pytest.raises(BadReport):
        read(**changes)


@pytest.mark.proof
@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_anything_else_is_refused_too(body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(BadReport):
        read_report(raw)


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def given_by_gateway(tenant=7, at=NOW, **claims):
    made_at = int(at.timestamp())
    made = {"iat": made_at, "exp": made_at + 120, **claims}
    return make_ticket(ticket_secret(tenant), GATEWAY_KID, **made)


def is_vouched_for(ticket, now=NOW):
    return read(ticket=ticket).is_vouched_for(7, ORIGIN, now)


def test_the_ticket_of_a_call_vouches_for_its_report():
    hours = REPORTED_WITHIN / 3600
    assert is_vouched_for(given_by_gateway())
    assert is_vouched_for(given_by_gateway(at=NOW - timedelta(hours=hours)))
    assert not is_vouched_for(given_by_gateway(at=NOW - timedelta(hours=hours, seconds=1)))
    assert not is_vouched_for(given_by_gateway(at=NOW + timedelta(minutes=1)))
    assert not is_vouched_for(given_by_gateway(tenant=8))
    assert not is_vouched_for(given_by_gateway(origin="https://www.globex.example"))
    assert not is_vouched_for(make_ticket(ticket_secret(7), "tk-1", iat=int(NOW.timestamp())))
    for time in (1e300, -1e300, 0):
        assert not is_vouched_for(given_by_gateway(iat=time))


def test_what_ties_a_ticket_to_its_call_is_kept_as_long_as_it_may_report():
    ticket = read_ticket(given_by_gateway(), {GATEWAY_KID: ticket_secret(7)}, NOW)
    assert ticket.spent_until >= NOW.timestamp() + REPORTED_WITHIN


@pytest.fixture
def talked(acme, page, worker_lives):
    """A page that has called and talked; it knows its ticket."""
    page.given = page.ticket().json["ticket"]
    assert connect(acme, page.given, acme.session).status == 200
    assert acme.post("call", callee="sales").status == 200
    acme.post("CallStatusEvent", "call_established")
    page.path += "/quality"
    return page


def report(page, **changes):
    return page.ask("POST", {"ticket": page.given, "call": CALL, **NUMBERS, **changes})


def test_the_report_is_kept_once_and_shown_with_its_call(talked):
    answer = report(talked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert report(talked, lost=0).status == 204  # told twice: the first one stays

    call = Call.objects.get()
    kept = CallQuality.objects.values().get()
    assert (kept.pop("call_id"), kept.pop("tenant_id")) == (call.pk, call.tenant_id)
    assert kept.pop("reported_at") >= call.answered_at
    assert kept == NUMBERS
    shown = signed_in().get(f"/admin/hooks/call/{call.pk}/change/").content.decode()
    assert describe_quality(call.quality) in shown
    assert "As the visitor&#x27;s browser reported it" in shown


def test_nothing_else_of_the_call_changes(acme, talked):
    before = Call.objects.values().get()
    report(talked, lost=100_000_000)
    assert Call.objects.values().get() == before
    assert acme.post("CallStatusEvent", "call_finish").status == 200


def test_a_ticket_reports_its_own_call_alone(acme, talked, cast):
    other = Page(acme, cast.acme.public_key, next(addresses))
    other.given = other.ticket().json["ticket"]  # good, and of no call
    other.path += "/quality"
    assert report(other).status == 404
    assert report(talked, call="another").status == 404
    assert report(talked, ticket=make_ticket()).status == 403
    foreign = Page(acme, cast.globex.public_key, next(addresses))
    foreign.given, foreign.path = talked.given, foreign.path + "/quality"
    assert report(foreign).status == 404
    foreign.headers["Origin"] = "https://globex.example:8443"
    assert report(foreign).status in (403, 404)
    assert not CallQuality.objects.exists()


def test_a_call_that_nobody_answered_has_no_quality(acme, page, worker_lives):
    page.given = page.ticket().json["ticket"]
    connect(acme, page.given, acme.session)
    assert acme.post("call", callee="sales").status == 200
    page.path += "/quality"
    assert report(page).status == 404


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [("GET", None, 405), ("POST", b"{", 400), ("POST", b"x" * 5000, 413), ("OPTIONS", None, 204)],
)
def test_what_is_no_report_changes_nothing(talked, verb, body, status):
    assert talked.ask(verb, body).status == status
    assert not CallQuality.objects.exists()


def test_reports_have_a_pace_of_their_own(talked):
    statuses = [talked.ask("POST", b"{").status for _ in range(MOST_REPORTS)]
    assert set(statuses) == {400}
    assert report(talked).status == 429
    talked.path = talked.path.removesuffix("/quality")
    assert talked.ask().status == 200


def test_what_a_browser_does_not_tell_is_unknown():
    quality = CallQuality(samples=1, received=0, lost=0, sent=None, sent_lost=None, round_trip=5)
    assert describe_quality(quality) == (
        "lost on the way to the visitor: unknown; on the way from the visitor: unknown; "
        "jitter: unknown; round trip: unknown."
    )
