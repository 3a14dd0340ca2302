"""The pages of the audit, to look at only: newest first, each entry with what it was and what it became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property

from tenants.admin.looked_at import LookedAtAdmin
from tenants.admin.pages.audit_changes import changes
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.words import STYLE
from tenants.audit.actions import in_words
from tenants.models import AuditEntry, Tenant

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

LOOKED_THROUGH = 10_000  # entries: for what a filter offers, and for how many pages there are


class LatestEntries(_Paginator):
    @cached_property
    def count(self) -> int:
        entries = cast("QuerySet[Any]", self.object_list)
        return entries.order_by().values("pk")[:LOOKED_THROUGH].count()


class TenantOfEntryFilter(TenantFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of a tenant that is gone only the name is left."""
        slug = (self.value() or "").replace("\0", "?").strip()
        if slug and not Tenant.objects.filter(slug=slug).exists():
            return queryset.filter(tenant_slug=slug)
        return super().queryset(request, queryset)


class LatelyFilter(admin.SimpleListFilter):
    """Offers what stands in the newest entries that she sees."""

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = (
            model_admin.get_queryset(request)
            .order_by("-id")
            .values(self.parameter_name)[:LOOKED_THROUGH]
        )
        found = (
            AuditEntry.objects.filter(pk__in=latest.values("pk"))
            .order_by()
            .values_list(self.parameter_name, flat=True)
        )
        return [(value, self.in_words(value)) for value in sorted(set(found.distinct())) if value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return (
            queryset.filter(**{self.parameter_name: value.replace("\0", "?")})
            if value
            else queryset
        )

    def in_words(self, value: str) -> str:
        return value


class WhoFilter(LatelyFilter):
    title, parameter_name = "who", "actor_name"


class ViaFilter(LatelyFilter):
    title, parameter_name = "way", "via"


class ActionFilter(LatelyFilter):
    title, parameter_name = "action", "action"

    def in_words(self, value: str) -> str:
        return in_words(value)


@admin.register(AuditEntry)
class AuditEntryAdmin(LookedAtAdmin):
    fields = (
        "number",
        "time",
        "who",
        "address",
        "via",
        "what_was_done",
        "tenant_slug",
        "object_name",
        "changed",
        "hash",
    )
    list_display = ("time", "who", "what_was_done", "object_name", "tenant_slug", "way")
    list_display_links = ("time", "what_was_done")
    list_filter = (TenantOfEntryFilter, ActionFilter, WhoFilter, ViaFilter)
    search_fields = ("object_name",)
    search_help_text = "An entry's number, or the whole name of what was changed."
    ordering = ("-id",)
    paginator = LatestEntries
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    actions = None

    class Media:
        css = STYLE

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(
            request, {"title": "Audit, newest first", **(extra_context or {})}
        )

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        entry: Any = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.changes = changes(entry, request)
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        text = search_term.replace("\0", "?").strip()
        if not text:
            return queryset, False
        numbered = (
            Q(number=int(text)) if text.isascii() and text.isdecimal() and len(text) < 19 else Q()
        )
        return queryset.filter(Q(object_name=text) | numbered), False

    @admin.display(description="when", ordering="id")
    def time(self, entry: AuditEntry) -> str:
        return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description="who")
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_name or "nobody known"

    @admin.display(description="way")
    def way(self, entry: AuditEntry) -> str:
        return f"{entry.via} from {entry.address}" if entry.address else entry.via

    @admin.display(description="what was done")
    def what_was_done(self, entry: AuditEntry) -> str:
        return entry.action_in_words

    @admin.display(description="changes")
    def changed(self, entry: Any) -> str:
        return render_to_string("tenants/audit_changes.html", {"changes": entry.changes})
