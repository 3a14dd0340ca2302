"""The bodies of a WCS's status events.

D: docs.flashphoner.com, "The complete list of methods and parameters", "REST API", examples.
"""

from __future__ import annotations

from typing import Any

from hooks.wcs.model.rest_client_config import Fields


def connection_status(connection: Fields, status: str) -> dict[str, Any]:
    """All of the connection, with its password. Only connect names the origin (I)."""
    reported = {name: value for name, value in connection.items() if name != "origin"}
    return {**reported, "authToken": connection["sessionId"], "status": status, "info": None}


def stream_status(stream: Fields, status: str, info: str | None) -> dict[str, Any]:
    """All of the stream but its SDP, with the name that WCS uses (I)."""
    reported = {
        name: value
        for name, value in stream.items()
        if name not in ("sdp", "localMediaInfo", "constraints")
    }
    return {**reported, "status": status, "info": info}


def call_status(call: Fields, status: str, sip_status: int) -> dict[str, Any]:
    """With the PBX's own message, as WCS passes it on."""
    message = f"SIP/2.0 {sip_status} {status}\r\nServer: rehearsal\r\n\r\n"
    reported = {name: value for name, value in call.items() if name != "localMediaInfo"}
    return {
        **reported,
        "isMsrp": False,
        "status": status,
        "sipStatus": sip_status,
        "sipMessageRaw": message,
        "info": "Normal call clearing" if status == "FINISH" else None,
    }
