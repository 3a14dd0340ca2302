"""What a hook costs the database: bounded, whatever the statistics say and the tables hold."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import call_command

from hooks.duties.reaping import LOST_CALLS, LOST_SESSIONS
from hooks.facts import Facts
from hooks.lifecycle import CallProgress, SessionProgress
from hooks.limits.ledger import Ledger
from hooks.limits.reservation import reserve_first_slice
from hooks.limits.weighing import read_asked, weigh_call
from hooks.models import Meter
from hooks.recording import AskedCall, Breach, LoggedEvent, OpenedSession, Record, SentTones, parts
from hooks.statements.reading import (
    MOST_LIVING,
    READ_CALL,
    READ_CONNECT,
    READ_EVENT,
    READ_INSTANCES,
    READ_PROVED_CONNECT,
    SETTINGS,
)
from hooks.statements.writing import write
from tests import cast as casting
from tests.environment import SERVER
from tests.hooks.limits.pieces import BERLIN, ended_call, limit_facts
from tests.wcs import NODE

POOL, LIVING_OF_POOL = 100, 30_000
LIVING, ENDED = 20_000, 60_000
RECURRENCES = 500  # of one old-style session id
ONE_HOOK = 60  # rows that any step touches for one hook
TABLES = (
    *("hooks_session", "hooks_call", "hooks_event", "hooks_meter", "tenants_rate"),
    *("hooks_spentticket", "hooks_visitorblock"),
)
METERS, RATES = 50_000, 50_000
SESSIONS = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_account_id, sip_login, connect_digest, opened_at, ended_at, ended_by)
SELECT gen_random_uuid(), %(tenant)s, %(instance)s, %(node)s, %(name)s || n, '', %(origin)s,
       (%(accounts)s::uuid[])[1 + n %% cardinality(%(accounts)s::uuid[])], '', '',
       now() - n * interval '1 second',
       CASE WHEN %(ended)s THEN now() - n * interval '1 millisecond' END, ''
  FROM generate_series(1, %(rows)s) AS n
"""
RECURRING = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_login, connect_digest, opened_at, ended_at, ended_by)
SELECT gen_random_uuid(), %(tenant)s, %(instance)s, %(node)s, '/1.2.3.4:5/6.7.8.9:10', '', '', '',
       '', now(), now() - n * interval '1 minute', ''
  FROM generate_series(1, %(rows)s) AS n
"""
CALLS = """
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision,
                        reason, asked_at, ended_at, ended_by, end_info)
SELECT gen_random_uuid(), tenant_id, id, 'c', '', '', '', 'allowed', 'allowed', opened_at,
       ended_at, '', ''
  FROM hooks_session WHERE wcs_session_id LIKE 's%%'
"""
# Of visitors who called once, long ago.
VISITORS = """
INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
SELECT %(tenant)s, 'visitor ' || n, 0, '{}', now() FROM generate_series(1, %(meters)s) AS n
"""
DECK = """
INSERT INTO tenants_rate (tenant_id, prefix, per_minute, connect_fee, first_increment,
                          next_increment, currency)
