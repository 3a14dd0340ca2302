"""Keeps the proofs of domains: new claims, looks that are due, claims that nobody proved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.conf import settings
from django.db import connections

from hooks.duties.repeating import Connection
from tenants.models import DomainProof
from tenants.proof.checking import check_proof, end_old_claims

log = logging.getLogger("hooks")
EVERY = 60.0  # seconds
MOST_LOOKS = 16  # a turn, side by side: each takes up to ten seconds, a turn up to thirty
TAKEN_FOR = 600  # seconds in which no other worker looks at the same domain

# Domains without a proof, or with that of another origin, begin to claim theirs. As long as proof
# is not required, all count as proved, so that nothing stops working on the day when it is.
CLAIM = """
INSERT INTO tenants_domainproof AS proof (domain_id, origin, token, claimed_at, proved_at,
                                          proved_by, due_at, problem)
SELECT domain.id, domain.origin, replace(gen_random_uuid()::text, '-', ''), now(),
       CASE WHEN NOT %(required)s THEN now() END,
       CASE WHEN %(required)s THEN '' ELSE 'before' END, now(), ''
  FROM tenants_domain domain
  LEFT JOIN tenants_domainproof known
       ON known.domain_id = domain.id AND known.origin = domain.origin
      AND (known.proved_at IS NOT NULL OR %(required)s)
 WHERE known.domain_id IS NULL
 LIMIT 10000
ON CONFLICT (domain_id) DO UPDATE
   SET origin = excluded.origin,
       token = CASE WHEN proof.origin = excluded.origin THEN proof.token ELSE excluded.token END,
       claimed_at = excluded.claimed_at,
       proved_at = excluded.proved_at, proved_by = excluded.proved_by, due_at = excluded.due_at,
       lost_at = NULL, problem = ''
"""
FORGET = """
DELETE FROM tenants_domainproof proof
 WHERE NOT EXISTS (SELECT FROM tenants_domain WHERE id = proof.domain_id)
"""
# Of other ways of proof nothing is published that could be looked at.
TAKE_DUE = """
UPDATE tenants_domainproof SET due_at = now() + make_interval(secs => %(taken_for)s)
 WHERE domain_id = ANY (ARRAY(
       SELECT domain_id FROM tenants_domainproof
        WHERE due_at < now() AND proved_by IN ('', 'dns', 'web')
        ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED))
RETURNING domain_id
"""


async def prove(connection: Connection) -> str:
    is_required = settings.CLICKHOOK_DOMAIN_PROOF == "required"
    claimed = (await connection.execute(CLAIM, {"required": is_required})).rowcount
    await connection.execute(FORGET)
    parts = [f"{claimed} new domains"] if claimed else []
    if is_required:
        parts += await _look_and_end(connection)
    return ", ".join(parts)


async def _look_and_end(connection: Connection) -> list[str]:
    taken = {"taken_for": TAKEN_FOR, "most": MOST_LOOKS}
    due = [key for (key,) in await (await connection.execute(TAKE_DUE, taken)).fetchall()]
    if due:
        await asyncio.to_thread(_look_at_all, due)
    ended = await asyncio.to_thread(_end_claims)
    for origin in ended:
        log.warning("deleted the domain %s: nobody proved it in time", origin)
    parts = [f"looked at {len(due)} domains"] if due else []
    return parts + ([f"deleted {len(ended)} domains without proof"] if ended else [])


def _look_at_all(keys: Sequence[int]) -> None:
    with ThreadPoolExecutor(len(keys)) as pool:
        # In a copy of the context each, where the audit finds who acts.
        looks = [pool.submit(copy_context().run, _look_at, key) for key in keys]
    for look in looks:
        look.result()


def _look_at(key: int) -> None:
    try:
        proof = DomainProof.objects.filter(pk=key).first()
        if proof:
            check_proof(proof)
    finally:
        connections.close_all()  # this thread's


def _end_claims() -> Sequence[str]:
    try:
        return end_old_claims()
    finally:
        connections.close_all()
