"""How a row's values are shown: times with their seconds, reasons with their sentence, links to what may be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from hooks.reasons import Decision, Reason
from tenants.admin.words import alarm

ROWS = 50
REASONS = {reason.value: reason for reason in Reason}
GONE = "gone, or not yours to see"
Column = Callable[[Any, Any], str]  # a method of a page: itself, the row


def time(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else "-"


def length(duration: timedelta | None) -> str:
    if duration is None:
        return "-"
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes} min {seconds:02} s"


def decision(row: Any) -> str:
    return alarm(row.decision) if row.decision == Decision.REFUSED else row.decision


def reason(row: Any) -> str:
    """What happened, and what to do. A word this version does not know has no sentence."""
    if row.reason not in REASONS:
        return str(row.reason)
    known = REASONS[row.reason]
    what = (
        known.sentence
        if known.sentence.lower().rstrip(".") == row.reason
        else f"{row.reason}: {known.sentence}"
    )
    return joined(what, quiet(known.remedy)) if known.remedy else what


def link(row: Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    key = getattr(row, field.attname)
    if key is None:
        return "-"
    try:
        related = getattr(row, name)
    except ObjectDoesNotExist:
        related = None
    return GONE if related is None else link_to(related)


def link_to(row: Model) -> str:
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return linked(reverse(page, args=[row.pk]), str(row))


def linked(address: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', address, text)


def quiet(text: str) -> str:
    return format_html('<span class="remedy">{}</span>', text)


def joined(*parts: str) -> str:
    return format_html_join(" ", "{}", ((part,) for part in parts))


def table(
    heads: Sequence[str], rows: Iterable[Sequence[Any]], all_of_them: str, number: int = ROWS
) -> str:
    """The first rows, and where the rest is."""
    shown = list(rows)
    context = {
        "heads": heads,
        "rows": shown[:number],
        "more": all_of_them if len(shown) > number else "",
    }
    return render_to_string("hooks/rows.html", context)


def link_column(name: str, title: str) -> Column:
    @admin.display(description=title)
    def column(page: Any, row: Any) -> str:
        return link(row, name)

    return column


def time_column(name: str, title: str) -> Column:
    @admin.display(description=title, ordering=name)
    def column(page: Any, row: Any) -> str:
        return time(getattr(row, name))

    return column


@admin.display(description="decision", ordering="decision")
def decision_column(page: Any, row: Any) -> str:
    return decision(row)


@admin.display(description="reason", ordering="reason")
def reason_column(page: Any, row: Any) -> str:
    return reason(row)
