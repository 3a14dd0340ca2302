"""Rates: read here; a deck is replaced as a whole, at /imports?table=rates."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.paging import list_page
from clickhook.api.rows import find_tenant
from clickhook.api.view import ApiView
from tenants.models import Rate
from tenants.money import write_money


class Rates(ApiView):
    resource = "rates"
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("tenant", "cursor")}

    def get(self, request: Request) -> Response:
        rows = Rate.objects.visible_to(request.user).prefetch_related("tenant")
        if slug := self.parameter("tenant"):
            rows = rows.filter(tenant=find_tenant(request, slug))
        page = list_page(self, rows, ("tenant", "prefix"))
        return Response({"items": [_shown(row) for row in page.rows], "next": page.next})


def _shown(rate: Rate) -> dict[str, Any]:
    return {
        "tenant": rate.tenant.slug,
        "prefix": rate.prefix,
        "per_minute": write_money(rate.per_minute),
        "connect_fee": write_money(rate.connect_fee),
        "first_increment": rate.first_increment,
        "next_increment": rate.next_increment,
        "currency": rate.currency,
    }
