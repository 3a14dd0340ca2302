"""Who is blocked, and what makes a visitor blocked: parts of the statements of the hooks."""

from __future__ import annotations

from hooks.recording import BREACHES_TO_BLOCK

WINDOW = "24 hours"
BLOCKED_FOR = "24 hours"  # the first time; the second time until somebody lifts it

# With the visitors put in: of a tenant named `tenant`, those that are blocked now.
BLOCKED = """
       SELECT string_agg(block.visitor, ' ') AS visitors FROM hooks_visitorblock block
        WHERE block.tenant_id = tenant.id AND block.visitor = {}
          AND block.lifted_at IS NULL
          AND (block.until IS NULL OR block.until > statement_timestamp())"""
# One row counts for each visitor, so that of several processes one sees the third breach. A
# statement that waited for the row still sees the blocks as they were when it began; the function
# sees them as they are.
BREACHED = f"""
breach AS (
    SELECT tenant_id, visitor, sum(times) AS times, min(display) AS display, min(because) AS because
      FROM json_to_recordset(%s) AS breach (
           tenant_id bigint, visitor text, display text, because text, times int)
     GROUP BY tenant_id, visitor
), counted AS (
    INSERT INTO hooks_visitorbreach (tenant_id, visitor, times, since)
    SELECT tenant_id, visitor, times, statement_timestamp() FROM breach
     ORDER BY tenant_id, visitor
    ON CONFLICT (tenant_id, visitor) DO UPDATE
       SET times = excluded.times + CASE
                   WHEN hooks_visitorbreach.since > excluded.since - interval '{WINDOW}'
                   THEN hooks_visitorbreach.times %% {BREACHES_TO_BLOCK} ELSE 0 END,
           since = CASE WHEN hooks_visitorbreach.since > excluded.since - interval '{WINDOW}'
                         AND hooks_visitorbreach.times < {BREACHES_TO_BLOCK}
                        THEN hooks_visitorbreach.since ELSE excluded.since END
    RETURNING tenant_id, visitor, times
), blocking AS (
    INSERT INTO hooks_visitorblock (tenant_id, visitor, display, since, until, because, lifted_by)
    SELECT tenant_id, visitor, breach.display, statement_timestamp(),
           CASE WHEN NOT earlier.is_there
                THEN statement_timestamp() + interval '{BLOCKED_FOR}' END,
           breach.because, ''
      FROM counted JOIN breach USING (tenant_id, visitor)
     CROSS JOIN LATERAL blocks_of_visitor(tenant_id, visitor) earlier
     WHERE counted.times >= {BREACHES_TO_BLOCK} AND NOT earlier.lives
)"""
