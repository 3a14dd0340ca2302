"""Parts of the statement that writes: sessions that are opened, and reports of them."""

from __future__ import annotations

# Of the sessions that would try a password, one gets it; the others are decided again. Their
# tickets are not spent by then.
OPENING = """
connected AS (
    SELECT * FROM json_to_recordset(%s) AS connected (
        id uuid, tenant_id bigint, instance_id uuid, node_id text, wcs_session_id text,
        app_key text, domain_id bigint, origin text, sip_account_id uuid, sip_login text,
        connect_digest text, opened_at timestamptz, node_is_new bool, visitor text,
        visitor_display text, ticketed bool, ticket_alias text, label text, context jsonb,
        jti text, spent_until double precision, sip_password_since timestamptz,
        tries_password bool, publish_alias text, play_alias text)
), trying AS (
    INSERT INTO hooks_passwordtrial (account_id, since, session_id, began_at, state, detail)
    SELECT DISTINCT ON (sip_account_id) sip_account_id, sip_password_since, id, opened_at,
           'proving', ''
      FROM connected WHERE tries_password ORDER BY sip_account_id, id
    ON CONFLICT DO NOTHING RETURNING session_id
), opening AS (
    SELECT * FROM connected
     WHERE NOT tries_password OR id IN (SELECT session_id FROM trying)
)"""
# A ticket is spent by the one session that inserts its row; locked in one order, as rows are below.
OPENED = """
spent AS (
    INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
    SELECT tenant_id, jti, id, to_timestamp(spent_until)
      FROM opening WHERE jti IS NOT NULL
     ORDER BY tenant_id, jti
    ON CONFLICT DO NOTHING RETURNING session_id
), opened AS (
    INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key,
                               domain_id, origin,
                               sip_account_id, sip_login, connect_digest, opened_at, ended_by,
                               visitor, visitor_display, ticketed, ticket_alias, label, context,
                               sip_password_since, publish_alias, play_alias)
    SELECT id, tenant_id, instance_id, node_id, wcs_session_id, app_key, domain_id, origin,
           sip_account_id, sip_login, connect_digest, opened_at, '',
           visitor, visitor_display, ticketed, ticket_alias, label, context, sip_password_since,
           publish_alias, play_alias
      FROM opening
     WHERE jti IS NULL OR id IN (SELECT session_id FROM spent)
    ON CONFLICT DO NOTHING RETURNING id
), node AS (
    INSERT INTO tenants_wcsnode (instance_id, node_id, first_seen_at)
    SELECT instance_id, node_id, min(opened_at)
      FROM opening WHERE node_is_new GROUP BY instance_id, node_id
    ON CONFLICT DO NOTHING
)"""
# Rows are locked in the order of their ids, so that two batches never wait for each other in a
# circle; and they are found by their ids, whatever the planner believes of the table.
REPORTS = """
session_report AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS report (
        id uuid, established_at timestamptz, ended_at timestamptz, ended_by text, was_kept bool)
), session_progress AS (
    SELECT report.*
      FROM hooks_session session
      JOIN session_report report ON report.id = session.id
     WHERE session.id = ANY (ARRAY(SELECT id FROM session_report))
     -- A report that was kept since before the session began was of an earlier one of the same id
     -- (two clocks may differ a bit). Of any other the time says nothing: PostgreSQL's clock may
     -- have been stepped.
       AND (NOT report.was_kept
            OR coalesce(report.ended_at, report.established_at)
               > session.opened_at - interval '2 seconds')
     ORDER BY session.id FOR NO KEY UPDATE OF session
), moved_session AS (
    UPDATE hooks_session session
       SET established_at = least(session.established_at, progress.established_at),
           ended_at = least(session.ended_at, progress.ended_at),
           ended_by = CASE WHEN session.ended_by IN ('', 'reaper')
                                OR progress.ended_at < session.ended_at
                           THEN coalesce(progress.ended_by, session.ended_by)
                           ELSE session.ended_by END
      FROM session_progress progress
     WHERE progress.id = session.id
       AND session.id = ANY (ARRAY(SELECT id FROM session_progress))
)"""
NO_REPORTS = """
session_progress AS (SELECT NULL::uuid AS id, NULL::timestamptz AS ended_at WHERE false)"""
