"""The Web SDK's frames, both ways: `{"message": NAME, "data": [ARGUMENT]}` as text.

Source: @flashphoner/websdk 2.0.276.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from hooks.wcs.model.methods import POSTED_METHODS, Start

# The SDK takes the new state of a call from `status`, and listens to these names only.
CARRIERS = {
    "TRYING": "notifyTryingResponse",
    "RING": "ring",
    "SESSION_PROGRESS": "ring",
    "ESTABLISHED": "talk",
    "HOLD": "hold",
    "FINISH": "finish",
    "BUSY": "finish",
    "FAILED": "finish",
}
# Where the hook has another name than the frame.
_HOOKS = {"sendData": "OnDataEvent"}
_EVENTS = {
    **dict.fromkeys(
        ("call", "answer", "hangup", "hold", "unhold", "sendDtmf", "updateCallToVideo"),
        "CallStatusEvent",
    ),
    **dict.fromkeys(
        ("publishStream", "unPublishStream", "playStream", "pauseStream", "stopStream"),
        "StreamStatusEvent",
    ),
    **dict.fromkeys(("snapshot", "availableStream", "playHLS", "playRTSP"), "StreamStatusEvent"),
    "transfer": "TransferStatusEvent",
    "sendMessage": "MessageStatusEvent",
    "subscribe": "SubscriptionStatusEvent",
    "sendXcapRequest": "XcapStatusEvent",
    "OnDataEvent": "DataStatusEvent",
    "submitBugReport": "BugReportStatusEvent",
    "sessionDebug": "SessionDebugStatusEvent",
}


class BadFrame(ValueError):
    """No browser with the SDK sent that."""


def parse(text: str) -> tuple[str, dict[str, Any] | None]:
    """Its name and its one argument, None where that is null or missing. Raises BadFrame."""
    try:
        frame = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadFrame("no JSON") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("message"), str):
        raise BadFrame("no message")
    data = frame.get("data") or [None]
    if not isinstance(data, list) or not isinstance(data[0], dict | None):
        raise BadFrame("no object as data")
    return frame["message"], data[0]


def compose(name: str, *arguments: object) -> str:
    return json.dumps({"message": name, "data": arguments})


def find_hook(name: str) -> str | None:
    """The invocation a frame asks for, if there is one. A browser cannot name WCS's own events."""
    hook = _HOOKS.get(name, name)
    method = POSTED_METHODS.get(hook)
    is_asked = method and (method.start is Start.INVOCATION or name in _HOOKS)
    return hook if is_asked else None


def find_failure_event(hook: str) -> str:
    """The event by which the browser learns that an invocation failed."""
    return _EVENTS.get(hook, "ErrorEvent")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
