"""Texts that visitors' pages sent."""

from __future__ import annotations

from hooks.calls.admin.lists import search
from hooks.calls.admin.lists.filters import TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from tenants.admin.display import time_column
from tenants.admin.tenant_filter import TenantFilter

received = time_column("received_at", "received")


class PageMessageAdmin(HugeTableAdmin):
    related = ("tenant", "session")
    list_display = (received, "tenant", "operation", "text")
    list_filter = (TenantFilter, TimeFilter)
    time_field = "received_at"
    search_fields = ("text",)
    search_help_text = search.TEXT_HELP
    match_id = staticmethod(search.match_page_messages)
    match_text = staticmethod(search.contains_in_texts)
    fields = ("tenant", received, "session", "operation", "text")
