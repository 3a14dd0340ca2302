"""The pages of calls: the call detail records."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from hooks.calls.admin import live, search, shown, tables
from hooks.calls.admin.charts import charts
from hooks.calls.admin.filters import OutcomeFilter, ReasonFilter, TimeFilter
from hooks.calls.admin.huge_table import HugeTableAdmin
from hooks.models import Call, Event
from tenants.admin.tenant_filter import TenantFilter

View = Callable[[HttpRequest], HttpResponseBase]


class CallAdmin(HugeTableAdmin):
    related = ("tenant", "session")
    fields = (
        "wcs_call_id",
        "of_tenant",
        "in_session",
        "asked_for",
        "target",
        "caller",
        "decision_is",
        "reason_is",
        "asked",
        "ringing",
        "answered",
        "ended",
        "talked",
        "outcome",
        "end_info",
        "sip_status",
        "events",
    )
    list_display = (
        "asked",
        "of_tenant",
        "outcome",
        "reason_is",
        "asked_for",
        "target",
        "talked",
        "wcs_call_id",
    )
    list_filter = (TenantFilter, TimeFilter, "decision", OutcomeFilter, ReasonFilter)
    linked_lookups = ("session__id__exact", *TimeFilter.NAMES)
    time, knows_refusals = "asked_at", True
    search_fields = ("call_id__exact",)
    search_help_text = search.HELP

    def get_urls(self) -> list[Any]:
        """Before the admin's own, which take anything for an id."""
        pages = {
            "charts/": ("hooks_call_charts", charts),
            "live/": ("hooks_call_live", live.page),
            "live/stream/": ("hooks_call_live_stream", live.stream),
        }
        mine = [
            path(route, self.admin_site.admin_view(self._for_viewers(view)), name=name)
            for route, (name, view) in pages.items()
        ]
        return [*mine, *super().get_urls()]

    def _for_viewers(self, view: View) -> View:
        @wraps(view)
        def viewed(request: HttpRequest) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request)

        return viewed

    of_tenant = shown.link_column("tenant", "tenant")
    in_session = shown.link_column("session", "session")
    asked = shown.time_column("asked_at", "asked")
    ringing = shown.time_column("ringing_at", "ringing")
    answered = shown.time_column("answered_at", "answered")
    ended = shown.time_column("ended_at", "ended")
    decision_is = shown.decision_column
    reason_is = shown.reason_column

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        text = search_term.strip()
        return (queryset.filter(search.calls(text)) if text else queryset), False

    @admin.display(description="asked for", ordering="alias")
    def asked_for(self, call: Call) -> str:
        return call.alias or "(default)"

    @admin.display(description="talked", ordering="duration")
    def talked(self, call: Call) -> str:
        return shown.length(call.duration)

    @admin.display(description="outcome")
    def outcome(self, call: Call) -> str:
        return tables.outcome(call)

    @admin.display(description="events")
    def events(self, call: Call) -> str:
        # By the session too: its events have an index, a call's have none.
        found = Event.objects.filter(session=call.session_id, call=call.pk)
        return tables.events(
            found, f"session__id__exact={call.session_id}&call__id__exact={call.pk}"
        )
