"""The objects that WCS makes of a browser's frames, for the backend and for the browser."""

from __future__ import annotations

from typing import Any

from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.model.statuses import call_status

# What WCS adds of its own to a connection.
# Source: docs.flashphoner.com, "Using REST hook to authorize user by domain".
_CONNECTION = {
    "useWsTunnel": False,
    "useWsTunnelPacketization2": False,
    "useBase64BinaryEncoding": False,
    "keepAlive": False,
}
# A call as `/call/find_all` shows it. Source: docs.flashphoner.com, "REST API", examples.
_CALL: dict[str, Any] = {
    "parentCallId": None,
    "incoming": False,
    "status": "PENDING",
    "sipStatus": None,
    "rtmpUrl": None,
    "rtmpStream": None,
    "rtmpStreamStatus": None,
    "caller": None,
    "callee": None,
    "hasAudio": True,
    "hasVideo": False,
    "sdp": None,
    "visibleName": None,
    "inviteParameters": None,
    "mediaProvider": "WebRTC",
    "sipMessageRaw": None,
    "isMsrp": False,
    "target": None,
    "holdForTransfer": False,
    "custom": {},
}
_SIP_REASONS = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK"}


def connection_fields(context: Fields, sent: Fields, origin: str | None) -> dict[str, Any]:
    return {**context, **_CONNECTION, **sent, **context, "origin": origin}


def call_fields(context: Fields, sent: Fields) -> dict[str, Any]:
    return {**context, **_CALL, **sent, **context}


def call_event(
    call: Fields, status: str, sip_status: int | None, info: str | None, target: str
) -> dict[str, Any]:
    told = call_status(call, status, sip_status or 0)
    raw = None if sip_status is None else sip_message(sip_status, target)
    return {**told, "sipStatus": sip_status, "sipMessageRaw": raw, "info": info}


def sip_message(status: int, target: str, reason: str = "") -> str:
    """The SIP server's answer: it names the number or the account."""
    return f"SIP/2.0 {status} {reason or _SIP_REASONS.get(status, '')}\r\nTo: <{target}>\r\n\r\n"


def failed_connection(context: Fields, info: str) -> dict[str, Any]:
    """On an error, WCS reports these only.

    Source: docs.flashphoner.com, "The complete list of methods and parameters".
    """
    return {**context, "status": "FAILED", "info": info}


def failure(info: str, event: str) -> dict[str, Any]:
    """Source: docs.flashphoner.com, "Sending custom error message to a client"."""
    return {"status": "FAILED", "info": info, "apiMethod": event}
