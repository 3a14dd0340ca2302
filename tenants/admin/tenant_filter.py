"""A list's filter by tenant: a field for the short name, since there may be 100,000 tenants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.admin.search_text import searchable
from tenants.models import Tenant

SUGGESTED = 100


class TenantFilter(admin.SimpleListFilter):
    title = "tenant"
    parameter_name = "tenant"
    template = "tenants/tenant_filter.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._user = request.user
        self._others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in {"tenant", "p", "e"}
        ]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        slug = searchable(self.value() or "")
        if not slug:
            return queryset
        # The id is read first: with it, the indexes that begin with the tenant serve.
        key = Tenant.objects.filter(slug=slug).values_list("pk", flat=True).first()
        return queryset.filter(tenant=key or 0)

    def choices(self, changelist: Any) -> Iterator[Any]:
        slugs = Tenant.objects.visible_to(self._user).values_list("slug", flat=True)
        yield {
            "selected": not self.value(),
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "value": self.value() or "",
            "others": self._others,
            "suggested": slugs[:SUGGESTED],
        }
