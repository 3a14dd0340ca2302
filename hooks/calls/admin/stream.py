"""The pages of streams: who published or played what, when, and how it ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html

from hooks.calls.admin.lists import columns, search, tables
from hooks.calls.admin.lists.filters import OutcomeFilter, ReasonFilter, TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.calls.admin.pages.ending import end_stream
from hooks.models import Event, Stream
from tenants.admin.scoped import may_change
from tenants.admin.tenant_filter import TenantFilter


class StreamAdmin(HugeTableAdmin):
    related = ("tenant", "session")
    fields: ClassVar[Any] = (
        "media_session_id",
        columns.tenant_link,
        columns.session_link,
        columns.stream_kind,
        "alias",
        "name",
        columns.decision_text,
        columns.reason_text,
        columns.asked,
        columns.began,
        columns.ends_by,
        columns.ended,
        columns.lasted,
        columns.outcome,
        "end_info",
        columns.session_label,
        columns.session_context,
        "events",
    )
    list_display = (
        columns.asked,
        columns.tenant_link,
        columns.outcome,
        columns.reason_text,
        columns.stream_kind,
        "alias",
        columns.lasted,
    )
    list_filter = (TenantFilter, TimeFilter, "decision", OutcomeFilter, ReasonFilter)
    linked_lookups = ("session__id__exact", *TimeFilter.NAMES)
    time_field, has_refusal_indexes = "asked_at", True
    search_fields = ("media_session_id__exact",)
    search_help_text = search.STREAM_HELP
    match_id = staticmethod(search.match_streams)
    match_text = staticmethod(search.contains_in_streams)

    def get_urls(self) -> list[Any]:
        """Before the admin's own, which take anything for an id."""
        view = self.admin_site.admin_view(end_stream)
        return [path("<uuid:object_id>/end/", view, name="hooks_end_stream"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Stream | None = None) -> Any:
        may_end = obj is not None and obj.ended_at is None and may_change(request, Stream, obj)
        return (*self.fields, "end_button") if may_end else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Stream | None = None) -> Any:
        return self.get_fields(request, obj)

    @admin.display(description="end it")
    def end_button(self, stream: Stream) -> str:
        """In the page's own form, whose token guards it."""
        markup = '<button type="submit" class="button" formaction="{}">End</button>'
        return format_html(markup, reverse("admin:hooks_end_stream", args=[stream.pk]))

    @admin.display(description="events of its session")
    def events(self, stream: Stream) -> str:
        events = Event.objects.filter(session=stream.session_id)
        return tables.event_table(events, f"session__id__exact={stream.session_id}")
