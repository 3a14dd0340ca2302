"""A list of millions of rows: newest first, page by page, read-only, within a time limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.db import OperationalError, connections, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from psycopg.errors import QueryCanceled

from hooks.calls.admin.lists.filters import REFUSALS, ReasonFilter, TimeFilter
from hooks.calls.admin.lists.paging import (
    COUNTED,
    LOOKED_THROUGH,
    LOOKED_THROUGH_SPARSE,
    Place,
    count_newest,
    newest_page,
)
from hooks.calls.admin.lists.visible_parts import visible_parts
from hooks.calls.replica import read_records
from hooks.reasons import Decision
from tenants.admin.display import STYLE
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.scoped import visible_rows
from tenants.admin.search_text import searchable
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Tenant

TIMEOUT_MILLISECONDS = 5_000
TOO_SLOW = "The search took too long among so many rows. Choose a tenant, or search for a whole id."
# By these the tables' indexes find rows; anything else is looked for among the newest rows.
INDEXED = {TenantFilter.parameter_name, TimeFilter.SINCE, TimeFilter.UNTIL}
LINKED = "session__id__exact"  # finds few rows, whatever else is asked for, as a whole id does


class NewestFirst(ChangeList):
    """The page's address holds where it begins (`p`), and not how many rows to skip."""

    older: str | None = None
    finds_whole_id = False
    model_admin: HugeTableAdmin

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """A search finds the rows of a whole id; where it is nobody's id, rows that contain it."""
        rows = super().get_queryset(request, exclude_parameters)
        text = searchable(self.query)
        if not text:
            return rows

        of_id = rows.filter(self.model_admin.match_id(text))
        self.finds_whole_id = of_id.order_by().exists()
        if self.finds_whole_id:
            return of_id
        return rows.filter(self.model_admin.match_text(text, request.user))

    def get_results(self, request: HttpRequest) -> None:
        before = Place.parse(request.GET.get(PAGE_VAR, ""), self.model._meta.pk)
        page = newest_page(
            self.queryset,
            self.model_admin.time_field,
            self._parts(request),
            before,
            among=self._indexed_rows(request),
            limit=LOOKED_THROUGH_SPARSE if self._asks_for_refusals() else LOOKED_THROUGH,
        )

        self.result_list, self.looked_back_to = page.rows, page.looked_back_to
        self.result_count, self.full_result_count = len(page.rows), None
        self.show_all = self.can_show_all = self.multi_page = self.show_full_result_count = False
        self.show_admin_actions = False
        self.older = self.get_query_string({PAGE_VAR: str(page.older)}) if page.older else None
        self.newest = self.get_query_string() if before else None
        self.without_search = self.get_query_string(remove=[SEARCH_VAR])
        self.reason_counts = self._count_reasons(request)

    def _parts(self, request: HttpRequest) -> list[Q]:
        """One part is enough for one tenant, and for a few rows that have an index of their own."""
        if self._finds_few:
            return []

        return self._tenant_parts(request)

    @property
    def _finds_few(self) -> bool:
        return self.finds_whole_id or LINKED in self.params

    def _tenant_parts(self, request: HttpRequest) -> list[Q]:
        slug = searchable(self.params.get(TenantFilter.parameter_name, ""))
        if not slug:
            return visible_parts(self.root_queryset, request.user)

        tenants = Tenant.objects.visible_to(request.user).filter(slug=slug)
        return [Q(tenant=tenants.values_list("pk", flat=True).first() or 0)]

    def _indexed_rows(self, request: HttpRequest) -> QuerySet[Any] | None:
        """The rows that an index finds and the asked-for rows are among.

        None where an index finds the asked-for rows themselves.
        """
        asked = {name for name, value in self.params.items() if value} - INDEXED
        refused = self._asks_for_refusals()
        if self._finds_few or not (asked - {"decision__exact"} if refused else asked):
            return None

        rows = self._rows_of_period(request)
        return rows.filter(decision=Decision.REFUSED) if refused else rows

    def _rows_of_period(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the tenant and the time that are asked for."""
        rows = self.root_queryset
        for spec in self.filter_specs:
            if isinstance(spec, TenantFilter | TimeFilter):
                rows = spec.queryset(request, rows)
        return rows

    def _count_reasons(self, request: HttpRequest) -> Counter[str]:
        """Refusals have an index of their own: they are counted further back than the rest."""
        if not any(isinstance(spec, ReasonFilter) for spec in self.filter_specs):
            return Counter()

        rows, parts = self._rows_of_period(request), self._tenant_parts(request)
        field = (self.model_admin.time_field, parts, "reason", COUNTED)
        counts = count_newest(rows, *field)
        others = Counter({word: n for word, n in counts.items() if word not in REFUSALS})
        return others + count_newest(rows.filter(decision=Decision.REFUSED), *field)

    def _asks_for_refusals(self) -> bool:
        """False too where the table has no indexes of its refusals."""
        return self.model_admin.has_refusal_indexes and (
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
    time_field = ""  # that the rows are listed by
    has_refusal_indexes = False
    match_id: Callable[[str], Q]  # what finds the rows of a whole id
    match_text: Callable[[str, Any], Q]  # what finds, among rows that are looked through, a text
    # Joins would hide a row whose tenant or instance is gone: no foreign key constraint keeps it.
    related: tuple[str, ...] = ()

    class Media:
        css: ClassVar[Any] = {"all": [*STYLE["all"], "hooks/lists.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Shows what a row refers to only to those who may see it: a WCS can change hands."""
        models: list[Any] = [
            (name, self.opts.get_field(name).related_model) for name in self.related
        ]
        related = [
            Prefetch(name, visible_rows(model._default_manager.all(), request))
            for name, model in models
        ]
        return super().get_queryset(request).prefetch_related(*related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset, False  # the list searches itself: it has to know what was found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return (f"-{self.time_field}", "-pk")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = f"{self.opts.verbose_name_plural}, newest first".capitalize()
        context = {"title": title} | (extra_context or {})

        def read(using: str) -> HttpResponse:
            with transaction.atomic(using=using):
                limit_statements(using)
                response = super(HugeTableAdmin, self).changelist_view(request, context)
                return response.render() if hasattr(response, "render") else response

        try:
            return read_records(request, read)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise

        messages.error(request, TOO_SLOW)
        return HttpResponseRedirect(reverse("admin:app_list", args=[self.opts.app_label]))


def limit_statements(using: str) -> None:
    """Every row is reached through an index, also where the planner guesses that there are few."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SET LOCAL statement_timeout = {TIMEOUT_MILLISECONDS}; SET LOCAL enable_seqscan = off"
        )
