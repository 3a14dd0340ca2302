"""The statements about visitors who ask to be called back."""

from __future__ import annotations

MOST_OF_TENANT = 50  # in an hour; further ones are refused, so that no flood fills the list
MOST_OF_VISITOR = 3

# The function is hooks/migrations/0028_callback_room.py's.
ASK_TO_BE_CALLED_BACK = f"""
INSERT INTO hooks_callbackrequest (id, tenant_id, visitor, alias, because, name, reach, sentence,
                                   asked_at, done_by)
SELECT gen_random_uuid(), asked.*, clock_timestamp(), ''
  FROM (SELECT %s::bigint AS tenant_id, %s::text AS visitor, %s::text, %s::text, %s::text,
               %s::text, %s::text) asked
 WHERE callback_has_room(tenant_id, visitor, {MOST_OF_TENANT}, {MOST_OF_VISITOR})
RETURNING tenant_id
"""
# What was asked before mails were set up, or while no server took them for long, stays unmailed.
UNMAILED = """
SELECT request.id, tenant.slug, request.asked_at
  FROM hooks_callbackrequest request JOIN tenants_tenant tenant ON tenant.id = request.tenant_id
 WHERE request.mailed_at IS NULL AND request.asked_at > now() - interval '1 day'
   AND request.done_at IS NULL
 ORDER BY request.asked_at LIMIT 500
"""
MAILED = "UPDATE hooks_callbackrequest SET mailed_at = now() WHERE id = ANY (%s)"
