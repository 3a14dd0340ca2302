"""The columns of calls, sessions and events: the lists, their pages and the tables share them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist

from hooks.calls.admin.lists import cells
from hooks.models import Call, Event, Session, Stream
from tenants.admin.display import time_column

Column = Callable[[Any], str]  # gives a row's cell; style sheets know it by its `__name__`


def _link_column(field: str, title: str) -> Column:
    @admin.display(description=title)
    def column(row: Any) -> str:
        return cells.link_related(row, field)

    column.__name__ = f"{field}_link"
    return column


tenant_link = _link_column("tenant", "tenant")
instance_link = _link_column("instance", "WCS instance")
session_link = _link_column("session", "session")
call_link = _link_column("call", "call")
domain_link = _link_column("domain", "domain")
sip_account_link = _link_column("sip_account", "SIP account")

received = time_column("received_at", "received")
opened = time_column("opened_at", "opened")
established = time_column("established_at", "established")
asked = time_column("asked_at", "asked")
ringing = time_column("ringing_at", "ringing")
answered = time_column("answered_at", "answered")
ended = time_column("ended_at", "ended")
began = time_column("began_at", "began")
ends_by = time_column("ends_by", "ends by")


@admin.display(description="decision")
def decision_text(row: Any) -> str:
    return cells.format_decision(row)


@admin.display(description="reason")
def reason_text(row: Any) -> str:
    return cells.format_reason(row)


@admin.display(description="outcome")
def outcome(row: Any) -> str:
    return cells.format_outcome(row)


@admin.display(description="asked")
def asked_link(row: Call | Stream) -> str:
    return cells.link_row(row)


@admin.display(description="asked")
def asked_call_link(call: Call) -> str:
    return cells.mark_rehearsal(cells.link_row(call), _node_of(call))


def _node_of(call: Call) -> str:
    try:
        return call.session.node_id
    except ObjectDoesNotExist:
        return ""


@admin.display(description="asked for")
def asked_for(call: Call) -> str:
    alias = call.alias or "(default)"
    return f"{alias}, {call.fallback} instead" if call.fallback else alias


@admin.display(description="dialled")
def dialled(call: Call) -> str:
    return call.target


@admin.display(description="talked")
def talked(call: Call) -> str:
    return cells.format_duration(call.duration)


@admin.display(description="kind")
def stream_kind(stream: Stream) -> str:
    return str(stream.get_kind_display())


@admin.display(description="alias")
def stream_alias(stream: Stream) -> str:
    return stream.alias


@admin.display(description="lasted")
def lasted(stream: Stream) -> str:
    return cells.format_duration(stream.duration)


@admin.display(description="cost")
def cost_text(call: Call) -> str:
    return cells.format_cost(call, datetime.now(UTC))


@admin.display(description="quality")
def quality_text(call: Call) -> str:
    return cells.format_quality(call)


@admin.display(description="received")
def received_link(event: Event) -> str:
    node = event.body.get("nodeId") if isinstance(event.body, dict) else None
    return cells.mark_rehearsal(cells.link_row(event), node)


@admin.display(description="origin")
def event_origin(event: Event) -> str:
    """A connect that was refused opened no session: its origin stands in the body alone."""
    posted = event.body.get("origin") if isinstance(event.body, dict) else None
    return str(posted or session_origin(event))


@admin.display(description="origin")
def session_origin(row: Any) -> str:
    try:
        return row.session.origin if row.session else "-"
    except ObjectDoesNotExist:
        return cells.GONE


@admin.display(description="method")
def event_method(event: Event) -> str:
    return event.method


@admin.display(description="detail")
def detail(event: Event) -> str:
    return event.detail


@admin.display(description="context")
def context(session: Session) -> str:
    """What the page said of the visit, in its signed ticket."""
    return ", ".join(map(str, session.context or ()))


@admin.display(description="label")
def session_label(row: Call | Stream) -> str:
    return row.session.label


@admin.display(description="context")
def session_context(row: Call | Stream) -> str:
    return context(row.session)
