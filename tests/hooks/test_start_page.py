"""The start page: where something was refused lately, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection

from hooks.models import Call, CallHour
from hooks.reasons import Reason
from hooks.templatetags import start_page
from hooks.wcs.rehearsal.visitor import NODE as REHEARSAL
from tests.manager import assert_tells_nothing, signed_in, url


def overview(tenant):
    return url(tenant, "overview", tenant.pk)


@pytest.fixture
def start(cast):
    def read(*who):
        html = unescape(signed_in(*who).get("/admin/").content.decode())
        assert_tells_nothing(html)
        return html.partition('aria-labelledby="trouble"')[2].partition("</section>")[0]

    return read


def test_what_a_test_call_tried_is_no_trouble(start, acme, cast):
    acme.connected(nodeId=REHEARSAL)
    acme.post("call", callId="one", callee="boss", nodeId=REHEARSAL)
    assert "Nothing." in start("auditor")
    page = signed_in().get(overview(cast.acme)).content.decode()
    assert page.count("test call</span>") == 2  # its call and its refusal


def test_who_looks_after_nobody_learns_why_the_page_is_empty(cast):
    html = signed_in("manager").get("/admin/").content.decode()
    assert "No tenant is assigned to you yet." in html
    assert "permission to view or edit anything" not in html


def test_it_names_who_was_refused_most_and_what_to_do(start, cast, acme, globex):
    assert "Nothing." in start("auditor")
    globex.connected(origin="https://globex.example:8443")
    for number in range(3):
        globex.post("call", callId=str(number), callee="boss")
    acme.connected()
    acme.post("call", callId="one", callee="boss")
    acme.post("connect", origin="https://unknown.example")
    html = start()
    assert html.index(overview(cast.globex)) < html.index(overview(cast.acme))
    assert Reason.CALLEE_UNKNOWN.remedy in html
    assert Reason.ORIGIN_UNKNOWN.sentence in html
    assert "no tenant" in html


def test_a_manager_finds_only_their_tenants(start, cast, acme, globex):
    globex.post("connect", origin="https://unknown.example")
    globex.connected(origin="https://globex.example:8443").post("call", callId="c", callee="boss")
    acme.connected().post("call", callId="c", callee="boss")
    html = start("manager", cast.acme)
    assert overview(cast.acme) in html
    assert overview(cast.globex) not in html
    assert "no tenant" not in html


def test_it_offers_what_people_may_do(cast):
    def offered(*who):
        html = signed_in(*who).get("/admin/").content.decode()
        return [words for words in ("Live</a>", "Charts</a>", "New customer</a>") if words in html]

    assert offered("manager", cast.acme) == ["Live</a>", "Charts</a>", "New customer</a>"]
    assert offered("auditor") == ["Live</a>", "Charts</a>"]
    assert offered("nobody") == []


def figures(html):
    today = html.partition('aria-labelledby="today"')[2].partition("</section>")[0]
    return dict(re.findall(r'<span class="what">(.*?)</span> <strong>(.*?)</strong>', today))


def front(*who, **more):
    return unescape(signed_in(*who, **more).get("/admin/").content.decode())


def test_it_tells_today_in_figures(cast, acme):
    acme.connected()
    for number in range(3):
        acme.post("call", callId=str(number), callee="sales")
    acme.post("call", callId="refused", callee="boss")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    talked = {"answered_at": midnight, "ended_at": midnight + timedelta(seconds=185)}
    Call.objects.filter(wcs_call_id="0").update(**talked, ended_by="finish", asked_at=midnight)

    assert figures(front()) == {
        "Calls": "2",  # those that were answered or have ended
        "Answered": "1",
        "Talk time": "3 min",
        "Living now": "2",
        "Refused": "1",
    }
    theirs = figures(front("manager", cast.globex))
    assert set(theirs.values()) == {"0", "0 min"}


def test_it_compares_with_the_same_day_last_week(cast, acme):
    acme.connected().post("call", callId="old", callee="boss")
    old = datetime.now(UTC) - timedelta(days=7, seconds=1)
    Call.objects.update(asked_at=old, ended_at=old)
    html = front()
    assert figures(html)["Refused"] == "0"
    assert html.count("1 a week ago at this time") == 2, "calls and refused"


def test_the_tables_are_in_the_order_of_work(cast):
    html = front().partition('id="trouble"')[2]
    places = [html.index(f"model-{name}") for name in ("tenant", "domain", "call", "user")]
    assert places == sorted(places)


def test_it_gives_up_figures_that_take_too_long(cast, monkeypatch):
    slow = "SELECT pg_sleep(1)"
    monkeypatch.setattr(start_page, "TODAY_MILLISECONDS", 20)
    monkeypatch.setattr(start_page, "build_today", lambda *args: connection.cursor().execute(slow))
    html = front()
    assert "Counting took too long" in html
    assert "Refused in the last 24 hours" in html


def tenants_today(html):
    table = html.partition('aria-labelledby="tenants-today"')[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    return [re.sub(r"<.*?>|\s+", " ", row).split() for row in rows]


def test_it_lists_tenants_worst_first(cast, acme, globex):
    acme.connected()
    globex.connected(origin="https://globex.example:8443")
    for number in range(4):
        acme.post("call", callId=str(number), callee="sales")
        globex.post("call", callId=str(number), callee="frontdesk")
    now, week_ago = datetime.now(UTC), datetime.now(UTC) - timedelta(days=7, seconds=1)
    Call.objects.update(ended_at=now, ended_by="failed")
    Call.objects.filter(tenant=cast.acme, wcs_call_id__in="012").update(asked_at=week_ago)
    Call.objects.filter(tenant=cast.acme, wcs_call_id="0").update(answered_at=week_ago)

    counted = "{} ({}) {} ({}) 0 (0) {} ({}) 0 (0)"
    globexs = ["globex", *counted.format(4, 0, 0, 0, 4, 0).split()]
    acmes = ["acme", *counted.format(1, 3, 0, 1, 1, 2).split()]
    assert tenants_today(front()) == [globexs, acmes]
    assert tenants_today(front("manager", cast.acme)) == [acmes]


def test_hours_that_were_added_up_count_for_each_tenant(cast, acme):
    acme.connected().post("call", callId="one", callee="boss")
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    numbers = {"answered": 1_000, "unanswered": 0, "busy": 0, "failed": 7, "at_once": 1}
    for tenant, hour, refused in [
        (cast.acme, now - timedelta(days=7), 3),
        (cast.globex, now - timedelta(days=7), 5),
        (None, now - timedelta(days=7), 8),
    ]:
        CallHour.objects.create(tenant=tenant, hour=hour, refused=refused, **numbers)
    [acmes] = tenants_today(front())
    assert acmes[1:3] == ["1", "(1,010)"]
    assert acmes[-2:] == ["1", "(3)"]
