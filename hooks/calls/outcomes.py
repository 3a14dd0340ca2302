"""How a call ended, in words: from who ended it, whether it rang, and the SIP server's answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from hooks.models import Call

NO_ANSWER = "no answer"
# A server or phone gives up ringing with one of these: timeout, unavailable, cancelled.
GAVE_UP = {408, 480, 487}
HUNG_UP = {Call.EndedBy.FINISH.value, Call.EndedBy.SESSION.value}
MISSED = Q(answered_at=None, ringing_at__isnull=False) & (
    Q(ended_by__in=HUNG_UP) | Q(ended_by=Call.EndedBy.FAILED, sip_status__in=GAVE_UP)
)
# RFC 3261, section 21, and the RFCs that registered more.
SIP_PHRASES = {
    400: "bad request",
    401: "unauthorized",
    402: "payment required",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    406: "not acceptable",
    407: "proxy authentication required",
    408: "request timeout",
    410: "gone",
    415: "unsupported media type",
    420: "bad extension",
    423: "interval too brief",
    433: "anonymity disallowed",
    480: "temporarily unavailable",
    481: "call does not exist",
    482: "loop detected",
    483: "too many hops",
    484: "address incomplete",
    485: "ambiguous",
    486: "busy here",
    487: "request terminated",
    488: "not acceptable here",
    500: "server internal error",
    501: "not implemented",
    502: "bad gateway",
    503: "service unavailable",
    504: "server time-out",
    513: "message too large",
    600: "busy everywhere",
    603: "decline",
    604: "does not exist anywhere",
    606: "not acceptable",
    607: "unwanted",
    608: "rejected",
}


def describe_end(call: Any) -> str:
    """Of a call that ended and was not refused; `call` may be any row with its columns."""
    if is_missed(call):
        return NO_ANSWER

    words = dict(Call.EndedBy.choices).get(call.ended_by, "ended")
    if call.ended_by == Call.EndedBy.FAILED and call.sip_status:
        phrase = f"{call.sip_status} {SIP_PHRASES.get(call.sip_status, '')}".strip()
        return f"{words}: {phrase} at the SIP server"
    return str(words)


def is_missed(call: Any) -> bool:
    """It rang and nobody answered; the same as MISSED."""
    if call.answered_at or not call.ringing_at:
        return False
    gave_up = call.ended_by == Call.EndedBy.FAILED and call.sip_status in GAVE_UP
    return gave_up or call.ended_by in HUNG_UP
