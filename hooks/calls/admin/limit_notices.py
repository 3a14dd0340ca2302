"""Notices of limits that are nearly or fully used: their list, and the newest on other pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from hooks.limits.use import Use
from hooks.limits.use_text import LABELS, describe_use
from hooks.models import LimitNotice
from tenants.admin.display import alarm, format_time, time_column
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter

NEWS_FOR = timedelta(days=1)
MOST_SHOWN = 10


class NoticeRow(NamedTuple):
    notice: LimitNotice
    text: str
    at: str


class LimitNoticeAdmin(ReadOnlyAdmin):
    list_display = (time_column("at", "time"), "tenant_link", "text", "level_text")
    list_display_links = None
    list_filter: ClassVar[Any] = (TenantFilter, "level")
    list_select_related: ClassVar[Any] = ("tenant",)
    ordering = ("-at",)
    show_full_result_count = False
    fields = ("tenant", "place", "limit", "level", "used", "most", "at")

    @admin.display(description="tenant")
    def tenant_link(self, notice: LimitNotice) -> str:
        address = reverse("admin:tenants_tenant_overview", args=[notice.tenant_id])
        return format_html('<a href="{}">{}</a>', address, notice.tenant)

    @admin.display(description="limit")
    def text(self, notice: LimitNotice) -> str:
        return describe_notice(notice)

    @admin.display(description="state")
    def level_text(self, notice: LimitNotice) -> str:
        text = notice.get_level_display()
        return alarm(text) if notice.level == LimitNotice.Level.CRITICAL else text


def describe_notice(notice: LimitNotice) -> str:
    use = Use(notice.limit, notice.used, notice.most)
    place = f"{notice.place}: " if notice.place else ""
    label = LABELS.get(notice.limit, notice.limit)
    return f"{place}{label}: {describe_use(use, notice.tenant.currency)}"


def newest_notices(notices: QuerySet[LimitNotice]) -> list[NoticeRow]:
    """Of the last day."""
    recent = notices.filter(at__gte=timezone.now() - NEWS_FOR).select_related("tenant")
    return [
        NoticeRow(notice, f"{describe_notice(notice)}, {notice.get_level_display()}", at)
        for notice in recent.order_by("-at")[:MOST_SHOWN]
        for at in [format_time(notice.at)]
    ]
