"""What a hook costs the database: bounded, whatever the statistics say and the tables hold."""

from __future__ import annotations

import json
import re
import uuid

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from clickhook.metrics import figures
from hooks.duties.ending_streams import ASK_FOR_LONGEST
from hooks.duties.reaping import LOST_CALLS, LOST_SESSIONS, LOST_STREAMS
from hooks.facts import Facts
from hooks.models import Meter
from hooks.statements.ending import OF_CALLS
from hooks.statements.messaging import AT_A_TIME, TAKE
from hooks.statements.reading import MOST_LIVING, READ_CONNECT, SETTINGS
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.models import Tenant, WcsInstance
from tenants.models.served_apps import MOST_SERVED
from tests import cast as casting
from tests.environment import SERVER
from tests.hooks.hot_statements import APP, GLOBEX, HOT, NOW, PUBLIC_KEY, RARE_APP, question
from tests.hooks.hot_tables import (
    ALIASES,
    APP_OF_EACH,
    APPS,
    BLOCKS,
    CALLBACKS,
    CALLS,
    DECK,
    ENDED,
    FORGET,
    LIVING,
    LIVING_OF_POOL,
    MESSAGES,
    METERS,
    ONE_HOOK,
    POOL,
    RATES,
    RECURRENCES,
    RECURRING,
    RIGHTS,
    SERVED,
    SESSIONS,
    STREAMS,
    TABLES,
    TENANTS_WITH_APPS,
    TICKET_OF_CALL,
    TICKETS,
    VISITORS,
    WAITING_ENDINGS,
)
from tests.wcs import NODE

LEAVES = """
SELECT coalesce(part.inhrelid, one)::regclass::text
  FROM unnest(%s::regclass[]) AS one LEFT JOIN pg_inherits part ON inhparent = one
"""
SIZES = "UPDATE pg_class SET reltuples = %s, relpages = 0 WHERE oid = ANY (%s::regclass[])"


