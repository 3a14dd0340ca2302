"""What of a hook is switched off, and how calls that are being decided notice a new switch."""

from __future__ import annotations

# The keys that hooks.wcs.kill_switch.targets and hooks.cells write. A key with NULL in it is NULL,
# and matches no switch. The first one in the order of texts is told.
_LOOK_UP = """
(SELECT min(switch.key) FROM hooks_switch switch
  WHERE switch.off_at IS NULL AND switch.key = ANY (ARRAY[{keys}]))"""
_OF_CONNECT = (
    "'everything'",
    "'instance ' || instance.id",
    "'move of tenant ' || tenant.id",
    "'tenant ' || tenant.id",
    "'domain ' || hook.domain_id",
    "'account ' || account.id",
)
_OF_CALL = (
    "'everything'",
    "'instance ' || instance.id",
    "'move of tenant ' || tenant.id",
    "'tenant ' || tenant.id",
    "'domain ' || domain.id",
    "'account ' || account.id",
    "'callee ' || callee.id",
    "'visitor ' || tenant.id || ' ' || nullif(session.visitor, '')",
)
# A stream has neither.
_OF_STREAM = tuple(key for key in _OF_CALL if not key.startswith(("'account ", "'callee ")))
# Of a text to a visitor's page, as `taken` by hooks.statements.messaging.
_OF_RECIPIENT = (
    "'everything'",
    "'instance ' || taken.instance_id",
    "'move of tenant ' || taken.tenant_id",
    "'tenant ' || taken.tenant_id",
    "'domain ' || session.domain_id",
    "'visitor ' || taken.tenant_id || ' ' || nullif(session.visitor, '')",
)
SWITCHED_OFF_FOR_CONNECT = _LOOK_UP.format(keys=", ".join(_OF_CONNECT))
SWITCHED_OFF_FOR_CALL = _LOOK_UP.format(keys=", ".join(_OF_CALL))
SWITCHED_OFF_FOR_STREAM = _LOOK_UP.format(keys=", ".join(_OF_STREAM))
SWITCHED_OFF_FOR_RECIPIENT = _LOOK_UP.format(keys=", ".join(_OF_RECIPIENT))
SWITCHED_OFF_FOR_CALLEE = _LOOK_UP.format(keys="'callee ' || callee.id")

# To be run in the transaction that turns a switch on: a call or stream that was decided before, and
# is not written yet, is decided again. A tenant without a meter gets one, for the same reason.
BUMP_VERSIONS = """
INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
SELECT id, scope, 1, '{}', now()
  FROM tenants_tenant CROSS JOIN unnest(ARRAY['streams', 'tenant']) AS of_tenant (scope)
 WHERE id = ANY (%s) ORDER BY id, scope
ON CONFLICT (tenant_id, scope) DO UPDATE SET version = hooks_meter.version + 1
"""
