"""The pages of calls: the call detail records."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html

from hooks.calls.admin.data_message import send_link
from hooks.calls.admin.lists import columns, search, tables
from hooks.calls.admin.lists.filters import CallOutcomeFilter, ReasonFilter, TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.calls.admin.pages.charts import charts_page
from hooks.calls.admin.pages.ending import hang_up
from hooks.calls.admin.pages.live import live_board, live_page, live_stream
from hooks.calls.admin.pages.my_settings import my_settings_page
from hooks.models import Call, Event
from tenants.admin.scoped import may_change
from tenants.admin.tenant_filter import TenantFilter

View = Callable[[HttpRequest], HttpResponseBase]


class CallAdmin(HugeTableAdmin):
    related = ("tenant", "session")
    fields: ClassVar[Any] = (
        "wcs_call_id",
        columns.tenant_link,
        columns.session_link,
        columns.asked_for,
        columns.dialled,
        "caller",
        columns.decision_text,
        columns.reason_text,
        columns.asked,
        columns.ringing,
        columns.answered,
        columns.ended,
        columns.talked,
        columns.cost_text,
        columns.outcome,
        "end_info",
        "sip_status",
        columns.quality_text,
        columns.session_label,
        columns.session_context,
        "events",
    )
    list_display = (
        columns.asked,
        columns.tenant_link,
        columns.outcome,
        columns.reason_text,
        columns.asked_for,
        columns.dialled,
        columns.talked,
        columns.cost_text,
    )
    list_filter = (TenantFilter, TimeFilter, "decision", CallOutcomeFilter, ReasonFilter)
    linked_lookups = ("session__id__exact", *TimeFilter.NAMES)
    time_field, has_refusal_indexes = "asked_at", True
    search_fields = ("wcs_call_id__exact",)
    search_help_text = search.HELP
    match_id = staticmethod(search.match_calls)
    match_text = staticmethod(search.contains_in_calls)

    def get_urls(self) -> list[Any]:
        """Before the admin's own, which take anything for an id."""
        pages = {
            "charts/": ("hooks_call_charts", charts_page),
            "live/": ("hooks_call_live", live_page),
            "live/board/": ("hooks_call_live_board", live_board),
            "live/stream/": ("hooks_call_live_stream", live_stream),
        }
        routes = [
            path(route, self.admin_site.admin_view(self._for_viewers(view)), name=name)
            for route, (name, view) in pages.items()
        ]
        my_settings = path(
            "my-settings/", self.admin_site.admin_view(my_settings_page), name="hooks_my_settings"
        )
        hang_up_view = path(
            "<uuid:object_id>/hang-up/", self.admin_site.admin_view(hang_up), name="hooks_hang_up"
        )
        return [*routes, hang_up_view, my_settings, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Call | None = None) -> Any:
        may_end = obj is not None and obj.ended_at is None and may_change(request, Call, obj)
        return (*self.fields, "hang_up_button", "send_text") if may_end else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Call | None = None) -> Any:
        return self.get_fields(request, obj)

    def _for_viewers(self, view: View) -> View:
        @wraps(view)
        def guarded_view(request: HttpRequest) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request)

        return guarded_view

    @admin.display(description="end it")
    def hang_up_button(self, call: Call) -> str:
        """In the page's own form, whose token guards it."""
        markup = '<button type="submit" class="button" formaction="{}">Hang up</button>'
        return format_html(markup, reverse("admin:hooks_hang_up", args=[call.pk]))

    @admin.display(description="message")
    def send_text(self, call: Call) -> str:
        return send_link(call)

    @admin.display(description="events")
    def events(self, call: Call) -> str:
        # By the session too: its events have an index, a call's have none.
        events = Event.objects.filter(session=call.session_id, call=call.pk)
        query = f"session__id__exact={call.session_id}&call__id__exact={call.pk}"
        return tables.event_table(events, query)
