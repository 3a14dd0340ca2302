"""Every hook of WCS and what we do with it: one table, from which restClientConfig is made.

Names and kinds: docs.flashphoner.com, "The match between client invocations and REST methods";
client SDK.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hooks.messages.method import METHOD as MESSAGE
from hooks.reasons.neutral import Subject
from hooks.streams.methods import ASKING, ENDING, ENDING_FIELDS, HIDDEN_OF_STREAM, STREAM_FIELDS

# Everything of a connection that a visitor could set, and must not learn.
SIP_FIELDS = (
    "sipLogin",
    "sipAuthenticationName",
    "sipPassword",
    "sipDomain",
    "sipOutboundProxy",
    "sipProxy",
    "sipPort",
    "sipRegisterRequired",
    "sipVisibleName",
    "sipContactParams",
)
# Everything of a call that a visitor could set, except what the media needs: callId, sdp and
# mediaProvider.
CALL_FIELDS = (
    "callee",
    "caller",
    "visibleName",
    "inviteParameters",
    "sipSDP",
    "sipHeaders",
    "target",
    "parentCallId",
    "incoming",
    "hasAudio",
    "hasVideo",
    "isMsrp",
    "holdForTransfer",
    "rtmpUrl",
    "rtmpStream",
    "custom",
)
KEYPAD_FIELDS = ("dtmf", "type")
HIDDEN_FROM_BROWSER = (
    *(
        field for field in SIP_FIELDS if field != "sipRegisterRequired"
    ),  # whether a call has to wait for `registered`
    "restClientConfig",
    "callee",
    "caller",
    "visibleName",
    "inviteParameters",
    "target",
    "sipMessageRaw",
    *HIDDEN_OF_STREAM,
)
NOT_NEEDED_HERE = ("sipPassword", "sipAuthenticationName", "restClientConfig", "sipMessageRaw")
BULKY = ("sdp", "sipSDP", "localMediaInfo")


# What waits together for the database: no row lock of an event holds up a connect or a call.
CONNECTS, CALLS, TURNS, STREAMS, EVENTS = LANES = (
    "connects",
    "calls",
    "turns",
    "streams",
    "events",
)


class Kind(StrEnum):
    CONNECT = "connect"
    INVOCATION = "invocation"  # the browser asks for something
    EVENT = "event"  # WCS reports a state; nothing can be stopped any more
    INCOMING = "incoming"  # something arrives for the browser


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    kind: Kind
    allowed: bool
    sets: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()  # fields without which there is nothing to decide
    forbids: tuple[str, ...] = ()  # fields that only another method's body has
    fails_closed: bool = True
    about: Subject = Subject.CALLS  # what the visitor is told of where it is refused

    @property
    def lane(self) -> str:
        if self.kind is Kind.CONNECT:
            return CONNECTS
        if self.name in ASKING or self.name == MESSAGE:
            return STREAMS
        return CALLS if self.name == "call" else EVENTS

    @property
    def rest_client_config(self) -> dict[str, str]:
        """WCS's own defaults are LOG, NOTIFY and empty lists: it would dial what the browser said.

        Source: docs.flashphoner.com, "restClientConfig object description".
        """
        return {
            "clientExclude": ",".join(HIDDEN_FROM_BROWSER) if self.allowed else "",
            "restExclude": ",".join(self._not_needed_here),
            "restOnError": "FAIL" if self.fails_closed else "LOG",
            "restPolicy": "OVERWRITE" if self.sets else "NOTIFY",
            "restOverwrite": ",".join(self.sets),
        }

    @property
    def _not_needed_here(self) -> tuple[str, ...]:
        if not self.allowed:
            return ()
        return NOT_NEEDED_HERE if self.sets else NOT_NEEDED_HERE + BULKY


def _refused(kind: Kind, *names: str, about: Subject = Subject.CALLS) -> list[Method]:
    return [Method(name, kind, allowed=False, about=about) for name in names]


def _noted(*names: str, requires: tuple[str, ...] = ()) -> list[Method]:
    # An event cannot be refused: FAIL would only put an ErrorEvent on the visitor's screen.
    return [
        Method(name, Kind.EVENT, allowed=True, requires=requires, fails_closed=False)
        for name in names
    ]


def _of_streams(
    sets: tuple[str, ...], *names: str, requires: tuple[str, ...] = ("name",)
) -> list[Method]:
    needs = ("sessionId", "mediaSessionId", *requires)
    return [
        Method(
            name,
            Kind.INVOCATION,
            allowed=True,
            sets=sets,
            requires=needs,
            about=Subject.STREAMS,
        )
        for name in names
    ]


_TABLE = [
    Method(
        "connect",
        Kind.CONNECT,
        allowed=True,
        sets=(*SIP_FIELDS, "restClientConfig"),
        requires=("sessionId",),
        forbids=("status", "callId"),
    ),
    Method(
        "call", Kind.INVOCATION, allowed=True, sets=CALL_FIELDS, requires=("sessionId", "callId")
    ),
    # For callees who want it. WCS goes on with the digits of our answer, which were asked for.
    Method(
        "sendDtmf",
        Kind.INVOCATION,
        allowed=True,
        sets=KEYPAD_FIELDS,
        requires=("sessionId", "callId", "dtmf"),
    ),
    # Whatever happens here, a visitor who hangs up has hung up.
    Method("hangup", Kind.INVOCATION, allowed=True, fails_closed=False),
    # For visitors whose ticket or token names the stream. WCS goes on with the name of our answer.
    *_of_streams(STREAM_FIELDS, *ASKING),
    *_of_streams(ENDING_FIELDS, *ENDING, requires=()),
    *_refused(
        Kind.INVOCATION,
        *("answer", "hold", "unhold", "transfer", "updateCallToVideo", "setUseProxy"),
        *("subscribe", "sendXcapRequest", "notificationResult"),
        *("submitBugReport", "pushLogs", "sessionDebug"),
    ),
    *_refused(
        Kind.INVOCATION,
        *("pauseStream", "snapshot", "availableStream", "playRTSP", "sendStreamEvent"),
        *("StreamEvent", "StreamKeepAliveEvent"),
        about=Subject.STREAMS,
    ),
    *_refused(Kind.INVOCATION, "sendMessage", "sendData", about=Subject.MESSAGES),
    # The documentation or a log shows the bodies of these, and all have a status.
    *_noted(
        *("ConnectionStatusEvent", "RegistrationStatusEvent"),
        *("CallStatusEvent", "StreamStatusEvent"),
        requires=("status",),
    ),
    *_noted(
        *("TransferStatusEvent", "MessageStatusEvent", "SubscriptionStatusEvent"),
        *("DataStatusEvent", "BugReportStatusEvent", "SessionDebugStatusEvent"),
        *("RecordingStatusEvent", "XcapStatusEvent", "ErrorEvent"),
    ),
    *_refused(Kind.INCOMING, "OnCallEvent", "OnTransferEvent"),
    *_refused(Kind.INCOMING, "OnMessageEvent", about=Subject.MESSAGES),
    # What a page sends with sendData, for tenants who take that.
    Method(
        MESSAGE,
        Kind.INCOMING,
        allowed=True,
        requires=("sessionId", "operationId", "payload"),
        about=Subject.MESSAGES,
    ),
]
METHODS = {method.name: method for method in _TABLE}
REST_CLIENT_CONFIG = {method.name: method.rest_client_config for method in _TABLE}


def find(name: str) -> Method:
    """The row of the table. An unknown event is noted, everything else unknown is refused."""
    if name in METHODS:
        return METHODS[name]
    if name.endswith("Event") and not name.startswith("On"):
        return Method(name, Kind.EVENT, allowed=True, fails_closed=False)
    return Method(name, Kind.INVOCATION, allowed=False)
