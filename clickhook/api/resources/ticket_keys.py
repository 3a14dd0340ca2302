"""Ticket keys, with which a tenant's back end signs tickets: listed, made, retired."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.fields import TEXT, read_fields
from clickhook.api.paging import list_page
from clickhook.api.problems import Kind, Problem
from clickhook.api.rows import changeable_tenant, find_tenant
from clickhook.api.view import ApiView
from tenants.models import TicketKey
from tenants.models.ticket_key import MOST_LIVE, TooManyKeys

TOO_MANY = f"A tenant has at most {MOST_LIVE} live ticket keys: retire one first."


class TicketKeys(ApiView):
    resource = "ticket-keys"
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("tenant", "cursor")}

    def get(self, request: Request) -> Response:
        rows = TicketKey.objects.visible_to(request.user).prefetch_related("tenant")
        if slug := self.parameter("tenant"):
            rows = rows.filter(tenant=find_tenant(request, slug))
        page = list_page(self, rows, ("tenant", "kid"))
        return Response({"items": [shown_key(row) for row in page.rows], "next": page.next})

    def post(self, request: Request) -> Response:
        return self.write(lambda: self._make(request))

    def _make(self, request: Request) -> Response:
        given = read_fields(self.given, {"tenant": TEXT}, required=("tenant",))
        key = TicketKey(tenant=changeable_tenant(request, given))
        try:
            secret = key.issue()
        except TooManyKeys:
            raise Problem(Kind.CONFLICT, TOO_MANY) from None
        headers = {"Location": f"{request.path}/{key.pk}"}
        return Response({**shown_key(key), "secret": secret}, 201, headers=headers)


class OneTicketKey(ApiView):
    """GET shows, DELETE retires: tickets of this key are refused, and the row stays."""

    resource = "ticket-keys"

    def get(self, request: Request, key: Any) -> Response:
        return Response(shown_key(_find(TicketKey.objects.visible_to(request.user), key)))

    def delete(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self._retire(request, key))

    def _retire(self, request: Request, key: Any) -> Response:
        found = _find(TicketKey.objects.changeable_by(request.user), key)
        TicketKey.objects.filter(pk=found.pk).retire()
        return Response(status=204)


def shown_key(key: TicketKey) -> dict[str, Any]:
    names = ("id", "kid", "created_at", "retired_at")
    return {**{name: getattr(key, name) for name in names}, "tenant": key.tenant.slug}


def _find(rows: Any, key: Any) -> TicketKey:
    found: TicketKey | None = rows.select_related("tenant").filter(pk=key).first()
    if found is None:
        raise Http404
    return found
