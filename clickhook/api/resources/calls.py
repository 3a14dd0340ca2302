"""Calls: the call detail records, newest first."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from clickhook.api.records import BY_TIME, Filter, RecordsView, RecordView, one_of
from hooks.calls.admin.lists.filters import LIVING, MISSED_CALLS
from hooks.calls.outcomes import MISSED
from hooks.models import Call
from hooks.reasons import Decision, Reason
from tenants.money import write_money

OUTCOMES = [LIVING, MISSED_CALLS, *Call.EndedBy.values]
REASONS = [reason.value for reason in Reason]


def by_outcome(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """As the admin's list has it: a missed call is one, whoever ended it."""
    outcome = one_of("outcome", text, OUTCOMES)
    if outcome == LIVING:
        return rows.filter(ended_at=None)
    if outcome == MISSED_CALLS:
        return rows.filter(MISSED)
    return rows.filter(ended_by=outcome).exclude(MISSED)


def by_decision(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(decision=one_of("decision", text, [one.value for one in Decision]))


def by_reason(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(reason=one_of("reason", text, REASONS))


def shown_call(call: Call) -> dict[str, Any]:
    names = ("id", "wcs_call_id", "alias", "target", "fallback", "caller", "visitor")
    times = ("asked_at", "ringing_at", "answered_at", "ended_at")
    return {
        **{name: getattr(call, name) for name in names},
        "tenant": call.tenant.slug,
        "session": call.session_id,
        "decision": call.decision,
        "reason": call.reason,
        **{name: getattr(call, name) for name in times},
        "ended_by": call.ended_by,
        "sip_status": call.sip_status,
        "seconds": None if call.duration is None else call.duration.total_seconds(),
        "cost": None if call.cost is None else write_money(call.cost),
        "currency": call.tenant.currency,
    }


class Calls(RecordsView):
    resource, model, time_field, related = "calls", Call, "asked_at", ("tenant",)
    filters: ClassVar[dict[str, Filter]] = {
        "outcome": by_outcome,
        "decision": by_decision,
        "reason": by_reason,
    }
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (*BY_TIME, *filters)}

    def shown(self, row: Call) -> dict[str, Any]:
        return shown_call(row)


class OneCall(RecordView):
    resource, model, related, show = "calls", Call, ("tenant",), staticmethod(shown_call)
