"""The board of living calls: whose, how many, and what reading it costs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hooks.calls.admin.pages.live import _read_changes
from hooks.calls.live import board
from hooks.models import Call, Event, Session
from tests.hooks.test_query_plans import nodes, touched
from tests.manager import assert_tells_nothing, change, signed_in

BOARD, PAGE = reverse("admin:hooks_call_live_board"), reverse("admin:hooks_call_live")
LIVING, ENDED = 8_000, 30_000


def rows(html):
    """Each row's cells before the time."""
    body = (
        html.partition('<table class="board"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    )
    found = re.findall(r"<tr.*?>(.*?)</tr>", body, re.DOTALL)
    texts = [re.sub(r"<.*?>|\s+", " ", row).partition("since")[0] for row in found]
    return [text.split() for text in texts]


def read(client, page=BOARD):
    answer = client.get(page)
    assert answer.status_code == 200
    html = unescape(answer.content.decode())
    assert_tells_nothing(html)
    return html


@pytest.mark.parametrize("page", [BOARD, PAGE])
def test_it_shows_the_calls_that_are_alive(cast, acme, manager, page):
    assert "Nobody calls at the moment" in read(manager, page)
    acme.connected()
    for call_id, alias in (("1", "sales"), ("2", "support"), ("3", None), ("4", "boss")):
        acme.post("call", callId=call_id, callee=alias)
    acme.post("CallStatusEvent", "call_ring", callId="1")
    acme.post("CallStatusEvent", "call_established", callId="2")
    html = read(manager, page)
    assert rows(html) == [
        ["acme", "(default)", "asked", "for"],
        ["acme", "support", "talking"],
        ["acme", "sales", "ringing"],
    ], "the newest first; the refused one never lived"
    assert change(Call.objects.get(wcs_call_id="1")) in html

    acme.post("CallStatusEvent", "call_finish", callId="2")
    acme.post("CallStatusEvent", "call_failed", callId="3")
    assert rows(read(manager, page)) == [["acme", "sales", "ringing"]]


def test_the_time_runs_from_the_present_state(cast, acme, manager):
    acme.connected().post("call", callId="1", callee="sales")
    asked = timezone.now().replace(microsecond=0) - timedelta(minutes=9)
    times = {"asked_at": asked}
    for name in ("", "ringing_at", "answered_at"):
        times |= {name: asked + timedelta(minutes=len(times))} if name else {}
        Call.objects.update(**times)
        since = max(times.values()).isoformat()
        assert f'data-since="{since}"' in read(manager)


def test_a_row_has_what_the_browser_reckons_its_cost_from(cast, acme, manager):
    acme.connected().post("call", callId="1", callee="sales")
    Call.objects.update(reservation={"rate": [60_000, 5, 60, 30]})
    assert 'data-answered="" data-rate="60000,5,60,30"' in read(manager)
    acme.post("CallStatusEvent", "call_established", callId="1")
    answered = Call.objects.get().answered_at.isoformat(timespec="seconds")
    html = read(manager)
    assert f'data-answered="{answered}" data-rate="60000,5,60,30"' in html
    assert 'data-currency="EUR" data-digits="2"' in html
    assert cast.sales.target not in html

    Call.objects.update(reservation=None)
    assert 'data-rate=""' in read(manager)


def test_the_stream_has_the_same(cast, acme):
    acme.connected().post("call", callId="1", callee="sales")
    Call.objects.update(reservation={"rate": [60_000, 5, 60, 30]})
    acme.post("CallStatusEvent", "call_established", callId="1")
    [change] = [
        change for change in _read_changes([Event.objects.latest("id").pk]) if change.row["rate"]
    ]
    assert change.row["rate"] == [60_000, 5, 60, 30]
    assert (change.row["currency"], change.row["digits"]) == ("EUR", 2)
    assert change.row["hang_up"] == reverse("admin:hooks_hang_up", args=[Call.objects.get().pk])


@pytest.mark.parametrize(
    ("role", "may_change", "slugs"),
    [("administrator", True, "*"), ("manager", True, "acme"), ("manager", False, "")],
)
def test_who_is_offered_to_hang_up(cast, acme, role, may_change, slugs):
    person = signed_in(role, cast.acme, may_change=may_change)
    acme.connected().post("call", callId="1", callee="sales")
    html = read(person)
    assert f'data-may-change="{slugs}"' in html
    assert reverse("admin:hooks_hang_up", args=[Call.objects.get().pk]) in html
    assert '<td class="ending" hidden>' in html, "the script takes it away"


def test_a_living_calls_own_page_offers_to_end_it(cast, acme, manager):
    acme.connected().post("call", callId="1", callee="sales")
    call = Call.objects.get()
    button = f'formaction="{reverse("admin:hooks_hang_up", args=[call.pk])}"'
    assert button in read(manager, change(call))
    assert button not in read(signed_in("auditor"), change(call))
    acme.post("CallStatusEvent", "call_finish", callId="1")
    assert button not in read(manager, change(call))


def test_a_manager_sees_their_tenants_calls_alone(cast, acme, globex):
    acme.connected().post("call", callId="1", callee="sales")
    globex.connected(origin="https://globex.example:8443").post(
        "call", callId="1", callee="frontdesk"
    )
    assert rows(read(signed_in("manager", cast.globex))) == [
        ["globex", "frontdesk", "asked", "for"]
    ]
    assert len(rows(read(signed_in("auditor")))) == 2
    assert signed_in("nobody").get(BOARD).status_code == 403


def test_it_is_bounded_and_counts_the_rest(cast, acme, manager, monkeypatch):
    monkeypatch.setattr(board, "MAX_ROWS", 2)
    acme.connected()
    for number in range(5):
        acme.post("call", callId=str(number), callee="sales")
    html = read(manager)
    assert len(rows(html)) == 2
    assert "and <span>3</span> more" in html
    assert "older ones may be missing" not in html

    monkeypatch.setattr(board, "LOOKED_THROUGH", 4)
    html = read(manager)
    assert "and <span>2</span> more" in html
    assert "older ones may be missing" in html


def fill(cast, living, ended, statistics):
    """Tenants' calls of an hour, the ended ones as new as those that live."""
    session = Session.objects.create(
        tenant=cast.acme, instance=cast.acme_1, wcs_session_id="s", opened_at=timezone.now()
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tenants_tenant")
        cursor.execute("TRUNCATE hooks_call")
        if statistics == "analysed when empty":
            cursor.execute("ANALYZE hooks_call")
        cursor.execute(
            """
            INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller,
                                    decision, reason, asked_at, ended_at, ended_by, end_info)
            SELECT gen_random_uuid(), CASE WHEN n %% 1000 = 0 THEN %(few)s ELSE %(most)s END,
                   %(session)s, n::text, 'sales', '', '', 'allowed', 'allowed',
                   now() - n * interval '100 milliseconds',
                   CASE WHEN n > %(living)s THEN now() END, '', ''
              FROM generate_series(1, %(all)s) AS n
            """,
            {
                "few": cast.globex.pk,
                "most": cast.acme.pk,
                "session": session.pk,
                "living": living,
                "all": living + ended,
            },
        )
        if statistics == "analysed":
            cursor.execute("ANALYZE hooks_call")


def most_touched(sql, settings):
    """By any step of the plan."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(settings)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return max(touched(node) for node in nodes(plan))


@pytest.mark.parametrize(
    "statistics",
    [
        "analysed when empty",
        pytest.param("never analysed", marks=pytest.mark.proof),
        pytest.param("analysed", marks=pytest.mark.proof),
    ],
)
@pytest.mark.parametrize(("living", "ended"), [(LIVING, ENDED), (20, ENDED), (LIVING, 0)])
def test_its_statements_are_bounded_whatever_a_tenants_size(cast, living, ended, statistics):
    fill(cast, living, ended, statistics)
    for tenants in (None, {cast.acme.pk}, {cast.globex.pk}):
        with CaptureQueriesContext(connection) as captured:
            board.read_board(tenants)
        asked = [query["sql"] for query in captured if "hooks_call" in query["sql"]]
        bounds = [board.LOOKED_THROUGH, board.MAX_ROWS]
        assert 1 <= len(asked) <= len(bounds)
        [settings] = [query["sql"] for query in captured if query["sql"].startswith("SET LOCAL")]
        for sql, bound in zip(asked, bounds, strict=False):
            assert most_touched(sql, settings) <= bound, sql
