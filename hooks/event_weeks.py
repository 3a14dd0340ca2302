"""Events lie in weeks that begin on Mondays, UTC; this makes those to come and finds those to go.

hooks_eventlog has three kinds of parts: hooks_event, for what was before the first week; the weeks,
named after their Mondays; and hooks_event_other, for what no week takes, so that no event is ever
refused: of a clock that was wrong, or after a month without a worker. Where events are kept for
half a year or longer, a part takes several weeks.
"""

from __future__ import annotations

A_YEAR = 52  # weeks
AHEAD = "672 hours"  # four weeks
A_WEEK = "168 hours"  # not 7 days, which a change to summer time shortens
# Who makes or drops a week waits for a lock for that long at most: every event waits behind.
WITHIN = "50ms"
FIRST, OTHER = "hooks_event", "hooks_event_other"

PARTS = r"""
SELECT relname AS name,
       coalesce(substring(pg_get_expr(relpartbound, oid) FROM 'FROM \(''([^'']+)')::timestamptz,
                '-infinity') AS begins_at,
       substring(pg_get_expr(relpartbound, oid) FROM 'TO \(''([^'']+)')::timestamptz AS ends_at
  FROM pg_inherits JOIN pg_class ON oid = inhrelid
 WHERE inhparent = to_regclass('hooks_eventlog')
"""
MISSING = f"""
SELECT week
  FROM generate_series(date_trunc('week', now(), 'UTC'), now() + interval '{AHEAD}',
                       interval '{A_WEEK}') AS week
 WHERE NOT EXISTS (SELECT FROM ({PARTS}) part WHERE begins_at <= week AND ends_at > week)
 ORDER BY week
"""  # noqa: S608 - constants
# What a wrong clock wrote for a week moves there with it; a week of more events stays where it is.
MOVED = 1_000
# One worker at a time. Before the table is partitioned there is nothing to make. A table of
# somebody else's that has the name of a week is left alone.
_MAKE_WEEKS = f"""
DO $$ DECLARE monday timestamptz; ending timestamptz; made text; outside bigint; BEGIN
    IF to_regclass('hooks_eventlog') IS NULL
       OR NOT pg_try_advisory_xact_lock(hashtext('weeks of events')) THEN
        RETURN;
    END IF;
    SET LOCAL lock_timeout = '{WITHIN}';
    FOR monday IN {MISSING} LOOP
        CONTINUE WHEN monday < ending;
        SELECT least(monday + <weeks> * interval '{A_WEEK}', min(begins_at)) INTO ending
          FROM ({PARTS}) part WHERE begins_at > monday;
        made := to_char(monday AT TIME ZONE 'UTC', '"hooks_event_"YYYY_MM_DD');
        SELECT count(*) INTO outside FROM (
            SELECT FROM {OTHER} WHERE received_at >= monday AND received_at < ending
             LIMIT {MOVED} + 1) them;
        IF to_regclass(made) IS NOT NULL OR outside > {MOVED} THEN
            ending := NULL;
            CONTINUE;
        END IF;

        IF monday < now() THEN  -- hooks on their way to {OTHER} would be refused there
            LOCK TABLE ONLY hooks_eventlog IN ACCESS EXCLUSIVE MODE;
        END IF;
        LOCK TABLE {OTHER} IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE %I (LIKE hooks_eventlog INCLUDING ALL)', made);
        EXECUTE format('WITH moved AS (DELETE FROM {OTHER} WHERE received_at >= %L '
                       'AND received_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       monday, ending, made);
        EXECUTE format('ALTER TABLE hooks_eventlog ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', made, monday, ending);
    END LOOP;
END $$
"""  # noqa: S608 - constants


def make_weeks(days_kept: int) -> str:
    """The statement; 0: they are kept for ever."""
    return _MAKE_WEEKS.replace("<weeks>", str(weeks_of_part(days_kept)))


def weeks_of_part(days_kept: int) -> int:
    """So many that there are a dozen parts: a statement that names no time looks into each."""
    return max(1, days_kept // (12 * 7)) if days_kept else A_YEAR


PAST_WEEKS = f"""
SELECT name FROM ({PARTS}) part
 WHERE name <> '{FIRST}' AND ends_at < now() - make_interval(days => %(days)s)
 ORDER BY name
"""  # noqa: S608 - constants
# Parts of a time when events were kept for longer: they took more weeks than parts do now.
LONG_PARTS = f"""
SELECT name FROM ({PARTS}) part
 WHERE name NOT IN ('{FIRST}', '{OTHER}')
   AND begins_at < now() - make_interval(days => %(days)s, weeks => %(weeks)s)
   AND ends_at >= now() - make_interval(days => %(days)s)
 ORDER BY name
"""  # noqa: S608 - constants
# Up to where there is no gap, and whether that is near: the worker keeps four weeks ahead.
WEEKS_END = f"""
SELECT min(ends_at), min(ends_at) < now() + interval '{A_WEEK}'
  FROM ({PARTS}) part
 WHERE ends_at > now()
   AND NOT EXISTS (SELECT FROM ({PARTS}) following WHERE following.begins_at = part.ends_at)
"""  # noqa: S608 - constants
