"""The pages of the audit, read-only: newest first, each entry with its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property

from tenants.admin.display import STYLE, time_column
from tenants.admin.pages.audit_changes import field_changes
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.search_text import searchable
from tenants.admin.tenant_filter import TenantFilter
from tenants.audit.actions import action_title
from tenants.models import AuditEntry, Tenant

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

TIME = time_column("at", "time")
LATEST = 10_000  # entries that filters and page numbers take into account


class LatestEntries(_Paginator):
    @cached_property
    def count(self) -> int:
        entries = cast("QuerySet[Any]", self.object_list)
        return entries.order_by().values("pk")[:LATEST].count()


class TenantOfEntryFilter(TenantFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """For a deleted tenant only the name is left."""
        slug = searchable(self.value() or "")
        if slug and not Tenant.objects.filter(slug=slug).exists():
            return queryset.filter(tenant_slug=slug)
        return super().queryset(request, queryset)


class LatestValuesFilter(admin.SimpleListFilter):
    """Offers the values of the newest entries that the user sees."""

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = model_admin.get_queryset(request).order_by("-id").values("pk")[:LATEST]
        entries = AuditEntry.objects.filter(pk__in=latest).order_by()
        values = set(entries.values_list(self.parameter_name, flat=True).distinct())
        return [(value, self.value_title(value)) for value in sorted(values) if value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = searchable(self.value() or "")
        return queryset.filter(**{self.parameter_name: value}) if value else queryset

    def value_title(self, value: str) -> str:
        return value


class WhoFilter(LatestValuesFilter):
    title, parameter_name = "who", "actor_name"


class ViaFilter(LatestValuesFilter):
    title, parameter_name = "way", "via"


class ActionFilter(LatestValuesFilter):
    title, parameter_name = "action", "action"

    def value_title(self, value: str) -> str:
        return action_title(value)


class AuditEntryAdmin(ReadOnlyAdmin):
    fields = (
        "number",
        TIME,
        "who",
        "address",
        "via",
        "what_was_done",
        "tenant_slug",
        "object_name",
        "changed",
        "hash",
    )
    list_display = (TIME, "who", "what_was_done", "object_name", "tenant_slug", "way")
    list_display_links = (TIME, "what_was_done")
    list_filter = (TenantOfEntryFilter, ActionFilter, WhoFilter, ViaFilter)
    search_fields = ("object_name",)
    search_help_text = "The number of an entry, or the full name of the changed object."
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
        context = {"title": "Audit, newest first", **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        entry: Any = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.changes = field_changes(entry, request)
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        text = searchable(search_term)
        if not text:
            return queryset, False

        is_number = text.isascii() and text.isdecimal() and len(text) < 19
        by_number = Q(number=int(text)) if is_number else Q()
        return queryset.filter(Q(object_name=text) | by_number), False

    @admin.display(description="who")
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_name or "unknown"

    @admin.display(description="way")
    def way(self, entry: AuditEntry) -> str:
        return f"{entry.via} from {entry.address}" if entry.address else entry.via

    @admin.display(description="what was done")
    def what_was_done(self, entry: AuditEntry) -> str:
        return entry.action_title

    @admin.display(description="changes")
    def changed(self, entry: Any) -> str:
        return render_to_string("tenants/audit_changes.html", {"changes": entry.changes})
