"""Deletes what served its time and is no record: endings, spent tickets, breaches, notices."""

from __future__ import annotations

from hooks.duties.repeating import Connection

EVERY = 600.0  # seconds
KEPT_FOR = 30  # days
ENDINGS = """
DELETE FROM hooks_ending
 WHERE call_id = ANY (ARRAY(
       SELECT call_id FROM hooks_ending
        WHERE done_at < now() - make_interval(days => %(days)s) LIMIT 10000))
"""
# A ticket that has expired is refused for that, so its row is of no use any more.
TICKETS = """
DELETE FROM hooks_spentticket
 WHERE (tenant_id, jti) IN (
       SELECT tenant_id, jti FROM hooks_spentticket WHERE until < now() ORDER BY until LIMIT 10000)
"""
BREACHES = """
DELETE FROM hooks_visitorbreach
 WHERE (tenant_id, visitor) IN (
       SELECT tenant_id, visitor FROM hooks_visitorbreach
        WHERE since < now() - interval '2 days' ORDER BY since LIMIT 10000)
"""
# A notice of a month's limit must outlast that month.
NOTICES = """
DELETE FROM hooks_limitnotice
 WHERE id IN (SELECT id FROM hooks_limitnotice
               WHERE at < now() - interval '92 days' ORDER BY at LIMIT 10000)
"""
PRUNED = {"endings": ENDINGS, "spent tickets": TICKETS, "breaches": BREACHES, "notices": NOTICES}


async def prune(connection: Connection) -> str:
    deleted = []
    for what, statement in PRUNED.items():
        cursor = await connection.execute(statement, {"days": KEPT_FOR})
        if cursor.rowcount:
            deleted.append(f"{cursor.rowcount} {what}")
    return f"deleted {', '.join(deleted)}" if deleted else ""
