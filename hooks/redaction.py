"""Keeps the harmless fields of a hook's body, cut to a length; of the others it keeps the names."""

from __future__ import annotations

from typing import Any

from hooks.payloads import Payload

MAX_TEXT = 512  # characters
MAX_OMITTED = 50
MAX_ITEMS = 20

# An allow-list: a field that a later WCS adds may be a secret, so it stays out until somebody has
# looked at it. `dtmf` stays out: the digits may be somebody's PIN.
KEPT = {
    *(
        "nodeId",
        "appKey",
        "sessionId",
        "origin",
        "status",
        "info",
        "sipStatus",
        "callId",
        "parentCallId",
        "mediaSessionId",
        "incoming",
    ),
    *(
        "caller",
        "callee",
        "target",
        "visibleName",
        "hasAudio",
        "hasVideo",
        "mediaProvider",
        "mediaProviders",
    ),
    *(
        "keepAlive",
        "clientVersion",
        "clientOSVersion",
        "clientBrowserVersion",
        "sipRegisterRequired",
    ),
    *("type", "name"),
}


def redact(payload: Payload) -> dict[str, Any]:
    """Objects and mixed lists are left out whatever their name: they may hold anything."""
    kept: dict[str, Any] = {}
    omitted = []
    for name, value in payload.fields.items():
        plain = _plain(value) if name in KEPT else None
        if plain is not None:
            kept[name] = plain
        elif value is not None:
            omitted.append(name[:64])
    return {**kept, "omitted": omitted[:MAX_OMITTED]} if omitted else kept


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, list):
        texts = [item[:MAX_TEXT] for item in value[:MAX_ITEMS] if isinstance(item, str)]
        return texts if len(texts) == len(value[:MAX_ITEMS]) else None
    return value if isinstance(value, int | float) else None
