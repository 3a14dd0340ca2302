"""The SQL that moves calls and sessions follows the same rule as `lifecycle.merge`."""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import itemgetter
from typing import Any

import pytest
from django.db import connection

from hooks.lifecycle import CallProgress, SessionProgress
from hooks.statements.writing import write
from tests.cast import assemble

pytestmark = pytest.mark.proof

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CALLS, SESSIONS, MOST_EVENTS = 3000, 1500, 5
ENDS = ("finish", "busy", "failed")
INSERT_SESSIONS = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_login, connect_digest, opened_at, ended_by)
SELECT id, %s, %s, 'n', id::text, '', 'https://www.acme.example', '', '', %s, ''
  FROM unnest(%s::uuid[]) AS id
"""
INSERT_CALLS = """
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision,
                        reason, asked_at, ended_by, end_info)
SELECT id, %s, %s, id::text, '', '', '', 'allowed', 'allowed', %s, '', ''
  FROM unnest(%s::uuid[]) AS id
"""
READ_CALLS = """
SELECT id::text, ringing_at, answered_at, ended_at, ended_by, end_info, sip_status FROM hooks_call
"""
READ_SESSIONS = "SELECT id::text, established_at, ended_at, ended_by FROM hooks_session"


def second(number: int) -> datetime:
    return NOW + timedelta(seconds=number)


def call_event(chance: random.Random, number: int) -> CallProgress:
    at = second(number)
    status = chance.choice([None, 100, 180, 200, 486])
    match chance.randrange(5):
        case 0:
            return CallProgress(at, ringing_at=at, sip_status=status)
        case 1:
            return CallProgress(at, answered_at=at, sip_status=status)
        case 2:
            return CallProgress(at, sip_status=status)
    info = chance.choice(["", f"info {number}"])
    return CallProgress(at, ended_at=at, ended_by=chance.choice(ENDS), info=info, sip_status=status)


def session_event(chance: random.Random, number: int) -> SessionProgress:
    at = second(number)
    if chance.randrange(2):
        return SessionProgress(established_at=at)
    return SessionProgress(ended_at=at, ended_by=chance.choice(["disconnected", "failed"]))


def shuffled_history(chance: random.Random, make_event) -> list[Any]:
    """In any order, and some of it twice; each event has a time of its own."""
    events = [make_event(chance, number) for number in range(chance.randint(1, MOST_EVENTS - 2))]
    history = events + chance.choices(events, k=2)
    chance.shuffle(history)
    return history


def apply_in_rounds(histories: dict[str, list[Any]], *, sessions: bool) -> None:
    """The first event of each row in one statement, then the second of each, and so on."""
    statement = write(sessions=sessions, calls=not sessions).decode()
    with connection.cursor() as cursor:
        for turn in range(MOST_EVENTS):
            rows = [
                {"id": key, **history[turn]._asdict()}
                for key, history in histories.items()
                if turn < len(history)
            ]
            cursor.execute(statement, [json.dumps(rows, default=datetime.isoformat)])


def read_rows(statement: str) -> dict[str, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {key: tuple(rest) for key, *rest in cursor.fetchall()}


def call_columns(merged: CallProgress) -> tuple[Any, ...]:
    """As a row holds them: a call is answered no later than it ends."""
    answered = merged.answered_at
    if answered and merged.ended_at:
        answered = min(answered, merged.ended_at)
    return (
        merged.ringing_at,
        answered,
        merged.ended_at,
        merged.ended_by or "",
        merged.info or "",
        merged.sip_status,
    )


@pytest.fixture
def sessions(db) -> list[str]:
    """Many at one instance."""
    cast = assemble()
    ids = [str(uuid.uuid4()) for _ in range(SESSIONS)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SESSIONS, [cast.acme.id, cast.acme_1.pk, NOW, ids])
    return ids


def test_thousands_of_calls_end_as_merge_says(sessions):
    ids = [str(uuid.uuid4()) for _ in range(CALLS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id FROM hooks_session LIMIT 1")
        cursor.execute(INSERT_CALLS, [cursor.fetchone()[0], sessions[0], NOW, ids])
    chance = random.Random(4711)
    histories = {key: shuffled_history(chance, call_event) for key in ids}

    apply_in_rounds(histories, sessions=False)

    expected = {
        key: call_columns(reduce(CallProgress.merge, history)) for key, history in histories.items()
    }
    assert read_rows(READ_CALLS) == expected
    assert set(map(itemgetter(3), expected.values())) == {*ENDS, ""}


def test_thousands_of_sessions_end_as_merge_says(sessions):
    chance = random.Random(4712)
    histories = {key: shuffled_history(chance, session_event) for key in sessions}

    apply_in_rounds(histories, sessions=True)

    expected = {}
    for key, history in histories.items():
        merged = reduce(SessionProgress.merge, history)
        expected[key] = (merged.established_at, merged.ended_at, merged.ended_by or "")
    assert read_rows(READ_SESSIONS) == expected
