"""The start page: where something was refused lately, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection

from hooks.models import Call
from hooks.reasons import Reason
from hooks.templatetags import start_page
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
