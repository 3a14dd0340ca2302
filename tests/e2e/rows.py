"""What a test leaves in the gateway's tables: each call as a line, and what must hold for all."""

from __future__ import annotations

from typing import Any

from hooks.models import Call, Event, Session

TALKED = "TRYING RING ESTABLISHED FINISH, 200, finish"  # of a call that was answered and hung up


def story_of(call: Call) -> str:
    """Such as "sales: TRYING RING FINISH, 200, finish"; if refused, "sales: callee_unknown"."""
    if call.decision == "refused":
        return f"{call.alias}: {call.reason}"
    return (
        f"{call.alias or 'default'}: {' '.join(_statuses(call))}, {call.sip_status}, "
        f"{call.ended_by}"
    )


def fit_together() -> None:
    """Of everything that has ended: its times, and the events from which they come."""
    for session in Session.objects.all():
        assert session.ended_by
        assert _in_order(session.opened_at, session.established_at, session.ended_at)
        assert Event.objects.filter(session=session, method="connect", decision="allowed").exists()
    for call in Call.objects.select_related("session"):
        asked = Event.objects.filter(
            call=call, method="call", decision=call.decision, reason=call.reason
        )
        assert asked.exists()
        assert _in_order(
            call.session.opened_at, call.asked_at, call.ringing_at, call.answered_at, call.ended_at
        )
        assert bool(call.ringing_at) == ("RING" in _statuses(call))
        assert bool(call.answered_at) == ("ESTABLISHED" in _statuses(call))
        assert (call.decision == "refused") == (call.ended_by == "refused") == (call.target == "")


def _statuses(call: Call) -> list[str]:
    events = Event.objects.filter(call=call, method="CallStatusEvent").order_by("id")
    return list(events.values_list("body__status", flat=True))


def _in_order(*times: Any) -> bool:
    known = [time for time in times if time is not None]
    return known == sorted(known)
