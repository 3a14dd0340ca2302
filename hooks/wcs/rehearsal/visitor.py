"""A visitor of a page in a rehearsal: what their browser and WCS put into the hooks."""

from __future__ import annotations

import uuid
from typing import Any

from hooks.wcs.model.rest_client_config import Entry, Fields, read_entry

NODE = "rehearsal@clickhook"
PREMIUM_NUMBER = "+88213000000"  # of a satellite network: what a fraudster would dial

# The browser sets everything it can, to values that no tenant has.
_SIP: dict[str, Any] = {
    "sipLogin": "rehearsal-browser",
    "sipAuthenticationName": "rehearsal-browser",
    "sipPassword": "rehearsal-browser",
    "sipDomain": "browser.invalid",
    "sipOutboundProxy": "browser.invalid",
    "sipProxy": "browser.invalid",
    "sipPort": 9,
    "sipRegisterRequired": True,
    "sipVisibleName": "Rehearsal",
    "sipContactParams": "rehearsal=1",
}
_SDP = "\r\n".join(
    (
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "a=msid-semantic: WMS",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:rHr5",
        "a=ice-pwd:rehearsalrehearsalrehear",
        "a=ice-options:trickle",
        "a=fingerprint:sha-256 " + ":".join(["5E"] * 32),
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:126 telephone-event/8000",
        "a=candidate:1 1 udp 2122260223 192.0.2.17 54321 typ host",
        "",
    )
)


class Visitor:
    """One session: what the browser sent, and the restClientConfig WCS was given for it."""

    def __init__(self, app_key: str, origin: str, ticket: str = "") -> None:
        self.context = {"nodeId": NODE, "appKey": app_key, "sessionId": str(uuid.uuid4())}
        self.call_id = str(uuid.uuid1())  # as the SDK makes it
        self.connection = {
            **self.context,
            **_SIP,
            "useWsTunnel": False,
            "mediaProviders": ["WebRTC", "MSE", "WSPlayer"],
            "clientVersion": "2.0",
            "clientOSVersion": "5.0 (X11; Linux x86_64)",
            "clientBrowserVersion": "clickhook rehearsal",
            "msePacketizationVersion": 2,
            "keepAlive": False,
            "custom": {"ticket": ticket} if ticket else {},
            "origin": origin,
        }
        self.answer: Fields = {}

    def entry(self, method: str) -> Entry:
        return read_entry(self.answer, method)

    def call(self, callee: str | None) -> dict[str, Any]:
        return {
            **self.context,
            "callId": self.call_id,
            "parentCallId": "rehearsal",
            "incoming": False,
            "status": "PENDING",
            "hasVideo": True,
            "hasAudio": True,
            "mediaProvider": "WebRTC",
            "sdp": _SDP,
            "sipSDP": "v=0\r\nm=audio 1 RTP/AVP 0\r\n",
            "sipHeaders": {"P-Asserted-Identity": "rehearsal"},
            "caller": "rehearsal-browser",
            "callee": callee,
            "visibleName": "Rehearsal",
            "inviteParameters": "rehearsal=1",
            "target": "browser.invalid",
            "rtmpUrl": "rtmp://browser.invalid",
            "rtmpStream": "rehearsal",
            "custom": {"rehearsal": "browser"},
            "localMediaInfo": {"audioCodec": "opus"},
        }

    def fields_of_call(self, **fields: Any) -> dict[str, Any]:
        return {**self.context, "callId": self.call_id, **fields}