class Database:
    """The gateway's connection, with plans that were made while the tables were empty."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(
            host=str(SERVER.socket), user="clickhook", dbname="clickhook", autocommit=True
        )
        self.connection.execute(SETTINGS, ["30s", "30s"])
        self.statements: set[str] = set()
        # What lies in weeks has its statistics there.
        found = self.connection.execute(LEAVES, [list(TABLES)]).fetchall()
        self.tables = [table for (table,) in found]

    def explain(self, statement: str, values: list[str]) -> dict:
        """The plan, with what it touched; its writes are taken back."""
        name = "s" + uuid.uuid5(uuid.NAMESPACE_OID, statement).hex
        literals = [psycopg.sql.Literal(value).as_string(self.connection) for value in values]
        given = f"({', '.join(literals)})" if literals else ""
        with self.connection.transaction(force_rollback=True):
            if name not in self.statements:
                self.connection.execute(f"PREPARE {name} AS {_numbered(statement)}")
            explained = self.connection.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}{given}"
            ).fetchone()
        self.statements.add(name)
        return explained[0][0]["Plan"]


def _numbered(statement: str) -> str:
    numbers = iter(range(1, 20))
    return re.sub(r"%s", lambda _: f"${next(numbers)}", statement).replace("%%", "%")


@pytest.fixture(scope="module")
def hot(django_db_setup, django_db_blocker):
    """Two tenants: Acme has one account and most sessions, Globex a pool of accounts."""
    with django_db_blocker.unblock():
        cast = casting.assemble()
        cast.acme.callees.update(ringing_capacity=3, cool_down=60, fallback=["support", "sales"])
        ringing = {"ringing": [str(uuid.uuid4()) for _ in range(3)]}
        meter = {"state": ringing, "touched_at": NOW}
        Meter.objects.create(tenant=cast.acme, scope=f"callee {cast.sales.pk}", **meter)
        pool = [cast.globex.sip_accounts.get().pk] + [
            cast.globex.sip_accounts.create(
                login=f"3{n:04}", password="x", domain="sip.globex.example"
            ).pk
            for n in range(POOL - 1)
        ]
        database = Database()
        for table in database.tables:
            database.connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        database.connection.execute(
            SIZES, [0, database.tables]
        )  # as after a VACUUM of empty tables
        for statement, values in HOT.values():
            database.explain(statement, values)  # plans it, as a fresh gateway does

        def fill(tenant, instance, accounts, origin, **more):
            values = {
                "tenant": tenant.pk,
                "instance": instance.pk,
                "node": NODE,
                "accounts": accounts,
                "origin": origin,
            }
            database.connection.execute(SESSIONS, values | more)

        acme = (cast.acme, cast.acme_1, [cast.acme_account.pk], "https://www.acme.example")
        fill(*acme, name="s", ended=False, rows=LIVING)
        fill(*acme, name="e", ended=True, rows=ENDED)
        globex = (cast.globex, cast.globex_1, pool, "https://globex.example:8443")
        fill(*globex, name="p", ended=False, rows=LIVING_OF_POOL)
        database.connection.execute(
            RECURRING,
            {
                "tenant": cast.acme.pk,
                "instance": cast.acme_1.pk,
                "node": NODE,
                "rows": RECURRENCES,
            },
        )
        for statement in (CALLS, RIGHTS, STREAMS):
            database.connection.execute(statement)
        values = {"tenant": cast.acme.pk, "meters": METERS, "rates": RATES}
        database.connection.execute(VISITORS, values)
        for statement in (DECK, TICKETS, TICKET_OF_CALL, BLOCKS, CALLBACKS, *MESSAGES):
            database.connection.execute(statement, values)
        with as_one_entry(Action.IMPORTED, name="streams"), connection.cursor() as cursor:
            cursor.execute(ALIASES, values)
        fill_apps(cast)
        yield database
        for table in database.tables:
            database.connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
        database.connection.close()
        call_command("flush", verbosity=0, interactive=False)


def fill_apps(cast) -> None:
    """Two instances serve so many tenants: one as many as are looked at, the other all."""
    Tenant.objects.filter(pk=cast.acme.pk).update(public_key=PUBLIC_KEY, visitors="members")
    cast.acme.domains.create(origin=RARE_APP)
    crowd_1 = WcsInstance.objects.create(name="crowd-1", key="key-of-crowd-1")
    crowd_1.tenants.add(cast.acme)
    cast.shared_1.tenants.remove(cast.acme)
    with as_one_entry(Action.IMPORTED, name="apps"), connection.cursor() as cursor:
        cursor.execute(TENANTS_WITH_APPS, {"apps": APPS})
        cursor.execute(APP_OF_EACH, {"origin": APP})
        for instance, number in ((cast.shared_1, MOST_SERVED - 1), (crowd_1, APPS)):
            cursor.execute(SERVED, {"instance": instance.pk, "number": number})


ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
STATES = ["planned when empty", "never analysed", "analysed when empty", "analysed"]


@pytest.fixture(params=[pytest.param(state, marks=pytest.mark.proof) for state in STATES])
def state(request, hot):
    """What the planner knows. The first leaves the plans as the empty tables made them."""
    execute = hot.connection.execute
    if request.param == "planned when empty":
        return hot
    if request.param == "analysed":
        execute("ANALYZE")
    else:
        execute(FORGET, [hot.tables])
        execute(SIZES, [-1 if request.param == "never analysed" else 0, hot.tables])
    execute("DISCARD PLANS")
    return hot


def nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def touched(plan) -> float:
    """The most rows that any one step of the plan looked at."""
    return max(
        node["Actual Loops"] * sum(node.get(rows, 0) for rows in ROWS) for node in nodes(plan)
    )


def steps(plan) -> list[tuple]:
    """For the message of a test that fails."""
    names = "Node Type", "Index Name", "Relation Name"
    return [(*map(node.get, names), touched(node)) for node in nodes(plan)]


@pytest.mark.parametrize("what", HOT)
def test_a_hook_touches_few_rows(state, what):
    plan = state.explain(*HOT[what])

    assert touched(plan) <= ONE_HOOK, steps(plan)
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 20 * ONE_HOOK


def test_a_pool_of_accounts_touches_a_few_rows_for_each(state):
    """Once for a tenant in a batch, however many hooks of it are in the batch."""
    hooks = [
        json.loads(question(key="key-of-globex-1", origins=GLOBEX, wcs_session=f"n{n}")[0])[0]
        | {"n": n}
        for n in range(50)
    ]
    plan = state.explain(READ_CONNECT, [json.dumps(hooks)])

    assert touched(plan) <= 2 * POOL * MOST_LIVING


@pytest.mark.parametrize(
    ("instance", "origin", "found"),
    [
        ("acme-1", APP, True),
        ("acme-1", RARE_APP, True),
        ("shared-1", APP, False),  # as many tenants as are looked at, and all have it
        ("crowd-1", RARE_APP, False),  # one has it, among too many
    ],
)
def test_for_an_app_a_bounded_number_of_tenants_is_looked_at(state, instance, origin, found):
    values = question(key=f"key-of-{instance}", origins=origin, wcs_session="new")
    plan = state.explain(READ_CONNECT, values)
    row = state.connection.execute(READ_CONNECT, values).fetchone()

    assert touched(plan) <= MOST_SERVED + 1, steps(plan)
    assert (row[Facts._fields.index("tenant_id")] is not None) == found


def test_a_turn_of_messages_looks_at_as_many_as_it_takes(state):
    """In a turn, each instance of the cast and the crowded one take as many as they may."""
    plan = state.explain(TAKE.replace("%(busy)s", "%s"), [[]])
    taken = 4 * AT_A_TIME

    assert touched(plan) <= 2 * taken, steps(plan)
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 40 * taken


def test_a_turn_of_endings_looks_at_none_that_waits_for_its_next_try(state):
    state.connection.execute(WAITING_ENDINGS)
    plan = state.explain(OF_CALLS.take_due.replace("%(most)s", "100"), [])
    state.connection.execute("DELETE FROM hooks_ending")

    assert touched(plan) <= 10, steps(plan)


@pytest.mark.parametrize("statement", [LOST_SESSIONS, LOST_CALLS, LOST_STREAMS, ASK_FOR_LONGEST])
def test_the_reaper_looks_at_what_lives_alone(state, statement):
    statement, number = re.subn(r"%\(\w+\)s", "%s", statement)

    assert touched(state.explain(statement, ["1000000"] * number)) <= LIVING + LIVING_OF_POOL


def test_the_figures_of_metrics_look_at_what_lives_alone(state):
    plan = state.explain(figures.LOOK, [])
    living = 1.01 * (LIVING + LIVING_OF_POOL)  # with those of the hooks above
    assert touched(plan) <= living
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 5 * living


@pytest.mark.early
@pytest.mark.proof
def test_every_statement_gives_the_facts_by_their_names(hot):
    for statement, values in (HOT["connect"], HOT["call"], HOT["stream"], HOT["event"]):
        cursor = hot.connection.execute(statement, values)
        assert tuple(column.name for column in cursor.description) == Facts._fields
        assert cursor.fetchone()[Facts._fields.index("instance_app_key")] == ""


def test_an_expression_belongs_to_a_fact():
    from hooks.statements import reading

    for expressions in (reading._CONNECT, reading._CALL, reading._EVENT):
        assert set(expressions) <= set(Facts._fields)
