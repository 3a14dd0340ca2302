"""The alarm for a callee whom many short calls have closed, raised where the last is settled."""

from __future__ import annotations

# In a statement with a part `settlement`, of the calls that are settled.
RAISE_FOR_SHORT_CALLS = """
short_calls_alarm AS (
    INSERT INTO hooks_alarm (kind, tenant_id, call_id, wcs_call_id, at)
    SELECT 'short_calls', call.tenant_id, call.id, call.wcs_call_id, statement_timestamp()
      FROM hooks_call call
     WHERE call.id = ANY (ARRAY(SELECT id FROM settlement WHERE closes_callee))
)"""
