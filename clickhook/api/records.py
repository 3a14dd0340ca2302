"""What was recorded of hooks: newest first, by time and tenant, along the indexes of the lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.fields import read_time
from clickhook.api.paging import BAD_CURSOR, next_address
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.rows import find_tenant
from clickhook.api.view import ApiView
from hooks.calls.admin.lists.huge_table import limit_statements
from hooks.calls.admin.lists.paging import LOOKED_THROUGH, Place, newest_page
from hooks.calls.admin.lists.visible_parts import visible_parts

Filter = Callable[[QuerySet[Any], str], QuerySet[Any]]
BY_TIME = ("tenant", "since", "until", "cursor")


class RecordsView(ApiView):
    """GET lists. Where no index finds what is asked for, a page looks through some rows only."""

    model: type[Model]
    time_field = ""
    related: tuple[str, ...] = ()
    filters: ClassVar[dict[str, Filter]] = {}  # beside tenant and time
    has_tenant_index = True

    def get(self, request: Request) -> Response:
        with transaction.atomic():
            limit_statements(DEFAULT_DB_ALIAS)
            return self._list(request)

    def shown(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def _list(self, request: Request) -> Response:
        everything: Any = self.model._default_manager.all()
        among = self._within_time(everything)
        rows, parts = self._filtered(among), self._parts(request)
        is_narrowed = any(self.parameter(name) for name in self.filters)
        if not self.has_tenant_index and parts:
            rows, is_narrowed = rows.filter(*parts), True
            parts = []
        page = newest_page(
            rows.select_related(*self.related),
            self.time_field,
            parts,
            self._cursor(),
            among=among if is_narrowed else None,
            limit=LOOKED_THROUGH,
        )
        following = next_address(self, str(page.older)) if page.older else None
        return Response({"items": [self.shown(row) for row in page.rows], "next": following})

    def _within_time(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name, lookup in (("since", "gte"), ("until", "lt")):
            if text := self.parameter(name):
                rows = rows.filter(**{f"{self.time_field}__{lookup}": read_time(name, text)})
        return rows

    def _filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name, narrow in self.filters.items():
            if text := self.parameter(name):
                rows = narrow(rows, text)
        return rows

    def _parts(self, request: Request) -> list[Q]:
        if slug := self.parameter("tenant"):
            return [Q(tenant=find_tenant(request, slug))]
        return visible_parts(self.model._default_manager.all(), request.user)

    def _cursor(self) -> Place | None:
        text = self.parameter("cursor")
        place = Place.parse(text, self.model._meta.pk) if text else None
        if text and place is None:
            raise Problem(Kind.MALFORMED, errors=[FieldError("cursor", BAD_CURSOR)])
        return place


class RecordView(ApiView):
    model: type[Model]
    related: tuple[str, ...] = ()
    show: Callable[[Any], dict[str, Any]]

    def get(self, request: Request, key: Any) -> Response:
        rows: Any = self.model._default_manager.all()
        row = rows.visible_to(request.user).select_related(*self.related).filter(pk=key).first()
        if row is None:
            raise Http404
        return Response(type(self).show(row))


def one_of(name: str, text: str, known: list[str]) -> str:
    if text not in known:
        raise Problem(Kind.INVALID, errors=[FieldError(name, f"One of {', '.join(known)}.")])
    return text
