"""The SQL of endings, of calls and of streams: asked for, taken by whoever tries, and noted."""

from __future__ import annotations

from typing import NamedTuple, Self

# One for which the same was asked before is due at once again.
_ASK = """
INSERT INTO {endings} ({row}_id, because, since, due_at, tries, result)
SELECT id, %(because)s, now(), now(), 0, ''
  FROM unnest(%(keys)s::uuid[]) AS asked (id)
ON CONFLICT ({row}_id) DO UPDATE SET due_at = now(), done_at = NULL,
       tries = CASE WHEN {endings}.done_at IS NULL THEN {endings}.tries ELSE 0 END,
       since = CASE WHEN {endings}.done_at IS NULL THEN {endings}.since ELSE now() END
"""
# The next try is 5 seconds later, then twice as long each time, at most 300.
_TAKEN = """
UPDATE {endings} ending
   SET tries = ending.tries + 1,
       due_at = now() + make_interval(secs => least(5 * 2 ^ ending.tries, 300))
  FROM hooks_{row} living, hooks_session session, tenants_wcsinstance instance
 WHERE ending.{row}_id = ANY (ARRAY(SELECT {row}_id FROM due)) AND living.id = ending.{row}_id
   AND session.id = living.session_id AND instance.id = session.instance_id
RETURNING ending.{row}_id, ending.tries, ending.result, living.{wcs_id}, session.wcs_session_id,
          instance.id, instance.rest_api_url, instance.rest_api_user, instance.rest_api_password,
          EXISTS (SELECT FROM hooks_answeringnode answering
                   WHERE answering.instance_id = instance.id
                     AND answering.url = instance.rest_api_url
                     AND answering.node_id = session.node_id)
"""
# So far ahead as the second ones none is put: the clock was stepped back meanwhile. Each reads its
# end of the index, and not what waits between them.
_TAKE_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT * FROM (
        SELECT {{row}}_id FROM {{endings}} WHERE done_at IS NULL AND due_at <= now()
         ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED) late
    UNION ALL
    SELECT * FROM (
        SELECT {{row}}_id FROM {{endings}}
         WHERE done_at IS NULL AND due_at > now() + interval '600 seconds'
         ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED) put_off
) {_TAKEN}
"""
_TAKE_THESE = f"""
WITH due AS MATERIALIZED (
    SELECT {{row}}_id FROM {{endings}} WHERE done_at IS NULL AND {{row}}_id = ANY (%(keys)s::uuid[])
     ORDER BY {{row}}_id FOR NO KEY UPDATE
) {_TAKEN}
"""
# What WCS does not have has ended: nobody else will report its end.
_NOTE = """
WITH noted AS MATERIALIZED (
    SELECT * FROM unnest(%(keys)s::uuid[], %(results)s::text[]) AS noted (id, result)
), ended AS (
    UPDATE hooks_{row} living SET ended_at = now(), ended_by = 'reaper'
      FROM noted
     WHERE living.id = noted.id AND noted.result = 'gone' AND living.ended_at IS NULL
)
UPDATE {endings} ending
   SET result = noted.result, done_at = CASE WHEN noted.result = 'gone' THEN now() END
  FROM noted WHERE ending.{row}_id = noted.id
"""
# WCS has reported its end, whether that was because it was asked or not.
_CLOSE = """
UPDATE {endings} ending SET done_at = now()
  FROM hooks_{row} ended
 WHERE ending.done_at IS NULL AND ended.id = ending.{row}_id
   AND (ended.ended_by IN ({reported})
        OR ended.ended_by = 'session' AND ended.ended_at >= ending.since)
"""


class EndingStatements(NamedTuple):
    ask: str
    take_due: str
    take_these: str
    note: str
    close: str

    @classmethod
    def of(cls, row: str, endings: str, wcs_id: str, reported: str) -> Self:
        """`endings`: their table; `reported`: the ends of a row that WCS itself reports."""
        templates = (_ASK, _TAKE_DUE, _TAKE_THESE, _NOTE, _CLOSE)
        names = {"row": row, "endings": endings, "wcs_id": wcs_id, "reported": reported}
        return cls(*(template.format(**names) for template in templates))


OF_CALLS = EndingStatements.of("call", "hooks_ending", "wcs_call_id", "'finish', 'busy', 'failed'")
OF_STREAMS = EndingStatements.of(
    "stream", "hooks_streamending", "media_session_id", "'stopped', 'failed'"
)
