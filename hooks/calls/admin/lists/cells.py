"""What stands in a cell: outcomes, reasons with their sentence, links to rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from hooks.calls.cost import cost_of_call
from hooks.calls.outcomes import describe_end
from hooks.calls.quality import describe_quality
from hooks.limits.use_text import format_money
from hooks.models import Call
from hooks.reasons import Decision, Reason
from hooks.wcs.rehearsal.visitor import NODE as REHEARSAL
from tenants.admin.display import alarm, format_time

GONE = "gone, or not yours to see"
NAMED_BY_TIME = {
    "call": "asked_at",
    "event": "received_at",
    "session": "opened_at",
    "stream": "asked_at",
}


def format_duration(duration: timedelta | None) -> str:
    if duration is None:
        return "-"

    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes} min {seconds:02} s"


def format_cost(call: Call, now: datetime) -> str:
    micros = cost_of_call(call, now)
    if micros is None:
        return "-"
    text = format_money(micros, call.tenant.currency)
    return text if call.ended_at else f"{text} so far"


def format_quality(call: Call) -> str:
    try:
        text = describe_quality(call.quality)
    except ObjectDoesNotExist:
        return "-"
    return join(text, quiet("As the visitor's browser reported it; nobody can verify it."))


def format_decision(row: Any) -> str:
    return alarm(row.decision) if row.decision == Decision.REFUSED else row.decision


def format_reason(row: Any) -> str:
    """What happened, and what to do about it."""
    reason = Reason.from_word(row.reason)
    if reason is None:
        return str(row.reason)

    repeats_word = reason.sentence.lower().rstrip(".") == reason.value
    sentence = reason.sentence if repeats_word else f"{reason.value}: {reason.sentence}"
    return join(sentence, quiet(reason.remedy)) if reason.remedy else sentence


def format_outcome(row: Any) -> str:
    """How a call or a session ended."""
    if getattr(row, "decision", "") == Decision.REFUSED:
        return format_decision(row)
    if row.ended_at is None:
        return "not ended yet"

    is_call = isinstance(row, Call)
    return describe_end(row) if is_call else row.get_ended_by_display() or "ended"


def link_related(row: Model, name: str) -> str:
    """No foreign key constraint keeps the row that is referred to."""
    field: Any = row._meta.get_field(name)
    if getattr(row, field.attname) is None:
        return "-"

    try:
        related = getattr(row, name)
    except ObjectDoesNotExist:
        related = None
    return GONE if related is None else link_row(related)


def link_row(row: Model) -> str:
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return link(reverse(page, args=[row.pk]), _name_row(row))


def _name_row(row: Any) -> str:
    """What has no name but an id is named by its time."""
    time_field = NAMED_BY_TIME.get(row._meta.model_name)
    return format_time(getattr(row, time_field)) if time_field else str(row)


def link(address: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', address, text)


def mark_rehearsal(text: str, node: object) -> str:
    """So that nobody looks for the visitor of a test call."""
    return join(text, quiet("test call")) if node == REHEARSAL else text


def quiet(text: str) -> str:
    return format_html('<span class="remedy">{}</span>', text)


def join(*parts: str) -> str:
    return format_html_join(" ", "{}", ((part,) for part in parts))
