"""The charts: what is added up, what is drawn, and what the page shows to whom."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from hooks.calls.admin.pages import charts
from hooks.calls.charts import call_hours, drawing, figures
from hooks.calls.charts.call_hours import CallHours, read_call_hours
from hooks.calls.charts.figures import PERIODS
from hooks.calls.charts.hour_counting import HOUR
from hooks.duties import adding_up
from hooks.duties.adding_up import end_of_final_hours
from hooks.models import Call, CallHour, Event, Session
from tenants.models import Tenant
from tests.manager import assert_tells_nothing, signed_in

NOW = datetime.now(UTC)
PAST = (NOW - timedelta(days=3)).replace(minute=0, second=0, microsecond=0)  # a final hour
PAGE = "admin:hooks_call_charts"


def at(minutes, begin=PAST):
    return begin + timedelta(minutes=minutes)


def called(cast, minute, lasts=None, begin=PAST, tenant=None, **more):
    """A call asked for so many minutes after `begin`."""
    tenant = tenant or cast.acme
    session = Session.objects.create(
        tenant=tenant,
        instance=cast.acme_1,
        wcs_session_id=str(Session.objects.count()),
        opened_at=at(minute, begin),
    )
    ended = (
        {"ended_at": at(minute + lasts, begin), "ended_by": "finish"} if lasts is not None else {}
    )
    rest = {"decision": "allowed", "reason": "allowed", "asked_at": at(minute, begin)}
    return Call.objects.create(
        tenant=tenant, session=session, wcs_call_id="c", **{**rest, **ended, **more}
    )


def add_up():
    """Adds up all there is, as the gateway does in the background."""

    async def work():
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        parameters.pop("context", None)
        async with await psycopg.AsyncConnection.connect(
            **parameters, autocommit=True
        ) as connected:
            while not await adding_up.add_up(connected, NOW):
                pass

    asyncio.run(work())


@pytest.fixture
def day(cast):
    """One hour of Acme: two answered calls at once, one of each other outcome; a call of Globex."""
    called(cast, -10, lasts=40, answered_at=at(-9))  # begins in the hour before
    called(cast, 5, lasts=20, answered_at=at(6))
    called(cast, 10, lasts=1)
    called(cast, 40, lasts=1, ended_by="busy")
    called(cast, 42, lasts=1, ended_by="failed")
    called(cast, 44, lasts=0, ended_by="refused", decision="refused", reason="callee_unknown")
    called(cast, 12, lasts=3, answered_at=at(13), tenant=cast.globex)
    return cast


EXPECTED = {
    "acme": [CallHours(at(-60), answered=1, at_once=1), CallHours(PAST, 1, 1, 1, 1, 1, at_once=3)],
    "globex": [CallHours(PAST, answered=1, at_once=1)],
}
TOGETHER = [CallHours(at(-60), answered=1, at_once=1), CallHours(PAST, 2, 1, 1, 1, 1, at_once=3)]


@pytest.mark.parametrize("added_up_before", [False, True])
def test_hours_are_the_same_added_up_before_or_on_the_spot(day, added_up_before):
    if added_up_before:
        add_up()
        Call.objects.all().delete()
    since = at(-120)
    for slug, hours in EXPECTED.items():
        found = read_call_hours([Tenant.objects.get(slug=slug).pk], since, NOW)
        assert [hour for hour in found if any(hour[1:])] == hours
    found = read_call_hours(None, since, NOW)
    assert [hour for hour in found if any(hour[1:])] == TOGETHER


def test_adding_up_leaves_out_what_may_still_change(day):
    living = called(day, 30, begin=NOW - HOUR)
    add_up()
    hours = CallHour.objects.filter(tenant=None)
    assert hours.order_by("hour").last().hour == end_of_final_hours(NOW) - HOUR
    assert hours.count() == len({hour.hour for hour in hours}), (
        "an hour without calls has a row too"
    )
    assert not CallHour.objects.filter(hour__gte=end_of_final_hours(NOW)).exists()
    (hour,) = read_call_hours([living.tenant_id], NOW - HOUR, NOW)[-1:]
    assert hour.at_once == 1
    before = list(CallHour.objects.values())
    add_up()
    assert list(CallHour.objects.values()) == before


def test_adding_up_goes_on_where_it_stopped(day, monkeypatch):
    monkeypatch.setattr(adding_up, "HOURS_AT_A_TIME", 7)
    add_up()
    assert (
        CallHour.objects.filter(tenant=None).order_by("hour").last().hour
        == end_of_final_hours(NOW) - HOUR
    )


def test_groups_have_no_gaps_and_the_most_of_their_hours():
    hours = [CallHours(PAST, 1, 2, 3, 4, 5, at_once=6), CallHours(PAST + HOUR, 1, at_once=9)]
    begin = PAST.replace(hour=0)
    groups = figures.group_hours(
        hours, begin - timedelta(days=1), begin + timedelta(days=2), timedelta(days=1)
    )
    both = {"answered": 2, "unanswered": 2, "busy": 3, "failed": 4, "refused": 5, "at_once": 9}
    assert [group.answered for group in groups] == ([0, 2, 0] if PAST.hour < 23 else [0, 1, 1])
    if PAST.hour < 23:
        assert groups[1] == CallHours(begin, **both)


def test_a_period_is_whole_bars_up_to_now():
    now = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
    assert figures.begin_of_period(PERIODS["24h"], now) == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert figures.begin_of_period(PERIODS["30d"], now) == datetime(2026, 10, 27, tzinfo=UTC)
    assert (
        len(
            figures.group_hours(
                [], figures.begin_of_period(PERIODS["7d"], now), now, PERIODS["7d"].bar
            )
        )
        == 7
    )


def test_the_answer_rate_leaves_out_refusals_and_hours_without_calls():
    assert figures.answer_rate(CallHours(PAST, answered=3, failed=1, refused=6)) == 75
    assert figures.answer_rate(CallHours(PAST, refused=6)) is None


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 4), (3, 4), (5, 5), (11, 20), (23, 40), (400, 400), (401, 500), (9_999, 10_000)],
)
def test_an_axis_ends_above_the_highest(most, top):
    assert drawing.axis_end(most) == top


def test_bars_stand_on_each_other_and_lines_break_where_nobody_called():
    chart = drawing.draw_stacked_bars(["a", "b"], ["answered", "busy"], [[3, 1], [0, 0]])
    lower, upper = chart.boxes
    assert (lower.kind, upper.kind) == ("answered", "busy")
    assert lower.y + lower.height == pytest.approx(drawing.TOP + drawing.INNER_HEIGHT)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert lower.title == "a: 3 answered"
    broken = drawing.draw_line(list("abcde"), [50.0, 60.0, None, 70.0, None], 100, "%")
    assert len(broken.lines) == 1
    assert len(broken.dots) == 3
    assert drawing.draw_steps([], []).lines
    assert drawing.draw_horizontal_bars([]).boxes == []


@pytest.fixture
def page(manager):
    def read(who=manager, **question):
        answer = who.get(reverse(PAGE), question)
        assert answer.status_code == 200
        html = answer.content.decode()
        assert_tells_nothing(html)
        assert not re.search(
            r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html.partition("<svg")[2]
        ), "strict CSP"
        return html

    return read


def test_the_page_draws_what_happened_and_has_it_as_tables(page, day):
    Event.objects.create(
        received_at=at(44),
        instance=day.acme_1,
        tenant=day.acme,
        method="call",
        decision="refused",
        reason="callee_unknown",
        body={},
    )
    html = page(period="7d")
    assert "7 calls were asked for, 3 of them answered." in html
    assert "50% of the calls" in html
    assert "The most calls in progress at one moment: 3." in html
    assert html.count('<svg class="chart') == html.count("As a table</summary>") == 4
    assert html.count('role="img"') == 4
    assert "reason=callee_unknown" in html
    assert "Add a callee of that alias" in html
    assert "1 call was asked for, 1 of them answered." in page(period="7d", tenant="globex")
    assert "Nothing was refused." in page(period="7d", tenant="globex")
    assert "0 calls were asked for" in page(period="24h")


def test_it_says_that_there_is_no_such_tenant(page, day):
    assert "There is no tenant “nobody”" in page(tenant="nobody")
    assert "There is no tenant" in page(tenant="\0")
    assert "24 hours" in page(period="nonsense")


def test_a_manager_sees_only_their_tenants(page, day):
    manager = signed_in("manager", day.globex)
    assert "1 call was asked for, 1 of them answered." in page(manager, period="7d")
    html = page(manager, period="7d", tenant="acme")
    assert "There is no tenant “acme”" in html
    assert "<rect" not in html
    both = signed_in("manager", day.acme, day.globex, name="both")
    assert "Each tenant's most is added up here" in unescape(page(both, period="7d"))


def test_it_gives_up_in_time(page, day, monkeypatch):
    monkeypatch.setattr(charts, "TIMEOUT_MILLISECONDS", 20)
    monkeypatch.setattr(
        call_hours,
        "READ",
        call_hours.READ.replace("GROUP BY", "AND pg_sleep(1) IS NOT NULL GROUP BY"),
    )
    CallHour.objects.create(
        hour=NOW - HOUR, answered=0, unanswered=0, busy=0, failed=0, refused=0, at_once=0
    )
    assert "Choose a shorter period" in page(period="7d")
