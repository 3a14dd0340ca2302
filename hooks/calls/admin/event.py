"""The pages of events: each hook as it arrived, redacted, and how it was answered."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html

from hooks.calls.admin.lists import columns, search
from hooks.calls.admin.lists.filters import ReasonFilter, TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.models import Event
from tenants.admin.tenant_filter import TenantFilter


class EventAdmin(HugeTableAdmin):
    related = ("tenant", "instance", "session", "call")
    fields: ClassVar[Any] = (
        columns.received,
        "method",
        columns.tenant_link,
        columns.instance_link,
        columns.event_origin,
        columns.session_link,
        columns.call_link,
        columns.decision_text,
        columns.reason_text,
        "detail",
        "id_in_the_log",
        "redacted_body",
    )
    list_display = (
        columns.received,
        columns.tenant_link,
        "method",
        columns.decision_text,
        columns.reason_text,
        columns.event_origin,
        columns.instance_link,
    )
    list_filter = (TenantFilter, TimeFilter, "decision", ReasonFilter)
    linked_lookups = ("session__id__exact", "call__id__exact", *TimeFilter.NAMES)
    time_field, has_refusal_indexes = "received_at", True
    search_fields = ("session__wcs_session_id__exact",)
    search_help_text = search.EVENT_HELP
    match_id = staticmethod(search.match_events)
    match_text = staticmethod(search.contains_in_events)

    @admin.display(description="hook_id in the log")
    def id_in_the_log(self, event: Event) -> str:
        return str(event.hook_id or "")

    @admin.display(description="body, redacted")
    def redacted_body(self, event: Event) -> str:
        body = json.dumps(event.body, indent=2, ensure_ascii=False)
        return format_html('<pre class="body">{}</pre>', body)
