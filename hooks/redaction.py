"""What of a hook's body is kept: fields known to be harmless, cut to a bearable length. The rest is only named."""

from __future__ import annotations

from typing import Any

from hooks.payloads import Payload

MAX_TEXT = 512  # characters
MAX_OMITTED = 50
MAX_ITEMS = 20

# An allow-list: a field that a later WCS adds may be a secret, so it stays out until somebody has looked at it.
KEPT = (
    *("nodeId", "appKey", "sessionId", "origin", "status", "info", "sipStatus", "callId", "parentCallId", "incoming"),
    *(
        "caller",
        "callee",
        "target",
        "visibleName",
        "hasAudio",
        "hasVideo",
        "mediaProvider",
        "mediaProviders",
        "keepAlive",
    ),
    *("clientVersion", "clientOSVersion", "clientBrowserVersion", "sipRegisterRequired", "dtmf", "type", "name"),
)


def redact(payload: Payload) -> dict[str, Any]:
    fields = payload.fields
    kept = {name: _cut(fields[name]) for name in KEPT if fields.get(name) is not None}
    omitted = [name[:64] for name in fields if name not in KEPT][:MAX_OMITTED]
    return {**kept, "omitted": omitted} if omitted else kept


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, bool | int | float):
        return value
    return [str(item)[:MAX_TEXT] for item in value[:MAX_ITEMS]] if isinstance(value, list) else str(value)[:MAX_TEXT]
