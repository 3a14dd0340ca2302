"""The methods that a WCS can post, what starts each, and the fields that a browser can set.

Grades: D is stated in Flashphoner's documentation, S is read in its published source code (client
SDK and samples), I is inferred from these, M is from memory alone. Documentation is at
docs.flashphoner.com.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

# WCS keeps these, whatever an answer says. D: WCS 4, "overriding parameters".
CONTEXT_FIELDS = ("nodeId", "appKey", "sessionId")

# A browser can put all of them into its connection. S: SDK, createSession; sipVisibleName and
# sipContactParams are D: "The complete list of methods and parameters".
CONNECTION_FIELDS = (
    *("sipLogin", "sipAuthenticationName", "sipPassword", "sipDomain", "sipOutboundProxy"),
    *("sipProxy", "sipPort", "sipRegisterRequired", "sipVisibleName", "sipContactParams"),
)

# A browser can put all of them into its call and so decide who is called, by whom and how. Not here
# is what the media needs (callId, sdp, mediaProvider, localMediaInfo) and what WCS reports itself
# (status, sipStatus, rtmpStreamStatus, sipMessageRaw).
# S: SDK, createCall; D: "REST API", examples of /call/find_all.
CALL_FIELDS = (
    *("callee", "caller", "visibleName", "inviteParameters", "sipSDP", "sipHeaders", "target"),
    *("parentCallId", "incoming", "hasAudio", "hasVideo", "isMsrp", "holdForTransfer"),
    *("rtmpUrl", "rtmpStream", "custom"),
)


class Start(StrEnum):
    """What makes WCS post a method. D: "REST methods", "Error handling"."""

    CONNECTION = "a browser connects"  # an error refuses the session, whatever restOnError says
    INVOCATION = "a browser asks for something"  # an error under FAIL stops it
    EVENT = "a state has changed"  # nothing stops it any more
    ARRIVAL = "something arrives for the browser"  # an error under FAIL rejects it


class PostedMethod(NamedTuple):
    name: str
    start: Start
    grade: str
    source: str


_MAP = "The match between client invocations and REST methods"
_TRAFFIC = "Network traffic analysis, REST HTTP"
_SDK = "websdk 2.0.276, flashphoner-core.js"
_CLIENT_4 = "flashphoner_client, branch wcs4_reoffer, Flashphoner.js"
_PLAY_HLS = "page 3048996, playHLS"
_ERRORS = "Error handling"


def _list(start: Start, grade: str, source: str, *names: str) -> list[PostedMethod]:
    return [PostedMethod(name, start, grade, source) for name in names]


_ALL = [
    *_list(Start.CONNECTION, "D", _MAP, "connect"),
    *_list(Start.INVOCATION, "D", _MAP, "call", "hangup", "answer", "hold", "unhold", "transfer"),
    *_list(Start.INVOCATION, "D", _MAP, "sendDtmf"),
    *_list(Start.INVOCATION, "I", _CLIENT_4, "updateCallToVideo", "setUseProxy"),
    *_list(Start.INVOCATION, "D", _MAP, "publishStream", "unPublishStream", "playStream"),
    *_list(Start.INVOCATION, "D", _MAP, "pauseStream", "stopStream", "snapshot"),
    *_list(Start.INVOCATION, "I", _SDK, "availableStream"),
    *_list(Start.INVOCATION, "D", _PLAY_HLS, "playHLS"),
    *_list(Start.INVOCATION, "M", "", "playRTSP"),
    *_list(Start.INVOCATION, "I", _SDK, "sendStreamEvent"),
    # Their names end like those of events. Taken for invocations, which is the worse reading.
    *_list(Start.INVOCATION, "M", "", "StreamEvent", "StreamKeepAliveEvent"),
    *_list(Start.INVOCATION, "D", _TRAFFIC, "sendMessage"),
    *_list(Start.INVOCATION, "I", _CLIENT_4, "subscribe", "sendXcapRequest", "notificationResult"),
    *_list(Start.INVOCATION, "I", _SDK, "sendData"),  # documented to arrive as OnDataEvent
    *_list(Start.INVOCATION, "D", _MAP, "submitBugReport", "pushLogs", "sessionDebug"),
    *_list(Start.EVENT, "D", _MAP, "ConnectionStatusEvent", "RegistrationStatusEvent"),
    *_list(Start.EVENT, "D", _MAP, "CallStatusEvent", "StreamStatusEvent", "TransferStatusEvent"),
    *_list(Start.EVENT, "D", _TRAFFIC, "MessageStatusEvent"),
    *_list(Start.EVENT, "I", _CLIENT_4, "SubscriptionStatusEvent"),
    *_list(Start.EVENT, "D", _MAP, "DataStatusEvent", "BugReportStatusEvent"),
    *_list(Start.EVENT, "D", _MAP, "SessionDebugStatusEvent"),
    *_list(Start.EVENT, "I", _CLIENT_4, "RecordingStatusEvent", "XcapStatusEvent"),
    *_list(Start.EVENT, "D", _ERRORS, "ErrorEvent"),
    *_list(Start.ARRIVAL, "D", _MAP, "OnCallEvent"),
    *_list(Start.ARRIVAL, "D", _TRAFFIC, "OnMessageEvent"),
    *_list(Start.ARRIVAL, "I", _CLIENT_4, "OnTransferEvent"),
    *_list(Start.ARRIVAL, "D", _MAP, "OnDataEvent"),
]
POSTED_METHODS = {method.name: method for method in _ALL}
