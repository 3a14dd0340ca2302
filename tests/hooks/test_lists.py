"""Paging through what happened: newest first, each row once, however many there are."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from hooks.calls.admin.lists import huge_table, paging
from hooks.models import Call, Event, Session
from tests import cast as casting
from tests.manager import signed_in, url

NOW = timezone.now()


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def past(cast, monkeypatch):
    """Thirty sessions, calls and events of Acme and Globex in turn, ten of them at one moment."""
    monkeypatch.setattr(paging, "PAGE", 7)
    tenants = [cast.acme, cast.globex]
    sessions, calls, events = [], [], []
    for number in range(30):
        at = NOW - timedelta(minutes=min(number, 20))
        tenant = tenants[number % 2]
        decision = {"decision": "allowed", "reason": "allowed"}
        if number % 10 == 0:
            decision = {"decision": "refused", "reason": "callee_unknown"}

        session = Session(
            tenant=tenant, instance=cast.acme_1, wcs_session_id=str(number), opened_at=at
        )
        call = Call(
            tenant=tenant, session=session, wcs_call_id=str(number), asked_at=at, **decision
        )
        event = Event(
            received_at=at,
            instance=cast.acme_1,
            tenant=tenant,
            session=session,
            call=call,
            method="call",
            body={},
            **decision,
        )
        sessions.append(session)
        calls.append(call)
        events.append(event)

    for model, made in ((Session, sessions), (Call, calls), (Event, events)):
        model.objects.bulk_create(made)
    return cast


@pytest.fixture
def lists(manager):
    """The pages of a list, one after the other, as the link at their end leads."""

    def read(model, query="", who=manager):
        pages, address = [], f"{url(model)}?{query}"
        while address:
            answer = who.get(address)
            assert answer.status_code == 200
            pages.append(list(answer.context["cl"].result_list))
            html = unescape(answer.content.decode())
            older = re.search(r'<a href="(\?[^"]*)">(?:Older|Look further back)</a>', html)
            address = f"{url(model)}{older[1]}" if older else ""
            assert len(pages) < 50
        return pages

    return read


def rows(pages):
    return [row.pk for page in pages for row in page]


@pytest.mark.parametrize(
    ("model", "time"), [(Session, "opened_at"), (Call, "asked_at"), (Event, "received_at")]
)
def test_the_pages_hold_every_row_once_newest_first(past, lists, model, time):
    pages = lists(model)
    assert [len(page) for page in pages] == [7, 7, 7, 7, 2]
    assert rows(pages) == list(
        model.objects.order_by(f"-{time}", "-pk").values_list("pk", flat=True)
    )


@pytest.mark.proof
@pytest.mark.parametrize("model", [Session, Call, Event])
def test_the_rows_of_several_tenants_are_merged(past, lists, model):
    everything = rows(lists(model))
    assert (
        rows(lists(model, who=signed_in("manager", past.acme, past.globex, name="both")))
        == everything
    )
    globex = set(model.objects.filter(tenant=past.globex).values_list("pk", flat=True))
    of_globex = [pk for pk in everything if pk in globex]
    assert rows(lists(model, who=signed_in("manager", past.globex, name="one"))) == of_globex
    assert rows(lists(model, who=signed_in("auditor"))) == everything


def test_an_event_without_a_tenant_is_seen_by_whom_its_instance_belongs_to(past, lists):
    of = {
        "received_at": NOW,
        "method": "connect",
        "decision": "refused",
        "reason": "origin_unknown",
        "body": {},
    }
    visible = Event.objects.create(instance=past.globex_1, **of)
    Event.objects.create(instance=past.shared_1, **of)
    found = rows(lists(Event, who=signed_in("manager", past.globex)))
    assert found[0] == visible.pk
    assert len(found) == 15 + 1


def test_many_tenants_are_picked_out_of_everybodys(past, lists, monkeypatch):
    everything = rows(lists(Call))
    monkeypatch.setattr(paging, "PARTS", 1)
    assert rows(lists(Call, who=signed_in("manager", past.acme, past.globex))) == everything


def test_a_tenant_of_another_manager_is_empty(past, lists):
    assert len(rows(lists(Call, "tenant=acme"))) == 15
    manager = signed_in("manager", past.globex)
    assert rows(lists(Call, "tenant=acme", manager)) == []
    assert len(rows(lists(Call, "tenant=globex", manager))) == 15


def test_a_rare_row_is_looked_for_piece_by_piece(past, lists, manager, monkeypatch):
    monkeypatch.setattr(huge_table, "LOOKED_THROUGH", 4)
    rare = Call.objects.order_by("asked_at").first()
    Call.objects.filter(pk=rare.pk).update(ended_at=NOW, ended_by="busy")
    html = manager.get(f"{url(Call)}?outcome=busy").content.decode()
    assert "Looked back to" in html
    assert "Look further back" in html
    pages = lists(Call, "outcome=busy")
    assert rows(pages) == [rare.pk]
    assert len(pages) > 3
    assert rows(lists(Call, "outcome=living")) == [pk for pk in rows(lists(Call)) if pk != rare.pk]


def test_refusals_are_found_by_their_reason(past, lists, monkeypatch):
    monkeypatch.setattr(huge_table, "LOOKED_THROUGH", 1)
    for model in (Call, Event):
        (page,) = lists(model, "decision__exact=refused")
        assert len(page) == 3
        assert rows(lists(model, "reason=callee_unknown")) == rows([page])
        assert rows(lists(model, "reason=callee_no_default")) == []


def test_a_list_is_narrowed_to_a_time(past, lists, manager):
    def minutes_ago(minutes):
        return (NOW - timedelta(minutes=minutes, seconds=30)).isoformat().replace("+00:00", "Z")

    assert len(rows(lists(Call, f"since={minutes_ago(4)}"))) == 5
    assert len(rows(lists(Call, f"until={minutes_ago(4)}"))) == 25
    assert len(rows(lists(Event, f"since={minutes_ago(9)}&until={minutes_ago(4)}"))) == 5
    assert len(rows(lists(Session, "since=2001-02-03T04:05&until="))) == 30


@pytest.mark.parametrize(
    "typed",
    [
        *("yesterday", "2026-13-45T00:00", "2026-11-25T99:99", "%00"),
        "0001-01-01T00:00:00%2B23:59",
    ],
)
def test_it_says_that_a_text_is_not_a_time(past, manager, typed):
    answer = manager.get(f"{url(Call)}?since={typed}")
    assert answer.status_code == 200
    assert "is not a time. Write it like" in answer.content.decode()
    assert len(answer.context["cl"].result_list) == 7


@pytest.mark.parametrize(
    "place", ["0", "x", "1_x", "9" * 40, "-1", "%00", "1_%00", "1764032609123456_"]
)
def test_a_malformed_place_does_no_harm(past, manager, place):
    for model in (Call, Event):
        assert manager.get(f"{url(model)}?p={place}").status_code == 200


def test_the_older_rows_keep_the_filters_and_the_first_page_is_a_link_away(past, manager):
    html = unescape(
        manager.get(f"{url(Call)}?tenant=acme&decision__exact=allowed").content.decode()
    )
    older = re.search(r'<a href="(\?[^"]*)">Older</a>', html)[1]
    assert "tenant=acme" in older
    assert "decision__exact=allowed" in older
    html = unescape(manager.get(f"{url(Call)}{older}").content.decode())
    assert '<a href="?decision__exact=allowed&tenant=acme">Newest</a>' in html


def test_a_refusal_says_what_to_do(past, manager):
    html = unescape(manager.get(f"{url(Call)}?decision__exact=refused").content.decode())
    assert '<span class="remedy">Add a callee of that alias' in html
