"""The tables of calls, streams and events on the pages of a call, a session and a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from hooks.calls.admin.lists import columns
from hooks.calls.admin.lists.columns import Column
from hooks.models import Call, Event, Stream

MAX_ROWS = 50
CALL_COLUMNS: Sequence[Column] = (
    columns.asked_call_link,
    columns.outcome,
    columns.reason_text,
    columns.asked_for,
    columns.dialled,
    columns.talked,
    columns.cost_text,
)
STREAM_COLUMNS: Sequence[Column] = (
    columns.asked_link,
    columns.stream_kind,
    columns.stream_alias,
    columns.outcome,
    columns.reason_text,
    columns.lasted,
)
EVENT_COLUMNS: Sequence[Column] = (
    columns.received_link,
    columns.event_method,
    columns.decision_text,
    columns.reason_text,
    columns.detail,
)


def call_table(calls: QuerySet[Call], query: str, max_rows: int = MAX_ROWS) -> str:
    """The newest calls; `query` is what their list is narrowed by to show all of them."""
    related = calls.select_related("tenant").prefetch_related("session")
    newest = related.order_by("-asked_at")[: max_rows + 1]
    return _row_table(
        CALL_COLUMNS, newest, f"{reverse('admin:hooks_call_changelist')}?{query}", max_rows
    )


def stream_table(streams: QuerySet[Stream], query: str, max_rows: int = MAX_ROWS) -> str:
    """The newest streams; `query` is what their list is narrowed by to show all of them."""
    newest = streams.order_by("-asked_at")[: max_rows + 1]
    return _row_table(
        STREAM_COLUMNS, newest, f"{reverse('admin:hooks_stream_changelist')}?{query}", max_rows
    )


def event_table(events: QuerySet[Event], query: str, max_rows: int = MAX_ROWS) -> str:
    """The newest events; `query` is what their list is narrowed by to show all of them."""
    newest = events.order_by("-received_at", "-id")[: max_rows + 1]
    return _row_table(
        EVENT_COLUMNS, newest, f"{reverse('admin:hooks_event_changelist')}?{query}", max_rows
    )


def render_table(
    heads: Sequence[str], rows: Iterable[Sequence[Any]], full_list: str, max_rows: int = MAX_ROWS
) -> str:
    """The first rows, and a link to the full list where there are more."""
    rows = list(rows)
    context = {
        "heads": heads,
        "rows": rows[:max_rows],
        "full_list": full_list if len(rows) > max_rows else "",
    }
    return render_to_string("hooks/rows.html", context)


def _row_table(
    row_columns: Sequence[Column], rows: QuerySet[Any], full_list: str, max_rows: int
) -> str:
    heads = [str(label_for_field(column, rows.model)) for column in row_columns]
    cells = [[column(row) for column in row_columns] for row in rows]
    return render_table(heads, cells, full_list, max_rows)
