"""The types of events that a webhook endpoint can ask for."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    SESSION_CONNECTED = "session.connected"
    SESSION_ENDED = "session.ended"
    CALL_REFUSED = "call.refused"
    CALL_RINGING = "call.ringing"
    CALL_ANSWERED = "call.answered"
    CALL_ENDED = "call.ended"
    STREAM_REFUSED = "stream.refused"
    STREAM_PUBLISHED = "stream.published"
    STREAM_PLAYED = "stream.played"
    STREAM_ENDED = "stream.ended"
    CALLBACK_REQUESTED = "callback.requested"
    MESSAGE_RECEIVED = "message.received"
    LIMIT_WARNING = "limit.warning"
    LIMIT_REACHED = "limit.reached"
    BYPASS_DETECTED = "bypass.detected"
    REGISTRATION_FAILED = "registration.failed"
    IMPORT_DONE = "import.done"


TOLD_WHEN = {
    EventType.SESSION_CONNECTED: "a browser has connected",
    EventType.SESSION_ENDED: "its connection has ended",
    EventType.CALL_REFUSED: "a call was refused, and why",
    EventType.CALL_RINGING: "the callee's phone rings",
    EventType.CALL_ANSWERED: "the callee has answered",
    EventType.CALL_ENDED: "a call has ended, with its outcome, length and cost",
    EventType.STREAM_REFUSED: "a stream was refused, and why",
    EventType.STREAM_PUBLISHED: "somebody publishes a stream",
    EventType.STREAM_PLAYED: "somebody plays a stream",
    EventType.STREAM_ENDED: "a stream has ended",
    EventType.CALLBACK_REQUESTED: "a visitor asks to be called back",
    EventType.MESSAGE_RECEIVED: "a page sent a message; the answer may hold one for it",
    EventType.LIMIT_WARNING: "80 % of a limit is used",
    EventType.LIMIT_REACHED: "a limit is used up, or has refused a call",
    EventType.BYPASS_DETECTED: "WCS placed a call or opened a stream that nobody allowed",
    EventType.REGISTRATION_FAILED: "the SIP server did not take the account",
    EventType.IMPORT_DONE: "an import has changed the tenant",
}
TEST = "endpoint.test"  # of the button on an endpoint's page; it goes to that endpoint alone
EVENT_TYPES = tuple(member.value for member in EventType)


class UnknownEvents(ValueError):
    """The message names the ones that do not exist, and those that do."""


def check_event_types(types: object) -> list[str]:
    """In the order of EVENT_TYPES, each once; empty: all. Raises UnknownEvents."""
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise UnknownEvents("A list of types, such as call.ended.")
    unknown = sorted({one[:64] for one in types} - set(EVENT_TYPES))
    if unknown:
        raise UnknownEvents(f"No such type: {', '.join(unknown[:5])}. There are: {_LISTED}.")
    return [one for one in EVENT_TYPES if one in types]


_LISTED = ", ".join(EVENT_TYPES)
