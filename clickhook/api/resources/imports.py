"""Imports: the body is a file as `import_tenants`, `import_csv` and `import_rates` take it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.parsing import CsvParser, JsonFileParser, YamlParser
from clickhook.api.permission import require_scope
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.records import one_of
from clickhook.api.view import ApiView
from clickhook.api.writing import allowed_to_key, invalid
from tenants.api_scopes import WRITE
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
    """A repetition changes nothing, so it takes no Idempotency-Key."""

    resource = "imports"
    longest_body = MAX_BYTES
    parser_classes = (JsonFileParser, YamlParser, CsvParser)
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("dry_run", "table", "tenant")}

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


def _shown(report: Report) -> dict[str, Any]:
    shown = report.as_json()
    return {name: value for name, value in shown.items() if name != "problems"}


def _tell_nobody(*state: Any) -> None:
    return None
