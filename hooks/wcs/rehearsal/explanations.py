"""Why a gateway has refused a hook: the reason it has recorded in our database, or else a guess."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError

from hooks.models import Event
from hooks.reasons import Decision, Reason
from tenants.models import WcsInstance

# Takes a method and a session id; gives the reason, or an empty text where it is not known here.
Explain = Callable[[str, str], str]

SEE_EVENTS = "The admin's event list has the precise reason."
_NEWEST_EVENTS = 50
_CONNECT_REFUSED = (
    "The origin is no domain of a tenant, the tenant is suspended or not one of this instance's or "
    f"has no SIP account, the appKey is another, or the signing secret differs. {SEE_EVENTS}"
)
_CALL_REFUSED = (
    "The callee is no alias of the tenant, or none was named and there is no default one, or the "
    f"tenant was suspended just now. {SEE_EVENTS}"
)
_GUESSES = {("connect", 403): _CONNECT_REFUSED, ("call", 403): _CALL_REFUSED}
_MEANINGS = {
    404: (
        "No gateway there knows the key of this instance: is --url right, and is it the same "
        "database?"
    ),
    503: (
        f"Its database did not answer, or a stored secret does not open with its keys. {SEE_EVENTS}"
    ),
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        "It redirects, and WCS is not known to follow: use the address it leads to.",
    ),
}


def guess_reason(method: str, status: int) -> str:
    known = _GUESSES.get((method, status)) or _MEANINGS.get(status)
    return known or "The gateway's log may say why."


def explain_from_events(instance: WcsInstance) -> Explain:
    """Reads the events that are recorded from now on."""
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def explain(method: str, session: str) -> str:
        # An event whose sender was not let in has no body.
        events = _list_refusals(instance, method, newest)
        for event in sorted(events, key=lambda event: not event.body):
            if event.body.get("sessionId", session) == session:
                reason = Reason.from_word(event.reason)
                return reason.advice if reason else ""
        return ""

    return explain


def _list_refusals(instance: WcsInstance, method: str, after: int) -> list[Event]:
    refused = Event.objects.filter(
        id__gt=after, instance=instance, method=method, decision=Decision.REFUSED
    )
    try:
        return list(refused.order_by("-id")[:_NEWEST_EVENTS])
    except DatabaseError:  # perhaps that is why the hook was refused
        return []
