"""What webhooks cost the database: bounded, whatever waits, and whatever the statistics say."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.core.management import call_command

from hooks.recording import Record
from hooks.statements.delivering import LOOKED_AT, TAKE
from hooks.statements.reading import SETTINGS
from tenants.models import Tenant, WebhookEndpoint
from tests.environment import SERVER
from tests.hooks.hot_statements import EVENT, OPENED
from tests.hooks.hot_statements import record as statement_of

pytestmark = pytest.mark.proof

ENDPOINTS, WAITING, DONE = 1_000, 300, 20  # messages of each endpoint
PLACES = {"most": 128, "more": 64, "failing": 16}
DEAD = 20  # endpoints, with a long queue each
TENANTS = """
INSERT INTO tenants_tenant (slug, name, status, sip_register_required, created_at)
SELECT 't' || n, 't', 'active', false, now() FROM generate_series(1, %(endpoints)s / 4) AS n
"""
ENDPOINT_ROWS = """
INSERT INTO tenants_webhookendpoint (id, tenant_id, url, events, with_numbers, enabled,
                                     disabled_because, secret, previous_secret, created_at)
SELECT gen_random_uuid(), tenant.id, 'https://x.example/', '[]', false, true, '', 'x', '', now()
  FROM tenants_tenant tenant, generate_series(1, 4) WHERE slug LIKE 't%%'
"""
MESSAGES = """
WITH message AS (
    INSERT INTO hooks_webhookmessage (tenant_id, type, subject, happened_at)
    SELECT tenant_id, 'call.ended', gen_random_uuid(), now()
      FROM (SELECT * FROM tenants_webhookendpoint ORDER BY id LIMIT %(of)s) endpoint,
           generate_series(1, %(each)s)
    RETURNING id, tenant_id, subject
)
INSERT INTO hooks_webhookdelivery (tenant_id, endpoint_id, message_id, subject, due_at, done_at,
                                   state)
SELECT tenant_id, (SELECT id FROM tenants_webhookendpoint endpoint
                    WHERE endpoint.tenant_id = message.tenant_id ORDER BY id LIMIT 1),
       id, subject, now(), CASE WHEN %(done)s THEN now() END,
       CASE WHEN %(done)s THEN 'delivered' ELSE 'waiting' END
  FROM message
"""
TOUCHED = """
SELECT coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
  FROM pg_stat_xact_user_tables
"""
FILLED = "tenants_tenant, tenants_webhookendpoint, hooks_webhookmessage, hooks_webhookdelivery"
RELATIONS = f"'{{{FILLED}}}'::regclass[]"
FORGET = f"DELETE FROM pg_statistic WHERE starelid = ANY ({RELATIONS})"


@pytest.fixture(scope="module")
def hot(django_db_setup, django_db_blocker):
    """Connected as a gateway and a worker are, and analysed when the tables were empty."""
    with (
        django_db_blocker.unblock(),
        psycopg.connect(
            host=str(SERVER.socket), user="clickhook", dbname="clickhook", autocommit=True
        ) as connection,
    ):
        connection.execute(SETTINGS, ["30s", "30s"])
        connection.execute(f"ANALYZE {FILLED}")
        connection.execute(TENANTS, {"endpoints": ENDPOINTS})
        connection.execute(ENDPOINT_ROWS)
        connection.execute(MESSAGES, {"of": ENDPOINTS, "each": DONE, "done": True})
        connection.execute(MESSAGES, {"of": DEAD, "each": WAITING, "done": False})
        yield connection

        # Other tests look at the planner's statistics, and at rows that wait for VACUUM.
        call_command("flush", verbosity=0, interactive=False)
        connection.execute(FORGET)
        connection.execute("VACUUM hooks_webhookmessage, hooks_webhookdelivery")


def touched(connection, statement, values) -> float:
    """Rows that it looked at, those of triggers included; its writes are taken back."""
    with connection.transaction(force_rollback=True):
        before = connection.execute(TOUCHED).fetchone()[0]
        connection.execute(statement, values)
        return connection.execute(TOUCHED).fetchone()[0] - before


@pytest.mark.parametrize("state", ["analysed when empty", "never analysed", "analysed"])
def test_what_is_due_is_taken_at_a_bounded_cost(hot, state):
    _know(hot, state)
    began = time.monotonic()
    rows = touched(hot, TAKE, PLACES)
    print(f"{state}: {rows} rows, {time.monotonic() - began:.3f} s")
    assert rows <= 4 * ENDPOINTS + 4 * DEAD * LOOKED_AT


def test_only_so_many_of_an_endpoint_are_taken(hot):
    with hot.transaction(force_rollback=True):
        taken = hot.execute(TAKE, PLACES).fetchall()
        again = hot.execute(TAKE, PLACES).fetchall()
    assert len(taken) == len({row[2] for row in taken}) + PLACES["more"]
    places = [row[2] for row in taken + again]
    assert max(places.count(place) for place in places) <= 8
    assert not {row[0] for row in taken} & {row[0] for row in again}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["analysed when empty", "never analysed", "analysed"])
def test_the_outbox_costs_a_hook_a_few_rows(hot, state):
    tenant = WebhookEndpoint.objects.first().tenant_id
    none = Tenant.objects.create(slug="quiet", name="Quiet").pk  # taken back with the test
    _know(hot, state)
    for owner, most in ((tenant, 60), (none, 10)):
        opened = {**OPENED, "tenant_id": owner, "jti": None, "tries_password": False}
        statement, values = statement_of(Record(EVENT, opened=opened))
        assert touched(hot, statement, values) <= most


def _know(connection, state) -> None:
    """What the planner knows."""
    if state == "analysed":
        connection.execute(f"ANALYZE {FILLED}")
    elif state == "never analysed":
        connection.execute(FORGET)
        connection.execute(
            f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = ANY ({RELATIONS})"
        )
    connection.execute("DISCARD PLANS")
