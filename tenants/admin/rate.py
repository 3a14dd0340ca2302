"""The pages of rates: a list to look a number up in; an import changes them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.admin.display import STYLE
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Rate
from tenants.money import write_money


class RateAdmin(ReadOnlyAdmin):
    fields = ("tenant", "prefix", "price", "fee", "increments")
    list_display = ("prefix", "price", "fee", "increments", "tenant")
    list_filter = (TenantFilter,)
    list_select_related: ClassVar[Any] = ("tenant",)
    search_fields = ("prefix",)
    search_help_text = (
        "A number with its country code: the first rate that is listed is the one that counts."
    )
    show_full_result_count = False
    list_per_page = 50

    class Media:
        css = STYLE

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        digits = "".join(character for character in search_term if character in "0123456789")
        if not search_term:
            return queryset, False
        return queryset.filter(pk__in=Rate.objects.matching(digits).values("pk")), False

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["tenant", "-prefix"] if request.GET.get("q") else ["tenant", "prefix"]

    @admin.display(description="per minute", ordering="per_minute")
    def price(self, rate: Rate) -> str:
        return f"{write_money(rate.per_minute)} {rate.currency}"

    @admin.display(description="connect fee", ordering="connect_fee")
    def fee(self, rate: Rate) -> str:
        return f"{write_money(rate.connect_fee)} {rate.currency}"

    @admin.display(description="seconds charged, first and next")
    def increments(self, rate: Rate) -> str:
        return f"{rate.first_increment} / {rate.next_increment}"
