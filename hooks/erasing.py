"""Erases what is personal in ended sessions: who the visitor was, what they sent, from where.

What was called, when and at what cost stays, for the customer's bill. Meters and breaches of a
visitor hold a keyed hash; the worker deletes them within two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from hooks.tickets.gateway_key import visitor_key
from hooks.tickets.visitor import Told, name_address, name_visitor

BATCH = 1_000  # sessions, or events
NO_UUID = "00000000-0000-0000-0000-000000000000"
ERASED = "starts_with(wcs_session_id, 'erased ')"
# A session id of the old kind is the visitor's address.
SESSIONS = """
UPDATE hooks_session
   SET visitor = '', visitor_display = '', label = '', context = NULL, connect_digest = '',
       wcs_session_id = 'erased ' || id
 WHERE id = ANY (%(ids)s)
"""
CALLS = "UPDATE hooks_call SET visitor = '', end_info = '' WHERE session_id = ANY (%(ids)s)"
# The page chose the id.
STREAMS = """
UPDATE hooks_stream SET visitor = '', end_info = '', media_session_id = 'erased ' || id
 WHERE session_id = ANY (%(ids)s)
"""
QUALITY = """
DELETE FROM hooks_callquality
 WHERE call_id = ANY (ARRAY(SELECT id FROM hooks_call WHERE session_id = ANY (%(ids)s)))
"""
EVENTS = "UPDATE hooks_eventlog SET body = '{}', detail = '' WHERE session_id = ANY (%(ids)s)"
# What customers' systems were told, and what they answered.
MESSAGES = """
WITH message AS (
    UPDATE hooks_webhookmessage
       SET data = data - ARRAY['label', 'context', 'wcs_session_id', 'media_session_id',
                                 'text']
     WHERE subject = ANY (ARRAY(SELECT id FROM hooks_call WHERE session_id = ANY (%(ids)s))
                          || ARRAY(SELECT id FROM hooks_stream WHERE session_id = ANY (%(ids)s))
                          || %(ids)s::uuid[])
    RETURNING id
)
UPDATE hooks_webhookdelivery SET attempts = '[]'
 WHERE message_id = ANY (ARRAY(SELECT id FROM message))
"""
# What was written to this visitor alone.
TEXTS = """
UPDATE hooks_datamessage SET text = '' WHERE goes_to <> 'everybody' AND text <> ''
   AND id = ANY (ARRAY(SELECT message_id FROM hooks_datarecipient
                        WHERE session_id = ANY (%(ids)s)))
"""
# And what they wrote. The page chose the id, and may have put anything there.
PAGE_MESSAGES = """
UPDATE hooks_pagemessage SET text = '', operation_id = 'erased ' || id
 WHERE session_id = ANY (%(ids)s)
"""
OF_SESSIONS = (SESSIONS, CALLS, QUALITY, STREAMS, EVENTS, MESSAGES, TEXTS, PAGE_MESSAGES)
EVENTS_ALONE = "UPDATE hooks_eventlog SET body = '{}', detail = '' WHERE id = ANY (%(ids)s)"
NEXT_SESSIONS = f"""
SELECT id, opened_at FROM hooks_session
 WHERE tenant_id = %(tenant)s AND ended_at IS NOT NULL
   AND (opened_at, id) > (%(at)s::timestamptz, %(id)s::uuid)
   AND (visitor = %(visitor)s OR %(visitor)s::text IS NULL) AND NOT {ERASED}
 ORDER BY opened_at, id LIMIT %(batch)s
"""  # noqa: S608 - a constant
# Hooks that were refused before there was a session, and those whose session is deleted.
NEXT_EVENTS = """
SELECT id, received_at FROM hooks_eventlog event
 WHERE tenant_id = %(tenant)s AND received_at < %(begun)s AND body <> '{}'
   AND (received_at, id) > (%(at)s::timestamptz, %(id)s::bigint)
   AND NOT EXISTS (SELECT FROM hooks_session session WHERE session.id = event.session_id)
 ORDER BY received_at, id LIMIT %(batch)s
"""
COUNT = f"""
SELECT count(*) FILTER (WHERE ended_at IS NOT NULL AND NOT {ERASED}),
       count(*) FILTER (WHERE ended_at IS NULL), now()
  FROM hooks_session
 WHERE tenant_id = %(tenant)s AND (visitor = %(visitor)s OR %(visitor)s::text IS NULL)
"""  # noqa: S608 - a constant
# The block itself stays: it is the tenant's protection, and names nobody.
BLOCKS = """
UPDATE hooks_visitorblock SET display = ''
 WHERE tenant_id = %(tenant)s AND display <> ''
   AND (visitor = %(visitor)s OR %(visitor)s::text IS NULL)
"""


# What a visitor wrote, and what customers' systems were told of it.
CALLBACKS = """
WITH gone AS (
    DELETE FROM hooks_callbackrequest
     WHERE tenant_id = %(tenant)s AND (visitor = %(visitor)s OR %(visitor)s::text IS NULL)
    RETURNING id
), message AS (
    UPDATE hooks_webhookmessage SET data = data - ARRAY['name', 'reach', 'sentence']
     WHERE subject = ANY (ARRAY(SELECT id FROM gone)) RETURNING id
)
UPDATE hooks_webhookdelivery SET attempts = '[]'
 WHERE message_id = ANY (ARRAY(SELECT id FROM message))
"""


@dataclass
class Erased:
    sessions: int = 0
    events: int = 0  # without a session
    living: int = 0  # sessions that have not ended; they are left


def visitor_by(told: Told, text: str) -> str:
    """The id of whoever is told apart by this; empty where it is no address."""
    if told is Told.BY_ADDRESS:
        return name_address(text, visitor_key()).id
    return name_visitor(told, text, visitor_key()).id


def count(tenant_id: int, visitor: str | None) -> Erased:
    """What would be erased, without the events that have no session; None: every visitor."""
    [(sessions, living, _)] = _execute(COUNT, {"tenant": tenant_id, "visitor": visitor})
    return Erased(sessions=sessions, living=living)


def erase(tenant_id: int, visitor: str | None) -> Iterator[Erased]:
    """Each batch is a transaction, and gives the sums so far; None: every visitor of the tenant."""
    whose = {"tenant": tenant_id, "visitor": visitor}
    [(_, living, begun)] = _execute(COUNT, whose)
    erased = Erased(living=living)

    for ids in _batches(NEXT_SESSIONS, whose, NO_UUID):
        with transaction.atomic():
            for statement in OF_SESSIONS:
                _execute(statement, {"ids": ids})
        erased.sessions += len(ids)
        yield erased

    if visitor is None:
        for ids in _batches(NEXT_EVENTS, whose | {"begun": begun}, 0):
            _execute(EVENTS_ALONE, {"ids": ids})
            erased.events += len(ids)
            yield erased

    _execute(CALLBACKS, whose)
    _execute(BLOCKS, whose)
    yield erased


def _batches(statement: str, values: dict[str, Any], lowest: object) -> Iterator[list[Any]]:
    """Oldest first, each row once."""
    at, last = "-infinity", lowest
    while rows := _execute(statement, values | {"at": at, "id": last, "batch": BATCH}):
        last, at = rows[-1]
        yield [id_ for id_, _ in rows]


def _execute(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
