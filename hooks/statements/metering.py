"""Parts of the statement that writes: the meters of calls, or those of streams."""

from __future__ import annotations

from typing import NamedTuple


def metered(kind: str, tenant: str) -> str:
    """`tenant`: the scope of the meter that counts all of a tenant, and has the version.

    The meters are as they were read, and nobody else writes them at this moment. Whoever does is
    not waited for: the calls or streams of that tenant are decided again.
    """
    return f"""
{kind}_meter AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS read_meter (
        tenant_id bigint, scope text, version bigint, state jsonb)
), {kind}_unchanged AS MATERIALIZED (
    SELECT meter.tenant_id
      FROM {kind}_meter read_meter
      JOIN hooks_meter meter ON meter.tenant_id = read_meter.tenant_id
       AND meter.scope = read_meter.scope AND meter.version = read_meter.version
     WHERE read_meter.scope = '{tenant}'
       FOR NO KEY UPDATE OF meter SKIP LOCKED
), {kind}_begun AS (
    INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
    SELECT tenant_id, scope, 1, state, statement_timestamp()
      FROM {kind}_meter WHERE scope = '{tenant}' AND version = 0
    ON CONFLICT DO NOTHING RETURNING tenant_id
), moved_{kind}_meter AS (
    INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
    SELECT tenant_id, scope, 0, state, statement_timestamp()
      FROM {kind}_meter
     WHERE tenant_id IN (SELECT tenant_id FROM {kind}_unchanged)
        OR scope <> '{tenant}' AND tenant_id IN (SELECT tenant_id FROM {kind}_begun)
    ON CONFLICT (tenant_id, scope) DO UPDATE
       SET version = hooks_meter.version + 1, state = excluded.state,
           touched_at = excluded.touched_at
), {kind}_metered AS (
    SELECT tenant_id FROM {kind}_unchanged UNION ALL SELECT tenant_id FROM {kind}_begun
)"""


def not_metered(kind: str) -> str:
    return f"""
{kind}_metered AS (SELECT NULL::bigint AS tenant_id WHERE false)"""


class Asking(NamedTuple):
    """The parts about what was asked for, in their order."""

    metered: str
    not_metered: str
    settled: str
    asked: str

    def parts(self, metered: bool, settled: bool, asked: bool) -> list[str]:
        needed = (metered, asked and not metered, settled, asked)
        return [part for part, is_needed in zip(self, needed, strict=True) if is_needed]
