"""Rows that an import file can hold: listed, shown, added, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import ProtectedError, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.paging import list_page
from clickhook.api.permission import require_scope
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.shown import shown_raise, shown_row
from clickhook.api.versions import etag, require_version
from clickhook.api.view import ApiView
from clickhook.api.writing import check_keys, import_row
from tenants.api_scopes import WRITE
from tenants.models import LimitRaise, Tenant
from tenants.transfer.reading.json_document import Object
from tenants.transfer.tables import TENANT, Table

NO_TENANT = "There is no such tenant."
FIXED = "It names this row, so it stays: add another row, and remove this one."
STILL_NEEDED = "Something that must stay refers to it."
# Which scope a list inside a tenant needs.
SCOPES_OF_LISTS = {
    "domains": "domains",
    "sip_accounts": "sip-accounts",
    "callees": "callees",
    "streams": "streams",
}


class RowsView(ApiView):
    """GET lists, POST adds."""

    table: Table
    order: tuple[str, ...]  # as an index has it
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("tenant", "cursor")}

    def get(self, request: Request) -> Response:
        rows = visible_rows(self.table, request)
        if slug := self.parameter("tenant"):
            rows = rows.filter(tenant=find_tenant(request, slug))
        page = list_page(self, rows, self.order)
        return Response({"items": [shown_row(row) for row in page.rows], "next": page.next})

    def post(self, request: Request) -> Response:
        return self.write(lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        values, slug = self.given, ""
        check_keys(values, self.table, _further_keys(self.table))
        _require_scopes_of_lists(request, values)
        if is_owned(self.table):
            slug = _changeable_slug(request, values)
        written = import_row(request, self.table, values, slug, is_new=True)
        row = visible_rows(self.table, request).get(pk=written.key)
        headers = {"ETag": etag(row), "Location": f"{request.path}/{name_of(row)}"}
        return _answer_written(row, written.waiting, 201, headers)


class RowView(ApiView):
    """GET shows, PATCH changes, DELETE removes."""

    table: Table
    instead_of_deleting = ""

    def get(self, request: Request, key: Any) -> Response:
        row = self.find(visible_rows(self.table, request), key)
        return Response(shown_row(row), headers={"ETag": etag(row)})

    def patch(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self._change(request, key))

    def delete(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self._remove(request, key))

    def find(self, rows: QuerySet[Any], key: Any) -> Any:
        row = rows.filter(**{"slug" if self.table is TENANT else "pk": key}).first()
        if row is None:
            raise Http404
        return row

    def _change(self, request: Request, key: Any) -> Response:
        row = self._lock(request, key)
        values = self.given
        check_keys(values, self.table, _further_keys(self.table))
        _require_scopes_of_lists(request, values)
        _check_fixed(values, row, self.table)
        slug = row.tenant.slug if is_owned(self.table) else ""
        names = {name: getattr(row, name) for name in self.table.natural_key}
        given = {name: value for name, value in values.items() if name != "tenant"}
        changed = Object({**given, **names}.items())
        written = import_row(request, self.table, changed, slug, is_new=False)
        row = self.find(visible_rows(self.table, request), key)
        return _answer_written(row, written.waiting, 200, {"ETag": etag(row)})

    def _remove(self, request: Request, key: Any) -> Response:
        row = self._lock(request, key)
        try:
            row.delete()
        except ProtectedError:
            detail = f"{STILL_NEEDED} {self.instead_of_deleting}".strip()
            raise Problem(Kind.CONFLICT, detail) from None
        return Response(status=204)

    def _lock(self, request: Request, key: Any) -> Any:
        """Of two requests at the same moment, the second waits, and then sees the change."""
        row = self.find(changeable_rows(self.table, request), key)
        rows = self.table.model._base_manager.select_for_update(no_key=True, of=("self",))
        locked = rows.filter(pk=row.pk).first()
        if locked is None:
            raise Http404
        require_version(request, locked)
        return locked


def _answer_written(
    row: Any, waiting: list[LimitRaise], status: int, headers: dict[str, str]
) -> Response:
    """202 where a part of it waits for a second person."""
    if not waiting:
        return Response(shown_row(row), status, headers=headers)
    shown = {**shown_row(row), "waiting_raises": [shown_raise(one) for one in waiting]}
    return Response(shown, 202, headers=headers)


def visible_rows(table: Table, request: Request) -> QuerySet[Any]:
    rows: Any = table.model._default_manager.all()
    return _with_related(rows.visible_to(request.user), table)


def changeable_rows(table: Table, request: Request) -> QuerySet[Any]:
    rows: Any = table.model._default_manager.all()
    changeable: QuerySet[Any] = rows.changeable_by(request.user)
    return changeable


def find_tenant(request: Request, slug: str) -> Tenant:
    """In a parameter of the address."""
    tenant = Tenant.objects.visible_to(request.user).filter(slug=slug).first()
    if tenant is None:
        raise Problem(Kind.INVALID, errors=[FieldError("tenant", NO_TENANT)])
    return tenant


def changeable_tenant(request: Request, given: Mapping[str, Any]) -> Tenant:
    """In a body."""
    slug = given.get("tenant")
    tenants = Tenant.objects.changeable_by(request.user)
    known = isinstance(slug, str) and slug.isprintable()  # neither NUL nor half a surrogate pair
    tenant = tenants.filter(slug=slug).first() if known else None
    if tenant is None:
        raise Problem(Kind.INVALID, errors=[FieldError("/tenant", NO_TENANT)])
    return tenant


def name_of(row: Any) -> str:
    return str(row.slug if isinstance(row, Tenant) else row.pk)


def is_owned(table: Table) -> bool:
    """By a tenant, which the body names."""
    return table in TENANT.lists.values()


def _further_keys(table: Table) -> tuple[str, ...]:
    return ("tenant",) if is_owned(table) else ()


def _changeable_slug(request: Request, values: Object) -> str:
    tenant = changeable_tenant(request, values)
    del values["tenant"]
    return tenant.slug


def _with_related(rows: QuerySet[Any], table: Table) -> QuerySet[Any]:
    names = {field.name for field in table.model._meta.fields}
    related = [name for name in ("tenant", "default_callee") if name in names]
    lists = [field.name for field in table.model._meta.many_to_many]
    return rows.prefetch_related(*related, *lists)


def _require_scopes_of_lists(request: Request, values: Object) -> None:
    for name, resource in SCOPES_OF_LISTS.items():
        if name in values:
            require_scope(request, resource, WRITE)


def _check_fixed(values: Object, row: Any, table: Table) -> None:
    stored = {name: getattr(row, name) for name in table.natural_key}
    if is_owned(table):
        stored["tenant"] = row.tenant.slug
    errors = [
        FieldError(f"/{name}", FIXED)
        for name, value in stored.items()
        if name in values and values[name] != value
    ]
    if errors:
        raise Problem(Kind.INVALID, errors=errors)
