"""How values are displayed: what must not be overlooked, times, and whether a secret is set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.secrets.encryption import Secret

STYLE = {"all": ["tenants/admin.css"]}


def alarm(text: str) -> SafeString:
    return format_html('<strong class="alarm">{}</strong>', text)


def set_or_not(secret: Secret | None) -> str:
    return "not set" if secret is None else "set"


def format_time(at: datetime | None) -> str:
    """In UTC; a script shows it in the person's own zone."""
    if at is None:
        return "-"

    utc = at.astimezone(UTC)
    machine, text = utc.isoformat(timespec="seconds"), utc.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html('<time datetime="{}">{}</time>', machine, text)


def time_column(field: str, title: str) -> Any:
    """Style sheets and tests know the column by its title."""

    @admin.display(description=title, ordering=field)
    def column(row: Any) -> str:
        return format_time(getattr(row, field))

    column.__name__ = title.replace(" ", "_")
    return column
