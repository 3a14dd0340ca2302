"""What the pages ask of huge tables: rows by an index, and no more than a page looks through."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hooks.calls.admin.lists import huge_table, paging
from hooks.calls.admin.lists.paging import Place
from hooks.models import Call, Event, Session, Stream
from tenants.models import Tenant
from tests.hooks import history
from tests.manager import signed_in, url

pytestmark = [pytest.mark.proof, pytest.mark.early]

ROWS, TENANTS = 60_000, 40
LOOKED_THROUGH = 500
# Rows that any one step of a plan may touch: of the busiest tenant every sixth row is asked for.
MOST = 10 * LOOKED_THROUGH
LONG_AGO = timezone.now() - timedelta(days=20)
FILTERS = [
    "",
    "tenant=t1",
    "tenant=t30",
    "since={ago}",
    "until={ago}",
    "tenant=t30&until={ago}",
    "decision__exact=refused",
    "decision__exact=refused&until={ago}",
    "reason=session_ended",
    "reason=gateway_fault",
    "reason=duplicate",
    "tenant=t1&reason=session_ended",
    "q=0",
    "q={session}",
    "q=t30",
    "q=t30&tenant=t1",
    "q=nobody-has-this",
    "since=last-7-days",
    "session__id__exact={session}",
    "outcome=living",
    "outcome=reaper",
    "outcome=failed&tenant=t1",
]
EVERYDAY = ["", "tenant=t30&until={ago}", "q=nobody-has-this", "outcome=failed&tenant=t1"]
LISTS = [
    (model, filters)
    for model in (Session, Call, Event, Stream)
    for filters in FILTERS
    if not (
        model is Session
        and ("reason" in filters or "decision" in filters or "session__" in filters)
    )
    and not (model is Event and "outcome" in filters)
]


@pytest.fixture(scope="module")
def past(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        history.fill(ROWS, TENANTS)
        history.fill_streams()
        yield
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(params=["manager", pytest.param("administrator", marks=pytest.mark.proof)])
def looking(request, past, db, monkeypatch):
    monkeypatch.setattr(huge_table, "LOOKED_THROUGH", LOOKED_THROUGH)
    monkeypatch.setattr(huge_table, "COUNTED", LOOKED_THROUGH // 8)
    of_hers = Tenant.objects.filter(pk__lte=20) if request.param == "manager" else []
    return signed_in(request.param, *of_hers)


def nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def touched(node):
    removed = sum(
        node.get(f"Rows Removed by {what}", 0)
        for what in ("Filter", "Index Recheck", "Join Filter")
    )
    return node["Actual Loops"] * (node["Actual Rows"] + removed)


def assert_bounded(captured, most=MOST, most_joined=None):
    asked = [query["sql"] for query in captured if re.search(r'FROM "?hooks_', query["sql"])]
    assert asked
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            (answer,) = cursor.fetchone()
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        for node in nodes(plan):
            relation = node.get("Relation Name", "")
            assert not (node["Node Type"] == "Seq Scan" and relation.startswith("hooks_")), sql
            if (
                node["Node Type"] != "Bitmap Index Scan"
            ):  # of the search for a call id: whole blocks, rechecked above
                limit = most if relation else most_joined or most
                assert touched(node) <= limit, (
                    f"{node['Node Type']} of {relation} touches {touched(node)} rows: {sql}"
                )


@pytest.mark.parametrize(
    ("model", "filters"),
    [
        pytest.param(
            *one, marks=() if one[1] in EVERYDAY and one[0] is not Stream else pytest.mark.proof
        )
        for one in LISTS
    ],
)
def test_a_list_touches_no_more_than_it_looks_through(looking, model, filters):
    asked = filters.format(
        ago=LONG_AGO.strftime("%Y-%m-%dT%H:%M"), session=Session.objects.order_by("pk")[500].pk
    )
    with CaptureQueriesContext(connection) as captured:
        answer = looking.get(f"{url(model)}?{asked}")
    assert answer.status_code == 200
    assert_bounded(captured, most=MOST if "q=" not in filters else 10 * MOST)


@pytest.mark.parametrize("model", [Session, Call, Event, Stream])
def test_a_deep_page_costs_what_the_first_one_does(looking, model):
    with CaptureQueriesContext(connection) as captured:
        answer = looking.get(f"{url(model)}?p={Place(LONG_AGO)}")
    assert len(answer.context["cl"].result_list) == paging.PAGE
    assert_bounded(captured)


def test_a_tenants_page_looks_at_the_latest_rows_alone(looking):
    tenant = Tenant.objects.get(slug="t1")
    with CaptureQueriesContext(connection) as captured:
        assert looking.get(url(tenant, "overview", tenant.pk)).status_code == 200
    assert_bounded(captured)


def test_the_start_page_looks_at_two_days_alone(looking):
    with CaptureQueriesContext(connection) as captured:
        assert looking.get("/admin/").status_code == 200
    # The hours of a day that are not added up yet are joined with its calls: before midnight, of a
    # whole day.
    assert_bounded(captured, most_joined=12 * MOST)
