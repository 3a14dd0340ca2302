"""The pages of sessions: who connected, from where, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from hooks.calls.admin import search, shown, tables
from hooks.calls.admin.filters import OutcomeFilter, TimeFilter
from hooks.calls.admin.huge_table import HugeTableAdmin
from hooks.models import Event, Session
from tenants.admin.tenant_filter import TenantFilter


class SessionAdmin(HugeTableAdmin):
    related = ("tenant", "instance", "domain", "sip_account")
    fields = (
        "wcs_session_id",
        "of_tenant",
        "at_instance",
        "node_id",
        "app_key",
        "origin",
        "from_domain",
        "account",
        "opened",
        "established",
        "ended",
        "outcome",
        "calls",
        "events",
    )
    list_display = (
        "opened",
        "of_tenant",
        "origin",
        "sip_login",
        "at_instance",
        "outcome",
        "wcs_session_id",
    )
    list_filter = (TenantFilter, TimeFilter, OutcomeFilter)
    linked_lookups = TimeFilter.NAMES
    time = "opened_at"
    search_fields = ("wcs_session_id__exact",)
    search_help_text = search.SESSION_HELP

    of_tenant = shown.link_column("tenant", "tenant")
    at_instance = shown.link_column("instance", "WCS instance")
    from_domain = shown.link_column("domain", "domain")
    account = shown.link_column("sip_account", "SIP account")
    opened = shown.time_column("opened_at", "opened")
    established = shown.time_column("established_at", "established")
    ended = shown.time_column("ended_at", "ended")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        text = search_term.strip()
        return (queryset.filter(wcs_session_id=text) if text else queryset), False

    @admin.display(description="outcome")
    def outcome(self, session: Session) -> str:
        return tables.outcome(session)

    @admin.display(description="calls")
    def calls(self, session: Session) -> str:
        return tables.calls(session.calls.all(), f"session__id__exact={session.pk}")

    @admin.display(description="events")
    def events(self, session: Session) -> str:
        return tables.events(
            Event.objects.filter(session=session.pk), f"session__id__exact={session.pk}"
        )
