"""The pages of events: each hook as it arrived, redacted, and how it was answered."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from hooks.calls.admin import search, shown
from hooks.calls.admin.filters import ReasonFilter, TimeFilter
from hooks.calls.admin.huge_table import HugeTableAdmin
from hooks.models import Event
from tenants.admin.tenant_filter import TenantFilter


class EventAdmin(HugeTableAdmin):
    related = ("tenant", "instance", "session", "call")
    fields = (
        "received",
        "method",
        "of_tenant",
        "at_instance",
        "in_session",
        "of_call",
        "decision_is",
        "reason_is",
        "detail",
        "carried",
    )
    list_display = (
        "received",
        "of_tenant",
        "decision_is",
        "reason_is",
        "method",
        "at_instance",
        "in_session",
    )
    list_filter = (TenantFilter, TimeFilter, "decision", ReasonFilter)
    linked_lookups = ("session__id__exact", "call__id__exact", *TimeFilter.NAMES)
    time, knows_refusals = "received_at", True
    search_fields = ("session__wcs_session_id__exact",)
    search_help_text = search.HELP

    of_tenant = shown.link_column("tenant", "tenant")
    at_instance = shown.link_column("instance", "WCS instance")
    in_session = shown.link_column("session", "session")
    of_call = shown.link_column("call", "call")
    received = shown.time_column("received_at", "received")
    decision_is = shown.decision_column
    reason_is = shown.reason_column

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        text = search_term.strip()
        return (queryset.filter(search.events(text)) if text else queryset), False

    @admin.display(description="body, redacted")
    def carried(self, event: Event) -> str:
        return format_html(
            '<pre class="body">{}</pre>', json.dumps(event.body, indent=2, ensure_ascii=False)
        )