SELECT %(tenant)s, n::text, 1, 0, 1, 1, 'EUR' FROM generate_series(1, %(rates)s) AS n
"""
TICKETS = """
INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
SELECT %(tenant)s, 'j' || n, NULL, now() FROM generate_series(1, %(meters)s) AS n
"""
BLOCKS = """
INSERT INTO hooks_visitorblock (tenant_id, visitor, display, since, because, lifted_by)
SELECT %(tenant)s, 'v' || n, '', now(), '', '' FROM generate_series(1, %(meters)s) AS n
"""
FORGET = """
DELETE FROM pg_statistic WHERE starelid = ANY (%s::regclass[]);
"""


class Database:
    """The gateway's connection, with plans that were made while the tables were empty."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(
            host=str(SERVER.socket), user="clickhook", dbname="clickhook", autocommit=True
        )
        self.connection.execute(SETTINGS, ["30s", "30s"])
        self.statements: set[str] = set()

    def explain(self, statement: str, values: list[str]) -> dict:
        """The plan, with what it touched; its writes are taken back."""
        name = "s" + uuid.uuid5(uuid.NAMESPACE_OID, statement).hex
        literals = [psycopg.sql.Literal(value).as_string(self.connection) for value in values]
        with self.connection.transaction(force_rollback=True):
            if name not in self.statements:
                self.connection.execute(f"PREPARE {name} AS {_numbered(statement)}")
            explained = self.connection.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}({', '.join(literals)})"
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
        for table in TABLES:
            database.connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
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
        database.connection.execute(CALLS)
        values = {"tenant": cast.acme.pk, "meters": METERS, "rates": RATES}
        database.connection.execute(VISITORS, values)
        for statement in (DECK, TICKETS, BLOCKS):
            database.connection.execute(statement, values)
        yield database
        for table in TABLES:
            database.connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
        database.connection.close()
        call_command("flush", verbosity=0, interactive=False)


def question(**more) -> list[str]:
    asked = {"n": 0, "key": "key-of-acme-1", "node": NODE, "wcs_session": "s7", "digest": "d"}
    return [json.dumps([asked | more])]


def record(*records: Record, ledgers: Sequence[Ledger] = ()) -> tuple[str, list[str]]:
    made = parts(records, ledgers)
    statement = write(*(part is not None for part in made)).decode()
    return statement, [part for part in made if part]


NOW, ROW = datetime.now(UTC), "01900000-0000-7000-8000-000000000000"
EVENT: LoggedEvent = {
    "hook_id": ROW,
    "received_at": NOW,
    "method": "connect",
    "decision": "allowed",
    "reason": "allowed",
    "detail": "",
    "body": {},
    "instance_id": ROW,
    "tenant_id": None,
    "session_id": None,
    "call_id": None,
    "only_with": None,
}
OPENED: OpenedSession = {
    "id": ROW,
    "tenant_id": 1,
    "instance_id": ROW,
    "node_id": NODE,
    "wcs_session_id": "new",
    "app_key": "",
    "domain_id": None,
    "origin": "https://www.acme.example",
    "sip_account_id": ROW,
    "sip_login": "",
    "connect_digest": "",
    "opened_at": NOW,
    "node_is_new": False,
    "visitor": "",
    "visitor_display": "",
    "ticketed": True,
    "ticket_alias": "sales",
    "label": "",
    "context": None,
    "jti": "new",
    "spent_until": 1.0,
    "sip_password_since": NOW,
    "tries_password": True,
}
BREACH: Breach = {"tenant_id": 1, "visitor": "v1", "display": "", "because": "visitor_hour"}
ASKED: AskedCall = {
    "id": ROW,
    "tenant_id": 1,
    "session_id": ROW,
    "wcs_call_id": "new",
    "alias": "",
    "target": "",
    "caller": "",
    "decision": "allowed",
    "reason": "allowed",
    "asked_at": NOW,
    "ended_at": None,
    "ended_by": "",
    "visitor": "",
    "reservation": reserve_first_slice(read_asked(limit_facts(), [], BERLIN), ["tenant"]),
    "fallback": "",
}


def metering() -> Ledger:
    """Of a tenant whose meters are as they were read, with a call that has ended."""
    ended = ended_call(ASKED["reservation"], talked=60, id=ROW)
    ledger = Ledger(1, limit_facts(version=1, meters={"tenant": {}}, ended=[ended]))
    assert weigh_call(limit_facts(), ledger, 7, "a", BERLIN).reservation
    return ledger


