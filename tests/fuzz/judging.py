"""What an answer, the log and the rows must never be, whatever was posted."""

from __future__ import annotations

import json

import psycopg

from tests.attack.wire import read_answers
from tests.cast_secrets import (
    ACME_PASSWORD,
    ACME_SIGNING,
    GLOBEX_PASSWORD,
    GLOBEX_SIGNING,
    SECRETS,
    SHARED_SIGNING,
)
from tests.fuzz.bodies import TICKET_SECRET
from tests.fuzz.stage import LIVING_CALLS

# gunicorn's own words for codings and versions that it does not know. No other 5xx: the database is
# there, and nothing else asks.
HARMLESS = {501, 505}
NUMBER = "4930123456"
NEVER_SAID = (ACME_SIGNING, GLOBEX_SIGNING, SHARED_SIGNING, TICKET_SECRET)
FAULTS = ("fault in", "Traceback", "Exception", "Task was destroyed", "never awaited")

# Each finds rows that may not be.
ROWS = {
    "a session of a tenant that its instance does not serve": """
        SELECT id FROM hooks_session session WHERE NOT EXISTS (
            SELECT FROM tenants_wcsinstance_tenants served
             WHERE served.wcsinstance_id = session.instance_id
               AND served.tenant_id = session.tenant_id)""",
    "a session with another tenant's domain or account": """
        SELECT session.id FROM hooks_session session
          LEFT JOIN tenants_domain domain ON domain.id = session.domain_id
          LEFT JOIN tenants_sipaccount account ON account.id = session.sip_account_id
         WHERE domain.tenant_id IS DISTINCT FROM session.tenant_id
            OR account.tenant_id IS DISTINCT FROM session.tenant_id""",
    "a session of a suspended tenant": """
        SELECT session.id FROM hooks_session session
          JOIN tenants_tenant tenant ON tenant.id = session.tenant_id
         WHERE tenant.status <> 'active'""",
    "a call of another tenant than its session's": """
        SELECT call.id FROM hooks_call call JOIN hooks_session session
            ON session.id = call.session_id AND session.tenant_id <> call.tenant_id""",
    "a call to what is no callee of its tenant": """
        SELECT id FROM hooks_call call WHERE decision = 'allowed' AND NOT EXISTS (
            SELECT FROM tenants_callee callee
             WHERE callee.tenant_id = call.tenant_id AND callee.target = call.target)""",
    "a call after its session's end": """
        SELECT call.id FROM hooks_call call JOIN hooks_session session
            ON session.id = call.session_id
         WHERE call.decision = 'allowed' AND call.asked_at > session.ended_at""",
    "a call without its event": """
        SELECT id FROM hooks_call call WHERE decision = 'allowed' AND NOT EXISTS (
            SELECT FROM hooks_eventlog event WHERE event.call_id = call.id
               AND event.method = 'call' AND event.decision = 'allowed')""",
    "more calls at once than the cap": f"""
        SELECT count(*) FROM hooks_call call JOIN tenants_tenant tenant
            ON tenant.id = call.tenant_id AND tenant.slug = 'acme'
         WHERE call.decision = 'allowed' AND call.ended_at IS NULL
        HAVING count(*) > {LIVING_CALLS}""",
}
TABLES = ("hooks_eventlog", "hooks_session", "hooks_call", "hooks_meter", "hooks_refusedid")


class Found(AssertionError):
    """The sentence says what may not be."""


def judge_answer(received: bytes, sent: bytes, must_answer: bool) -> tuple[int, ...]:
    """Raises Found."""
    answers = read_answers(received)
    if must_answer and not answers.statuses:
        raise Found("a whole request was not answered")
    for status in answers.statuses:
        if status >= 500 and status not in HARMLESS:
            raise Found(f"an answer of {status}")

    text = received.decode("latin-1")
    for secret in NEVER_SAID:
        if secret in text:
            raise Found("a signing secret in an answer")
    _judge_exit(text, sent)
    return answers.statuses


def _judge_exit(text: str, sent: bytes) -> None:
    """A SIP password has one exit, and so has a number."""
    if json.dumps(ACME_PASSWORD)[1:-1] in text and b"-globex-1/" in sent:
        raise Found("Acme's password in an answer to Globex's WCS")
    if GLOBEX_PASSWORD in text and b"-acme-1/" in sent:
        raise Found("Globex's password in an answer to Acme's WCS")
    if NUMBER in text and b"/call " not in sent and NUMBER.encode() not in sent:
        raise Found("a number in an answer to what is no call")


def judge_rows(connection: psycopg.Connection) -> None:
    """Raises Found."""
    for sentence, statement in ROWS.items():
        if found := connection.execute(statement).fetchall():
            raise Found(f"{sentence}: {found[:3]}")
    for table in TABLES:
        for secret in (*SECRETS, TICKET_SECRET):
            if connection.execute(
                f"SELECT FROM {table} one WHERE position(%s IN one::text) > 0 LIMIT 1", [secret]
            ).fetchall():
                raise Found(f"a secret in {table}")


def judge_log(log: str) -> None:
    """Raises Found."""
    for secret in (*SECRETS, TICKET_SECRET):
        if secret in log:
            raise Found("a secret in the log")
    for mark in FAULTS:
        if mark in log:
            raise Found(f"the log says: {log[max(log.index(mark) - 200, 0) :][:3000]}")
