"""What the API's lists cost: a page reads a page's rows, whatever the planner believes."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from clickhook.api import paging
from clickhook.api.authentication import KeyHolder
from clickhook.api.resources.callees import Callees
from clickhook.api.resources.domains import Domains
from clickhook.api.resources.imports import Imports
from clickhook.api.resources.rates import Rates
from clickhook.api.resources.sip_accounts import SipAccounts
from clickhook.api.resources.streams import Streams
from clickhook.api.resources.tenants import Tenants
from clickhook.api.resources.webhook_endpoints import WebhookEndpoints
from tenants.models import ApiKey, Tenant

TENANTS, EACH = 60, 100  # the first tenant has TENANTS times as many
MOST = 4 * (paging.PAGE + 1)  # rows that any step of a plan touches
OWNED = ["tenants_callee", "tenants_domain", "tenants_sipaccount", "tenants_rate"]
OTHERS = ["tenants_webhookendpoint", "tenants_streamalias", "tenants_importrun"]
FILLED = ["tenants_tenant", *OWNED, *OTHERS]
FILL = f"""
INSERT INTO tenants_tenant (id, slug, name, status, sip_register_required, created_at)
SELECT 1000 + n, 't' || lpad(n::text, 5, '0'), 't', 'active', false, now()
  FROM generate_series(1, {TENANTS}) n;
CREATE TEMPORARY TABLE one AS
SELECT tenant.id AS tenant_id, n FROM tenants_tenant tenant,
       generate_series(1, CASE WHEN tenant.id = 1001 THEN {EACH * TENANTS} ELSE {EACH} END) n;
INSERT INTO tenants_callee (tenant_id, alias, target, "default")
SELECT tenant_id, 'a' || n, '1', false FROM one;
INSERT INTO tenants_domain (tenant_id, origin, include_subdomains)
SELECT tenant_id, 'https://d' || n || '-' || tenant_id || '.example', false FROM one;
INSERT INTO tenants_rate (tenant_id, prefix, per_minute, connect_fee, first_increment,
                          next_increment, currency)
SELECT tenant_id, n::text, 1, 0, 1, 1, 'EUR' FROM one;
INSERT INTO tenants_sipaccount (id, tenant_id, login, authentication_name, password, domain,
                                outbound_proxy, port, enabled)
SELECT gen_random_uuid(), tenant_id, n::text, '', 'x', 'd', '', 5060, true FROM one;
INSERT INTO tenants_webhookendpoint (id, tenant_id, url, events, with_numbers, enabled,
                                     disabled_because, secret, previous_secret, created_at)
SELECT gen_random_uuid(), tenant_id, 'https://x.example/', '[]', false, true, '', 'x', '',
       now() + n * interval '1 ms' FROM one WHERE n <= 10;
INSERT INTO tenants_streamalias (tenant_id, alias, name, may_publish, may_play, publishers,
                                 players, longest_seconds)
SELECT tenant_id, 'a' || n, tenant_id || '-' || n, false, false, 1, 1, 60 FROM one;
INSERT INTO tenants_importrun (tenant_id, at, source, counts)
SELECT tenant_id, now(), 'x', '{{}}' FROM one;
DROP TABLE one
"""
LISTS = [Tenants, Callees, Domains, SipAccounts, Rates, WebhookEndpoints, Streams, Imports]


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in FILLED:
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(FILL)
        cursor.execute("RESET session_replication_role")
        yield
        call_command("flush", verbosity=0, interactive=False)
        _know("never analysed")


@pytest.mark.django_db
@pytest.mark.proof
@pytest.mark.parametrize("state", ["analysed when empty", "never analysed", "analysed"])
@pytest.mark.parametrize("view", LISTS)
def test_a_page_costs_the_same_everywhere(many, view, state):
    _know(state)
    for tenant_id, query in ((None, {}), (None, {"tenant": "t00001"}), (1001, {}), (1050, {})):
        if query and "tenant" not in view.parameters["GET"]:
            continue
        first = _page(view, tenant_id, query)
        if first["next"]:
            following = first["next"].rpartition("cursor=")[2].replace("%3D", "=")
            _page(view, tenant_id, {**query, "cursor": following})


def _page(view, tenant_id, query):
    tenant = Tenant.objects.get(pk=tenant_id) if tenant_id else None
    asked = Request(RequestFactory().get("/api/v1/x", query))
    asked.user, asked.auth = (KeyHolder(key := ApiKey(tenant=tenant, scopes=["read"])), key)
    shown = view()
    shown.request = asked
    with CaptureQueriesContext(connection) as captured:
        data = shown.get(asked).data
    for sql in (one["sql"] for one in captured if "LIMIT 51" in one["sql"]):
        _assert_bounded(sql)
    return data


def _assert_bounded(sql):
    with connection.cursor() as cursor:
        cursor.execute(paging.ALONG_THE_INDEX)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    for node in _nodes(plan):
        removed = sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Join Filter"))
        touched = node["Actual Loops"] * (node["Actual Rows"] + removed)
        assert touched <= MOST, f"{node['Node Type']} touches {touched}: {sql}"


def _nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _know(state):
    """What the planner knows."""
    tables = "', '".join(FILLED)
    with connection.cursor() as cursor:
        if state == "analysed":
            for table in FILLED:
                cursor.execute(f"ANALYZE {table}")
        elif state == "never analysed":
            where = f"ANY (ARRAY['{tables}']::regclass[])"
            cursor.execute(f"DELETE FROM pg_statistic WHERE starelid = {where}")
            cursor.execute(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = {where}")
