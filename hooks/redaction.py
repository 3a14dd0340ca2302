"""What of a hook's body is kept: fields known to be harmless, cut to a bearable length. The rest is only named."""

from __future__ import annotations

from typing import Any

from hooks.payloads import Payload

MAX_TEXT = 512  # characters
MAX_OMITTED = 50
MAX_ITEMS = 20

# An allow-list: a field that a later WCS adds may be a secret, so it stays out until somebody has looked at it.
KEPT = {
    *("nodeId", "appKey", "sessionId", "origin", "status", "info", "sipStatus", "callId", "parentCallId", "incoming"),
    *("caller", "callee", "target", "visibleName", "hasAudio", "hasVideo", "mediaProvider", "mediaProviders"),
    *("keepAlive", "clientVersion", "clientOSVersion", "clientBrowserVersion", "sipRegisterRequired"),
    *("dtmf", "type", "name"),
}


def redact(payload: Payload) -> dict[str, Any]:
    """What is no plain text, number or list of texts is left out whatever its name: it may hold anything."""
    kept = {name: _cut(value) for name, value in payload.fields.items() if name in KEPT and _is_plain(value)}
    omitted = [name[:64] for name, value in payload.fields.items() if name not in kept and value is not None]
    return {**kept, "omitted": omitted[:MAX_OMITTED]} if omitted else kept


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return [item[:MAX_TEXT] for item in value[:MAX_ITEMS]] if isinstance(value, list) else value
