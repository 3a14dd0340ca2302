"""The lists as a manager reads them: what they offer, find and call by which name."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from hooks.calls.admin.lists import huge_table, search
from hooks.models import Call, Event, Session, TimeDisplay
from tests import cast as casting
from tests.manager import change, signed_in, submit, url

NOW = timezone.now()
SETTINGS = "/admin/hooks/call/my-settings/"


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def day(cast):
    """A call of Acme that was allowed, an older one that was refused, and an unknown origin."""
    session = Session.objects.create(
        tenant=cast.acme,
        instance=cast.acme_1,
        wcs_session_id="7f0c1b52-session",
        origin="https://shop.acme.example",
        sip_login="10777",
        opened_at=NOW,
    )
    of = {"tenant": cast.acme, "session": session}
    allowed = {"decision": "allowed", "reason": "allowed"}
    refused = {"decision": "refused", "reason": "callee_unknown"}
    old = NOW - timedelta(days=2)
    call = Call.objects.create(
        **of, wcs_call_id="9d3e-call", alias="sales", target="+4930555", asked_at=NOW, **allowed
    )
    Call.objects.create(**of, wcs_call_id="2", alias="boss", target="", asked_at=old, **refused)
    Event.objects.create(
        **of, instance=cast.acme_1, call=call, method="call", body={}, received_at=NOW, **allowed
    )
    Event.objects.create(
        instance=cast.acme_1,
        method="connect",
        decision="refused",
        reason="origin_unknown",
        body={"origin": "https://stranger.example"},
        received_at=NOW,
    )
    return call


@pytest.fixture
def read(manager):
    def text(model, query=""):
        answer = manager.get(f"{url(model)}?{query}")
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return text


def offered_reasons(html):
    filters = html.partition('data-filter-title="reason"')[2].partition("</details>")[0]
    return re.findall(r">([^<]+)</a>", filters)


def listed(manager, model, query):
    return list(manager.get(f"{url(model)}?{query}").context["cl"].result_list)


def test_the_filter_offers_the_reasons_that_occur_with_their_number(day, read):
    assert sorted(offered_reasons(read(Call))) == ["All", "allowed (1)", "callee unknown (1)"]
    assert sorted(offered_reasons(read(Event))) == ["All", "allowed (1)", "origin unknown (1)"]
    assert offered_reasons(read(Call, "since=last-24-hours")) == ["All", "allowed (1)"]
    assert offered_reasons(read(Call, "tenant=globex")) == ["All"]


def test_a_manager_is_offered_the_reasons_of_their_own_calls(day, cast):
    theirs = signed_in("manager", cast.globex).get(url(Call)).content.decode()
    assert offered_reasons(theirs) == ["All"]
    both = signed_in("manager", cast.acme, cast.globex, name="both").get(url(Call))
    assert "callee unknown (1)" in offered_reasons(both.content.decode())


def test_reasons_are_counted_among_the_newest_rows_alone(day, read, monkeypatch):
    Call.objects.create(
        tenant=day.tenant,
        session=day.session,
        wcs_call_id="3",
        asked_at=NOW - timedelta(days=1),
        decision="allowed",
        reason="duplicate",
    )
    assert "duplicate (1)" in offered_reasons(read(Call))
    monkeypatch.setattr(huge_table, "COUNTED", 1)
    assert sorted(offered_reasons(read(Call))) == ["All", "allowed (1)", "callee unknown (1)"]


def test_a_saved_link_keeps_its_filters(day, read, manager):
    html = read(Call, "reason=gateway_fault&since=last-7-days&q=sales")
    assert "gateway fault (0)" in offered_reasons(html)
    assert "?reason=gateway_fault&since=last-7-days" in html, "clearing the search keeps the rest"
    assert listed(manager, Call, "reason=gateway_fault") == []
    assert "is not a time" not in html
    assert len(listed(manager, Call, "since=last-7-days")) == 2
    assert listed(manager, Call, "since=last-hour") == [day]


@pytest.mark.parametrize("text", ["ales", "930555", "SHOP.acme", "10777", "9d3e-call"])
def test_calls_are_found_by_what_people_know(day, manager, text):
    assert day in listed(manager, Call, f"q={text}")
    assert listed(manager, Call, f"q={text}&tenant=globex") == []


@pytest.mark.parametrize("text", ["acme", "Acme"])
def test_rows_are_found_by_their_tenants_name(day, manager, text):
    assert len(listed(manager, Call, f"q={text}")) == 2
    assert len(listed(manager, Session, f"q={text}")) == 1


def test_events_and_sessions_are_found_by_origin_alias_and_login(day, manager):
    refused = Event.objects.get(method="connect")
    assert listed(manager, Event, "q=stranger") == [refused]
    for text in ("sales", "10777", "shop.acme", "%2B4930555"):
        assert listed(manager, Event, f"q={text}") == [day.events.get()]
    assert listed(manager, Session, "q=shop.acme") == [day.session]
    assert listed(manager, Session, "q=10777") == [day.session]
    assert listed(manager, Session, "q=%25") == []


def test_a_manager_finds_nothing_by_another_tenants_name(day, cast):
    manager = signed_in("manager", cast.globex)
    for model in (Session, Call, Event):
        assert listed(manager, model, "q=acme") == []


def test_a_search_says_how_far_it_looked(day, read, monkeypatch):
    assert "Looked back to" not in read(Call, "q=boss")
    monkeypatch.setattr(huge_table, "LOOKED_THROUGH", 1)
    html = read(Call, "q=boss")
    assert "Looked back to <time" in html
    assert "Look further back" in html


def test_events_show_the_origin(day, read):
    html = read(Event)
    assert '<td class="field-event_origin">https://stranger.example</td>' in html
    assert '<td class="field-event_origin">https://shop.acme.example</td>' in html


def test_links_are_times_and_names(day, read, manager):
    pages = [read(model) for model in (Session, Call, Event)]
    pages += [manager.get(change(row)).content.decode() for row in (day, day.session)]
    for html in pages:
        texts = re.findall(r"<a [^>]*>(.*?)</a>", html.partition("<main")[2])
        assert [text for text in texts if "9d3e" in text or "7f0c1b52" in text] == []
    assert f'<a href="{change(day.session)}"><time' in pages[3], "the call's page"


def test_times_name_their_zone(day, read):
    at = NOW.strftime("%Y-%m-%d %H:%M:%S UTC")
    machine = NOW.isoformat(timespec="seconds")
    assert f'<time datetime="{machine}">{at}</time>' in read(Call)


def test_each_person_chooses_a_zone_and_a_writing(day, manager, read):
    assert '<meta name="time-display">' in read(Call)
    saved = submit(manager, SETTINGS, zone="Europe/Madrid", writing="de-DE")
    assert "Your settings were saved." in saved.content.decode()
    chosen = '<meta name="time-display" data-zone="Europe/Madrid" data-writing="de-DE">'
    assert chosen in read(Call)
    other = signed_in("auditor").get(url(Call)).content.decode()
    assert '<meta name="time-display">' in other

    submit(manager, SETTINGS, zone="", writing="")
    assert TimeDisplay.objects.get().zone == ""


def test_a_zone_that_nobody_has_is_not_saved(manager):
    html = submit(manager, SETTINGS, zone="Moon/Crater", writing="").content.decode()
    assert "Select a valid choice" in html
    assert not TimeDisplay.objects.exists()


def test_the_help_says_what_can_be_searched_for(day, read):
    assert search.HELP in read(Call)