TONES: SentTones = {"call_id": ROW, "presses": 1, "sent": 1, "last": [1.0]}
ACME, GLOBEX = "https://www.acme.example", "https://globex.example:8443"
OLD_STYLE = "/1.2.3.4:5/6.7.8.9:10"
HOT = {
    "instances": (READ_INSTANCES, ["{key-of-acme-1}"]),
    "connect": (READ_CONNECT, question(origins=ACME, wcs_session="new")),
    "connect where proof is required": (
        READ_PROVED_CONNECT,
        question(origins=ACME, wcs_session="new"),
    ),
    "connect with a ticket": (
        READ_CONNECT,
        question(origins=ACME, wcs_session="new", kid="tk", jti="j7", token=True, visitors="v1 v2"),
    ),
    "connect of a living session": (READ_CONNECT, question(origins=ACME)),
    "connect under an id that recurs": (
        READ_CONNECT,
        question(origins=ACME, wcs_session=OLD_STYLE),
    ),
    "connect of a stranger": (READ_CONNECT, question(key="no", origins="https://no.example")),
    "call": (READ_CALL, question(wcs_call="new", alias="sales")),
    "call again": (READ_CALL, question(wcs_call="c", alias="")),
    "event": (READ_EVENT, question(wcs_call="c")),
    "event under an id that recurs": (READ_EVENT, question(wcs_call="c", wcs_session=OLD_STYLE)),
    "writing a session": record(Record(EVENT, opened=OPENED)),
    "writing a call": record(Record(EVENT, asked=ASKED), ledgers=[metering()]),
    "writing a breach": record(Record(EVENT, breach=BREACH)),
    "writing an end": record(Record(EVENT, session=(ROW, SessionProgress(None, NOW, "x")))),
    "tones": (READ_EVENT, question(wcs_call="c", sends_tones=True)),
    "writing tones": record(Record(EVENT, tones=TONES)),
    "writing a report": record(Record(EVENT, call=(ROW, CallProgress(NOW, ringing_at=NOW)))),
}
ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
STATES = ["planned when empty", "never analysed", "analysed when empty", "analysed"]


@pytest.fixture(params=STATES)
def state(request, hot):
    """What the planner knows. The first leaves the plans as the empty tables made them."""
    execute = hot.connection.execute
    if request.param == "planned when empty":
        return hot
    if request.param == "analysed":
        execute("ANALYZE")
    else:
        oids = "{" + ",".join(TABLES) + "}"
        execute(FORGET, [oids])
        tuples = -1 if request.param == "never analysed" else 0
        execute(
            "UPDATE pg_class SET reltuples = %s, relpages = 0 WHERE oid = ANY (%s::regclass[])",
            [tuples, oids],
        )
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


@pytest.mark.parametrize("what", HOT)
def test_a_hook_touches_few_rows(state, what):
    plan = state.explain(*HOT[what])

    assert touched(plan) <= ONE_HOOK, [
        (node["Node Type"], node.get("Index Name"), node.get("Relation Name"), touched(node))
        for node in nodes(plan)
    ]
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


@pytest.mark.parametrize("statement", [LOST_SESSIONS, LOST_CALLS])
def test_the_reaper_looks_at_what_lives_alone(state, statement):
    leases = {"session": "1e6", "ring": "1e6", "call": "1e6"}
    names = re.findall(r"%\((\w+)\)s", statement)
    plan = state.explain(re.sub(r"%\(\w+\)s", "%s", statement), [leases[n] for n in names])

    assert touched(plan) <= LIVING + LIVING_OF_POOL


def test_every_statement_gives_the_facts_by_their_names(hot):
    for statement, values in (HOT["connect"], HOT["call"], HOT["event"]):
        cursor = hot.connection.execute(statement, values)
        assert tuple(column.name for column in cursor.description) == Facts._fields
        assert cursor.fetchone()[Facts._fields.index("instance_app_key")] == ""


def test_an_expression_belongs_to_a_fact():
    from hooks.statements import reading

    for expressions in (reading._CONNECT, reading._CALL, reading._EVENT):
        assert set(expressions) <= set(Facts._fields)
