"""What the statements of all hooks look up first: the WCS instance, and the session there."""

from __future__ import annotations

# Expressions for fields of Facts.
INSTANCE = {
    "instance_id": "instance.id",
    "instance_unsigned": "instance.unsigned",
    "instance_app_key": "instance.app_key",
    "instance_signing_secret": "instance.signing_secret",
    "instance_previous_signing_secret": "instance.previous_signing_secret",
    "instance_name": "instance.name",
}
# The session that lives under that id, else the last that did.
LATEST_SESSION = """
       SELECT * FROM hooks_session
        WHERE wcs_session_id = hook.wcs_session AND node_id = hook.node
          AND instance_id = instance.id
        ORDER BY ended_at DESC NULLS FIRST"""
