"""The pages of sessions: who connected, from where, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from hooks.calls.admin.lists import columns, search, tables
from hooks.calls.admin.lists.filters import OutcomeFilter, TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.models import Event, Session
from tenants.admin.tenant_filter import TenantFilter


class SessionAdmin(HugeTableAdmin):
    related = ("tenant", "instance", "domain", "sip_account")
    fields: ClassVar[Any] = (
        "wcs_session_id",
        columns.tenant_link,
        columns.instance_link,
        "node_id",
        "app_key",
        "origin",
        columns.domain_link,
        columns.sip_account_link,
        columns.opened,
        columns.established,
        columns.ended,
        columns.outcome,
        "visitor_display",
        "ticketed",
        "publish_alias",
        "play_alias",
        "label",
        columns.context,
        "calls",
        "streams",
        "events",
    )
    list_display = (
        columns.opened,
        columns.tenant_link,
        "origin",
        "sip_login",
        columns.instance_link,
        columns.outcome,
    )
    list_filter = (TenantFilter, TimeFilter, OutcomeFilter)
    linked_lookups = TimeFilter.NAMES
    time_field = "opened_at"
    search_fields = ("wcs_session_id__exact",)
    search_help_text = search.SESSION_HELP
    match_id = staticmethod(search.match_sessions)
    match_text = staticmethod(search.contains_in_sessions)

    @admin.display(description="calls")
    def calls(self, session: Session) -> str:
        return tables.call_table(session.calls.all(), f"session__id__exact={session.pk}")

    @admin.display(description="streams")
    def streams(self, session: Session) -> str:
        return tables.stream_table(session.streams.all(), f"session__id__exact={session.pk}")

    @admin.display(description="events")
    def events(self, session: Session) -> str:
        events = Event.objects.filter(session=session.pk)
        return tables.event_table(events, f"session__id__exact={session.pk}")
