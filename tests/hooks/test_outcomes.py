"""How a call ended: a missed call shows as such, and a failed one with the SIP server's answer."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.calls.admin.lists.cells import format_outcome
from hooks.calls.outcomes import MISSED, is_missed
from hooks.models import Call, Session
from tests import cast as casting
from tests.manager import signed_in, url

AT = timezone.now()


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def ended(cast):
    """A call of Acme that ended so."""
    session = Session.objects.create(
        tenant=cast.acme, instance=cast.acme_1, wcs_session_id="s-1", node_id="n", opened_at=AT
    )
    numbers = itertools.count()

    def create(ended_by, rang=True, answered=False, sip_status=None, **more):
        values = {"decision": "allowed", "ended_at": AT, "ended_by": ended_by} | more
        return Call.objects.create(
            tenant=cast.acme,
            session=session,
            wcs_call_id=str(next(numbers)),
            asked_at=AT - timedelta(minutes=1),
            ringing_at=AT if rang else None,
            answered_at=AT if answered else None,
            sip_status=sip_status,
            **values,
        )

    return create


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"ended_by": "finish"}, "no answer"),
        ({"ended_by": "session"}, "no answer"),
        ({"ended_by": "finish", "answered": True}, "hung up"),
        ({"ended_by": "finish", "rang": False}, "hung up"),
        ({"ended_by": "failed", "sip_status": 480}, "no answer"),
        ({"ended_by": "failed", "sip_status": 408}, "no answer"),
        ({"ended_by": "failed", "sip_status": 487}, "no answer"),
        (
            {"ended_by": "failed", "sip_status": 480, "rang": False},
            "failed: 480 temporarily unavailable at the SIP server",
        ),
        (
            {"ended_by": "failed", "sip_status": 503},
            "failed: 503 service unavailable at the SIP server",
        ),
        ({"ended_by": "failed", "sip_status": 599}, "failed: 599 at the SIP server"),
        ({"ended_by": "failed"}, "failed"),
        ({"ended_by": "busy", "sip_status": 486}, "busy"),
        ({"ended_by": "reaper"}, "nobody ended it"),
        ({"ended_by": "", "ended_at": None}, "not ended yet"),
    ],
)
def test_it_says_how_a_call_ended(ended, call, words):
    assert format_outcome(ended(**call)) == words


def test_the_list_finds_missed_calls_as_its_column_says(ended, cast):
    ways = itertools.product(Call.EndedBy.values, (True, False), (True, False), (None, 480, 503))
    calls = [ended(*way) for way in ways]
    assert {call for call in calls if is_missed(call)} == set(Call.objects.filter(MISSED))

    browser = signed_in()
    for query, expected in (
        ("no_answer", {call for call in calls if is_missed(call)}),
        *[
            (end, {call for call in calls if call.ended_by == end and not is_missed(call)})
            for end in Call.EndedBy.values
        ],
    ):
        answer = browser.get(f"{url(Call)}?outcome={query}")
        assert set(answer.context["cl"].result_list) == expected


def test_only_calls_are_missed(cast):
    page = signed_in().get(url(Session)).content.decode()
    assert "no answer" not in page
