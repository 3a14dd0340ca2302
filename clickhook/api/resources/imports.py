"""Imports: the body is a file as `import_tenants`, `import_csv` and `import_rates` take it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.authentication import key_of
from clickhook.api.paging import list_page
from clickhook.api.parsing import CsvParser, JsonFileParser, YamlParser
from clickhook.api.permission import require_scope
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.records import one_of
from clickhook.api.rows import find_tenant
from clickhook.api.view import ApiView
from clickhook.api.writing import allowed_to_key, invalid
from tenants.api_scopes import WRITE
from tenants.models import ImportRun
from tenants.models.upload import MAX_BYTES
from tenants.transfer.importing import run
from tenants.transfer.problems import ImportRefused
from tenants.transfer.rate_importing import import_deck
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.tables import RATE, WITH_RATES

NAMES = {"application/json": "file.json", "application/yaml": "file.yaml", "text/csv": "file.csv"}
CSV_NEEDS_TABLE = f"Say which table the CSV holds: {', '.join(WITH_RATES)}."
TABLE_NEEDS_CSV = "Only a CSV holds one table: send it as text/csv."
NEEDS_TENANT = "Say whose rates these are."


class Imports(ApiView):
    """GET lists what was imported, newest first: a key of one tenant sees those of it alone.

    A repeated POST changes nothing, so it takes no Idempotency-Key.
    """

    resource = "imports"
    longest_body = MAX_BYTES
    parser_classes = (JsonFileParser, YamlParser, CsvParser)
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {
        "GET": ("tenant", "cursor"),
        "POST": ("dry_run", "table", "tenant"),
    }

    def get(self, request: Request) -> Response:
        slug = self.parameter("tenant")
        tenant = find_tenant(request, slug) if slug else key_of(request).tenant
        rows = ImportRun.objects.prefetch_related("tenant", "by", "undone_by")
        order: tuple[str, ...] = ("id",)
        if tenant is not None:
            rows, order = rows.filter(tenant=tenant), ("tenant", "id")
        page = list_page(self, rows, order, backwards=True)
        return Response({"items": [_shown_run(run) for run in page.rows], "next": page.next})

    def post(self, request: Request) -> Response:
        dry_run = self.parameter("dry_run")
        is_dry = dry_run != "" and one_of("dry_run", dry_run, ["true", "false"]) == "true"
        source = self._source(request)
        do = import_deck if source.table is RATE else run
        if source.table is RATE:
            require_scope(request, "rates", WRITE)
        try:
            with self.acting():
                report = do(source, allowed_to_key(request), is_dry, _tell_nobody)
        except ImportRefused as refused:
            raise invalid(refused, is_one_row=False) from None
        return Response(_shown(report))

    def _source(self, request: Request) -> Source:
        given: Any = request.data
        content = given if isinstance(given, bytes) else b""
        name = NAMES.get(request.content_type.partition(";")[0].strip().lower(), "file.json")
        table, slug = self.parameter("table"), self.parameter("tenant")
        if table:
            one_of("table", table, [*WITH_RATES])
        is_csv = name.endswith(".csv")
        if is_csv is not bool(table):
            detail = CSV_NEEDS_TABLE if is_csv else TABLE_NEEDS_CSV
            raise Problem(Kind.INVALID, errors=[FieldError("table", detail)])
        if table == "rates" and not slug:
            raise Problem(Kind.INVALID, errors=[FieldError("tenant", NEEDS_TENANT)])
        return Source(f"API: {name}", content, WITH_RATES.get(table), slug)


def _shown_run(run: ImportRun) -> dict[str, Any]:
    undone_by = getattr(run, "undone_by", None)
    return {
        "id": run.pk,
        "at": run.at,
        "by": run.by.get_username() if run.by else "",
        "source": run.source,
        "tenant": run.tenant.slug if run.tenant else None,
        "counts": run.counts,
        "undoes": run.undoes_id,
        "undone_by": undone_by and undone_by.pk,
    }


def _shown(report: Report) -> dict[str, Any]:
    shown = report.as_json()
    return {name: value for name, value in shown.items() if name != "problems"}


def _tell_nobody(*state: Any) -> None:
    return None
