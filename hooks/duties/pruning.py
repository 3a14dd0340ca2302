"""Deletes what served its time and is no record: endings, tickets, breaches, meters, notices."""

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
# No window of a visitor is longer than a day. What is read and written meanwhile is written anew.
METERS = """
DELETE FROM hooks_meter
 WHERE (tenant_id, scope) IN (
       SELECT tenant_id, scope FROM hooks_meter
        WHERE (scope LIKE 'visitor %%' OR scope LIKE 'attempts %%')
          AND touched_at < now() - interval '25 hours' LIMIT 10000)
"""
# What is left of an address goes with the other records; the block itself stays.
DISPLAYS = """
UPDATE hooks_visitorblock SET display = ''
 WHERE display <> '' AND since < now() - make_interval(days => %(days)s)
"""
# A notice of a month's limit must outlast that month.
NOTICES = """
DELETE FROM hooks_limitnotice
 WHERE id IN (SELECT id FROM hooks_limitnotice
               WHERE at < now() - interval '92 days' ORDER BY at LIMIT 10000)
"""
PRUNED = {
    "endings": ENDINGS,
    "spent tickets": TICKETS,
    "breaches": BREACHES,
    "meters of visitors": METERS,
    "addresses of blocked visitors": DISPLAYS,
    "notices": NOTICES,
}


async def prune(connection: Connection) -> str:
    deleted = []
    for what, statement in PRUNED.items():
        cursor = await connection.execute(statement, {"days": KEPT_FOR})
        if cursor.rowcount:
            deleted.append(f"{cursor.rowcount} {what}")
    return f"deleted {', '.join(deleted)}" if deleted else ""
