"""The calls and events that a session's or a call's page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hooks.calls.admin import shown
from hooks.models import Call, Event
from hooks.reasons import Decision

CALL_HEADS = ("asked", "call", "outcome", "reason", "asked for", "dialled", "talked")
EVENT_HEADS = ("received", "event", "decision", "reason", "detail")


def calls(found: QuerySet[Call], query: str, number: int = shown.ROWS) -> str:
    rows = [
        (
            shown.time(call.asked_at),
            shown.link_to(call),
            outcome(call),
            shown.reason(call),
            call.alias or "(default)",
            call.target,
            shown.length(call.duration),
        )
        for call in found.order_by("-asked_at")[: number + 1]
    ]
    return shown.table(
        CALL_HEADS, rows, f"{reverse('admin:hooks_call_changelist')}?{query}", number
    )


def events(found: QuerySet[Event], query: str, number: int = shown.ROWS) -> str:
    rows = [
        (
            shown.time(event.received_at),
            shown.link_to(event),
            shown.decision(event),
            shown.reason(event),
            event.detail,
        )
        for event in found.order_by("-received_at", "-id")[: number + 1]
    ]
    return shown.table(
        EVENT_HEADS, rows, f"{reverse('admin:hooks_event_changelist')}?{query}", number
    )


def outcome(row: Any) -> str:
    if getattr(row, "decision", "") == Decision.REFUSED:
        return shown.decision(row)
    if row.ended_at is None:
        return "not ended yet"
    return row.get_ended_by_display() or "ended"
