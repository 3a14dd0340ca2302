"""A list of millions of rows that nobody changes: it counts some of them, and gives up in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from psycopg.errors import QueryCanceled

from tenants.admin.scoped import ScopedAdmin, hers
from tenants.admin.words import STYLE

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

COUNTED = 10_000
PATIENCE = 5_000  # milliseconds
TOO_SLOW = "That took too long to look up among so many rows. Choose a tenant, or search for a whole id."


class BoundedPaginator(_Paginator):
    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by().values("pk")[:COUNTED].count()


class HugeTableAdmin(ScopedAdmin):
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # one count of the whole table for each choice
    list_per_page = 50
    list_max_show_all = 0
    list_select_related = False
    actions = None
    # Joins would hide a row whose tenant or instance is gone: no foreign key constraint keeps it.
    related: tuple[str, ...] = ()

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What a row refers to is shown where it is hers: its WCS may be somebody else's by now."""
        fields: list[Any] = [(name, self.opts.get_field(name).related_model) for name in self.related]
        related = [Prefetch(name, hers(model._default_manager.all(), request)) for name, model in fields]
        return super().get_queryset(request).prefetch_related(*related)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": f"{self.opts.verbose_name_plural}, newest first".capitalize()}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE}")
                return super().changelist_view(request, context | (extra_context or {}))
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
        messages.error(request, TOO_SLOW)
        return HttpResponseRedirect(reverse("admin:app_list", args=[self.opts.app_label]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
