"""Judges the trials of SIP passwords, and forgets an old password that nobody holds any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from hooks.calls.sip_rotation import finish_rotation
from hooks.calls.sip_standing import refusal_status
from hooks.duties.repeating import Connection
from hooks.models.password_trial import PasswordTrial
from tenants.models import SipAccount
from tenants.secrets.encryption import SecretUnreadable

log = logging.getLogger("hooks")
EVERY = 5.0  # seconds
# A visitor may leave the page open without a call: then another one tries the password.
TRIAL_LASTS = 600  # seconds
State = PasswordTrial.State

TRIALS = """
SELECT trial.id, registration.statuses, registration.infos, calls.seen,
       session.id IS NULL OR session.ended_at IS NOT NULL
       OR trial.began_at < now() - make_interval(secs => %(lasts)s) AS is_over
  FROM hooks_passwordtrial trial
  LEFT JOIN hooks_session session ON session.id = trial.session_id
  LEFT JOIN LATERAL (
       SELECT array_agg(body->>'status') AS statuses, array_agg(body->>'info') AS infos
         FROM hooks_eventlog
        WHERE session_id = trial.session_id AND method = 'RegistrationStatusEvent'
       ) registration ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object(
                  'is_accepted', ringing_at IS NOT NULL OR answered_at IS NOT NULL,
                  'ended_by', ended_by, 'sip_status', sip_status, 'end_info', end_info)) AS seen
         FROM hooks_call WHERE session_id = trial.session_id AND decision = 'allowed'
       ) calls ON true
 WHERE trial.state = 'proving'
 ORDER BY trial.id LIMIT 1000
"""
DECIDE = """
UPDATE hooks_passwordtrial SET state = %(state)s, detail = %(detail)s, decided_at = now()
 WHERE id = %(id)s AND state = 'proving'
"""
GIVE_BACK = "DELETE FROM hooks_passwordtrial WHERE id = %(id)s AND state = 'proving'"
PROVED = """
SELECT account.id, trial.since
  FROM hooks_passwordtrial trial
  JOIN tenants_sipaccount account
    ON account.id = trial.account_id AND account.next_since = trial.since
 WHERE trial.state = 'proved'
   AND NOT EXISTS (
       SELECT FROM hooks_session
        WHERE sip_account_id = account.id AND ended_at IS NULL
          AND sip_password_since IS DISTINCT FROM trial.since)
 LIMIT 100
"""


class Evidence(NamedTuple):
    """What the session of a trial has shown so far."""

    registrations: Sequence[str] = ()  # WCS's words
    infos: Sequence[str | None] = ()
    calls: Sequence[Mapping[str, Any]] = ()


class Verdict(NamedTuple):
    state: PasswordTrial.State
    detail: str


def judge(evidence: Evidence) -> Verdict | None:
    """None as long as nothing speaks for or against the password."""
    if "REGISTERED" in evidence.registrations:
        return Verdict(State.PROVED, "It registered at the SIP server.")
    if any(call["is_accepted"] for call in evidence.calls):
        return Verdict(State.PROVED, "A call with it rang.")
    for status, info in zip(evidence.registrations, evidence.infos, strict=True):
        if status == "FAILED":
            return Verdict(State.FAILED, f"The registration failed: {info or 'no reason given'}.")
    for call in evidence.calls:
        if call["ended_by"] == "failed" and (refused_with := refusal_status(call)):
            return Verdict(State.FAILED, f"A call was refused with SIP {refused_with}.")
    return None


async def rotate(connection: Connection) -> str:
    decided = await _judge_trials(connection)
    finished = await _finish(connection)
    parts = [f"decided {decided} trials"] if decided else []
    parts += [f"{finished} old passwords forgotten"] if finished else []
    return ", ".join(parts)


async def _judge_trials(connection: Connection) -> int:
    cursor = await connection.execute(TRIALS, {"lasts": TRIAL_LASTS})
    decided = 0
    for trial, statuses, infos, calls, is_over in await cursor.fetchall():
        verdict = judge(Evidence(statuses or (), infos or (), calls or ()))
        if verdict:
            values = {"id": trial, "state": verdict.state, "detail": verdict.detail[:500]}
            await connection.execute(DECIDE, values)
            decided += 1
        elif is_over:
            await connection.execute(GIVE_BACK, {"id": trial})
    return decided


async def _finish(connection: Connection) -> int:
    rows = await (await connection.execute(PROVED)).fetchall()
    return await asyncio.to_thread(_finish_all, rows) if rows else 0


def _finish_all(rows: Sequence[tuple[UUID, datetime]]) -> int:
    try:
        return sum(_finish_one(account, since) for account, since in rows)
    finally:
        connections.close_all()  # this thread's


def _finish_one(account: UUID, since: datetime) -> bool:
    try:
        return finish_rotation(account, since)
    except SecretUnreadable as error:
        log.error("the next password of a SIP account does not open: %s", error)
    except SipAccount.DoesNotExist:
        pass  # it was deleted meanwhile
    return False
