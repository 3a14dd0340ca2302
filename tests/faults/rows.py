"""What the database holds of the hooks that were sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import psycopg

EVENTS = "SELECT body->>'info' FROM hooks_eventlog WHERE body->>'info' IS NOT NULL"
SESSIONS = "SELECT wcs_session_id, ended_at IS NULL FROM hooks_session"
CALLS = "SELECT wcs_call_id, ended_at IS NULL, decision = 'allowed' FROM hooks_call"
HELD = """
SELECT coalesce(sum((state->>'living')::int), 0) FROM hooks_meter WHERE scope = 'tenant'
"""
EMPTY = """
DO $$ BEGIN
    DELETE FROM hooks_eventlog; DELETE FROM hooks_call; DELETE FROM hooks_session;
    DELETE FROM hooks_meter; DELETE FROM hooks_refusedid;
END $$
"""


@dataclass(frozen=True)
class Rows:
    events: Counter[int]  # by the number of the hook
    sessions: Counter[str]  # by the id that WCS gave
    living_sessions: set[str]
    calls: Counter[str]
    living_calls: set[str]
    allowed_calls: set[str]
    held: int  # places of living calls that meters still count


def read(connection: psycopg.Connection) -> Rows:
    events = Counter(int(row[0]) for row in connection.execute(EVENTS) if row[0].isdigit())
    sessions = connection.execute(SESSIONS).fetchall()
    calls = connection.execute(CALLS).fetchall()
    return Rows(
        events,
        Counter(session for session, _ in sessions),
        {session for session, lives in sessions if lives},
        Counter(call for call, _, _ in calls),
        {call for call, lives, _ in calls if lives},
        {call for call, _, is_allowed in calls if is_allowed},
        connection.execute(HELD).fetchone()[0],
    )
