"""The admin of hooks: to look at what happened, whatever is left of it, and to change nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hooks.calls.admin.lists import huge_table
from hooks.calls.admin.lists.cells import GONE
from hooks.models import Call, Event, Session
from hooks.reasons import Reason
from tests import cast as casting
from tests.manager import assert_tells_nothing, change, url

NOW = timezone.now()


@pytest.fixture
def cast(db):
    return casting.assemble()


def session(cast, name="session-1", **more):
    rest = {
        "node_id": "n",
        "app_key": "defaultApp",
        "origin": "https://www.acme.example",
        "sip_login": "10001",
    }
    of = {
        "tenant": cast.acme,
        "instance": cast.acme_1,
        "domain": cast.acme.domains.first(),
        "sip_account": cast.acme_account,
    }
    return Session.objects.create(wcs_session_id=name, opened_at=NOW, **{**rest, **of, **more})


def call(of, name="call-1", **more):
    rest = {
        "alias": "",
        "target": "+4930123456",
        "caller": "10001",
        "decision": "allowed",
        "reason": "allowed",
    }
    return Call.objects.create(
        tenant=of.tenant, session=of, wcs_call_id=name, asked_at=NOW, **{**rest, **more}
    )


def event(cast, **more):
    rest = {
        "method": "call",
        "decision": "allowed",
        "reason": "allowed",
        "body": {"callId": "call-1"},
    }
    return Event.objects.create(
        received_at=NOW, **{"tenant": cast.acme, "instance": cast.acme_1, **rest, **more}
    )


@pytest.fixture
def day(cast):
    """One session with an answered call and a refused call, and the events of both."""
    of = session(cast, ended_at=NOW, ended_by="disconnected")
    ended = {
        "answered_at": NOW,
        "ended_at": NOW + timedelta(seconds=185),
        "ended_by": "finish",
        "sip_status": 200,
    }
    answered = call(of, **ended)
    refused = call(
        of,
        "call-2",
        alias="boss",
        decision="refused",
        reason="callee_unknown",
        ended_by="refused",
        ended_at=NOW,
    )
    for one in (answered, refused):
        event(
            cast,
            session=of,
            call=one,
            decision=one.decision,
            reason=one.reason,
            detail="<b>bold</b>",
        )
    return of, answered, refused


def page(manager, *where):
    answer = manager.get(*where, follow=True)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert_tells_nothing(html)
    return html


def found(manager, model, query):
    return list(manager.get(f"{url(model)}?{query}").context["cl"].result_list)


@pytest.mark.parametrize("model", [Session, Call, Event])
def test_it_shows_every_page_and_changes_nothing(manager, day, model):
    one = model.objects.first()
    assert Reason.CALLEE_UNKNOWN.sentence in page(manager, url(Event))
    html = (
        page(manager, url(model))
        + page(manager, change(one))
        + page(manager, url(one, "history", one.pk))
    )
    assert 'name="_save"' not in html
    assert f'href="{url(model, "add")}"' not in html
    assert "deletelink" not in html
    before = model.objects.values().get(pk=one.pk)
    for forbidden in (url(model, "add"), url(one, "delete", one.pk), change(one)):
        assert manager.post(forbidden, {"post": "yes"}).status_code == 403
    manager.post(
        url(model), {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"}
    )
    assert model.objects.values().get(pk=one.pk) == before


def test_a_calls_page_tells_the_whole_call(manager, day):
    _, answered, refused = day
    html = page(manager, change(answered))
    assert "3 min 05 s" in html
    assert "hung up" in html
    assert "(default)" in html
    event_of_it = change(answered.events.get())
    assert event_of_it in html
    assert change(refused.events.get()) not in html

    html = page(manager, change(refused))
    assert '<strong class="alarm">refused</strong>' in html
    assert Reason.CALLEE_UNKNOWN.sentence in html
    assert "&lt;b&gt;bold" in html


def test_a_sessions_page_has_its_calls_and_some_of_its_events(manager, cast, day, monkeypatch):
    of, answered, refused = day
    other = event(cast, session=session(cast, "session-2"))
    html = page(manager, change(of))
    assert change(answered) in html
    assert change(refused) in html
    assert change(answered.events.get()) in html
    assert change(other) not in html
    assert "There are more" not in html

    Event.objects.bulk_create(
        Event(
            **Event.objects.filter(pk=other.pk).values().get() | {"id": None, "session_id": of.pk}
        )
        for _ in range(60)
    )
    html = page(manager, change(of))
    assert (
        html.count("/hooks/event/") == 50 + 1 + 1
    )  # the rows, the link to all of them, and the side bar
    assert f"{url(Event)}?session__id__exact={of.pk}" in html
    assert len(found(manager, Event, f"session__id__exact={of.pk}")) == 50


def test_it_survives_rows_that_are_gone(manager, cast):
    gone = {
        "tenant_id": 9_001,
        "instance_id": uuid.uuid4(),
        "domain_id": 9_002,
        "sip_account_id": uuid.uuid4(),
    }
    of = session(cast)
    one = event(cast, session=of)
    Session.objects.filter(pk=of.pk).update(**gone)
    missing = {
        "tenant_id": 9_001,
        "instance_id": uuid.uuid4(),
        "session_id": uuid.uuid4(),
        "call_id": uuid.uuid4(),
    }
    Event.objects.filter(pk=one.pk).update(**missing)
    for row in (of, one):
        assert len(found(manager, type(row), "")) == 1
        assert GONE in page(manager, url(row))
        html = page(manager, change(row))
        assert html.count(GONE) == 4
        page(manager, url(row, "history", row.pk))

    Event.objects.filter(pk=one.pk).update(
        tenant_id=None, session_id=None, call_id=None, reason="of_a_later_version"
    )
    assert "of_a_later_version" in page(manager, url(Event)) + page(manager, change(one))


def test_a_list_is_narrowed_by_what_is_asked_for(manager, cast, day):
    of, answered, refused = day
    theirs = session(cast, "session-2", tenant=cast.globex, instance=cast.globex_1)
    assert found(manager, Session, "tenant=globex") == [theirs]
    assert found(manager, Session, "tenant=nobody") == []
    assert found(manager, Session, "tenant=%00") == []
    assert found(manager, Call, "outcome=nothing&reason=%00") == found(manager, Call, "")
    assert found(manager, Session, "outcome=disconnected") == [of]
    assert found(manager, Session, "outcome=living") == [theirs]
    assert found(manager, Call, "decision__exact=refused&tenant=acme") == [refused]
    assert found(manager, Call, "reason=callee_unknown") == [refused]
    assert found(manager, Call, "outcome=finish") == [answered]
    assert len(found(manager, Event, "tenant=acme&reason=allowed&decision__exact=allowed")) == 1
    tomorrow = (NOW + timedelta(days=1)).isoformat().replace("+", "%2B")
    assert found(manager, Session, f"since={tomorrow}") == []
    html = page(manager, f"{url(Call)}?tenant=acme&decision__exact=refused")
    assert '<input type="hidden" name="decision__exact" value="refused">' in html


def test_it_searches_for_whole_ids(manager, cast, day):
    of, answered, refused = day
    session(cast, "session-11")
    assert found(manager, Session, "q=session-1") == [of]
    assert found(manager, Session, "q=+session-1+") == [of]
    assert found(manager, Session, "q=session") == []
    assert found(manager, Call, "q=call-2") == [refused]
    assert {one.pk for one in found(manager, Call, "q=session-1")} == {answered.pk, refused.pk}
    assert found(manager, Event, "q=call-2") == [refused.events.get()]
    assert len(found(manager, Event, "q=session-1")) == 2


@pytest.mark.parametrize("model", [Session, Call, Event])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(manager, cast, day, model):
    def queries(where):
        with CaptureQueriesContext(connection) as captured:
            page(manager, where)
        return len(captured)

    queries(change(day[0]))  # Django remembers its content types from now on
    few, few_of_session = queries(url(model)), queries(change(day[0]))
    for number in range(20):
        of = session(cast, f"more-{number}", tenant=cast.globex)
        event(
            cast,
            session=of,
            call=call(of, f"more-{number}"),
            tenant=cast.globex,
            instance=cast.shared_1,
        )
        event(cast, session=day[0], call=call(day[0], f"again-{number}"))
    assert queries(url(model)) == few
    assert queries(change(day[0])) == few_of_session


def test_it_gives_up_a_list_that_takes_too_long(manager, day, monkeypatch):
    monkeypatch.setattr(huge_table, "TIMEOUT_MILLISECONDS", 20)
    slow = Session.objects.extra(where=["pg_sleep(1) IS NOT NULL"])
    monkeypatch.setattr(huge_table.HugeTableAdmin, "get_queryset", lambda *args: slow)
    assert "took too long" in page(manager, url(Session))
