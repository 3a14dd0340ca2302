"""A list of millions of rows that nobody changes: newest first, from page to page, and it gives up in time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.db import OperationalError, connection, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from psycopg.errors import QueryCanceled

from hooks.calls.admin.filters import REFUSALS, TimeFilter
from hooks.calls.admin.hers import parts
from hooks.calls.admin.paging import LOOKED_THROUGH, LOOKED_THROUGH_SPARSE, Place, newest
from hooks.reasons import Decision
from tenants.admin.display import STYLE
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.scoped import visible_rows
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Tenant

PATIENCE = 5_000  # milliseconds
TOO_SLOW = (
    "That took too long to look up among so many rows. Choose a tenant, or search for a whole id."
)
# By what the tables' indexes find rows; anything else is looked for among the newest of them.
FOUND_BY_INDEX = {TenantFilter.parameter_name, TimeFilter.SINCE, TimeFilter.UNTIL}
FOUND_AT_ONCE = {SEARCH_VAR, "session__id__exact"}  # few rows, whatever else they must be


class NewestFirst(ChangeList):
    """The page's address holds where it begins (`p`), and not how many rows to skip."""

    older: str | None = None
    model_admin: HugeTableAdmin

    def get_results(self, request: HttpRequest) -> None:
        time = self.model_admin.time
        before = Place.parse(request.GET.get(PAGE_VAR, ""), self.model._meta.pk)
        far = LOOKED_THROUGH_SPARSE if self._asks_for_refusals() else LOOKED_THROUGH
        page = newest(self.queryset, time, self._parts(request), before, self._among(request), far)
        self.result_list, self.looked_back_to = page.rows, page.looked_back_to
        self.result_count, self.full_result_count = len(page.rows), None
        self.show_all = self.can_show_all = self.multi_page = self.show_full_result_count = False
        self.show_admin_actions = False
        self.older = self.get_query_string({PAGE_VAR: str(page.older)}) if page.older else None
        self.newest = self.get_query_string() if before else None

    def _parts(self, request: HttpRequest) -> list[Q]:
        """Where a tenant is asked for, or a few rows by an index of their own, it is all one part."""
        if self.params.keys() & FOUND_AT_ONCE:
            return []
        slug = self.params.get(TenantFilter.parameter_name, "").replace("\0", "?").strip()
        if not slug:
            return parts(self.root_queryset, request.user)
        asked_for = Tenant.objects.visible_to(request.user).filter(slug=slug)
        return [Q(tenant=asked_for.values_list("pk", flat=True).first() or 0)]

    def _among(self, request: HttpRequest) -> QuerySet[Any] | None:
        """The rows that an index keeps together with those asked for, if it does not keep these themselves."""
        asked = {name for name, value in self.params.items() if value} - FOUND_BY_INDEX
        refused = self._asks_for_refusals()
        if asked & FOUND_AT_ONCE or not (asked - {"decision__exact"} if refused else asked):
            return None
        rows = self.root_queryset
        for spec in self.filter_specs:
            if isinstance(spec, TenantFilter | TimeFilter):
                rows = spec.queryset(request, rows)
        return rows.filter(decision=Decision.REFUSED) if refused else rows

    def _asks_for_refusals(self) -> bool:
        """And the table has indexes of its refusals."""
        return self.model_admin.knows_refusals and (
            self.params.get("decision__exact") == Decision.REFUSED
            or self.params.get("reason") in REFUSALS
        )


class HugeTableAdmin(ReadOnlyAdmin):
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # one count of the whole table for each choice
    list_max_show_all = 0
    list_select_related = False
    sortable_by = ()  # newest first is what the indexes give
    actions = None
    time = ""  # the field that says when
    knows_refusals = False  # whether the table has indexes of its refusals
    # Joins would hide a row whose tenant or instance is gone: no foreign key constraint keeps it.
    related: tuple[str, ...] = ()

    class Media:
        css: ClassVar[Any] = {"all": [*STYLE["all"], "hooks/lists.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What a row refers to is shown where it is hers: its WCS may be somebody else's by now."""
        fields: list[Any] = [
            (name, self.opts.get_field(name).related_model) for name in self.related
        ]
        related = [
            Prefetch(name, visible_rows(model._default_manager.all(), request))
            for name, model in fields
        ]
        return super().get_queryset(request).prefetch_related(*related)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return (f"-{self.time}", "-pk")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": f"{self.opts.verbose_name_plural}, newest first".capitalize()}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # Every row is reached through an index, also where the planner guesses that there are few.
                cursor.execute(
                    f"SET LOCAL statement_timeout = {PATIENCE}; SET LOCAL enable_seqscan = off"
                )
                response = super().changelist_view(request, context | (extra_context or {}))
                return response.render() if hasattr(response, "render") else response
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
        messages.error(request, TOO_SLOW)
        return HttpResponseRedirect(reverse("admin:app_list", args=[self.opts.app_label]))
