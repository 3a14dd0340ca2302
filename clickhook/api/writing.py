"""A change of one row, as the import of a file that holds this row alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rest_framework.request import Request

from clickhook.api.authentication import key_of
from clickhook.api.problems import FieldError, Kind, Problem
from tenants.models import LimitRaise, Tenant
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.importing import AGAIN, AWAY, run
from tenants.transfer.problems import ImportRefused, Problems
from tenants.transfer.reading import document
from tenants.transfer.reading.json_document import Object
from tenants.transfer.reading.rest_api import known_keys
from tenants.transfer.reading.source import Source
from tenants.transfer.rows import Row
from tenants.transfer.tables import LISTS, TENANT, Table

EXISTS = "There is one of this name already: change that one."
LISTS_OF = {table: name for name, table in {**LISTS, **TENANT.lists}.items()}
# Where the one row stands in the document.
OF_ROW = re.compile(r"\A(tenants|wcs_instances)\[0\](\.[a-z_]+\[0\])?")
STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class OneRow(Source):
    """A document that was read before."""

    document: Object = field(default_factory=Object)
    found: list[Row] = field(default_factory=list)

    def rows(self, problems: Problems) -> Iterator[Row]:
        for row in document.rows_of(self.document, problems):
            self.found.append(row)
            yield row


def check_keys(values: Object, table: Table, extra: tuple[str, ...]) -> None:
    problems = Problems()
    known = [*extra, *known_keys(table.fields), *table.lists]
    document.check_keys(values, "", known, problems)
    if problems:
        raise invalid(ImportRefused(problems), is_one_row=False)


class Written(NamedTuple):
    key: Any  # the primary key
    waiting: list[LimitRaise]


def import_row(request: Request, table: Table, values: Object, slug: str, is_new: bool) -> Written:
    """Inside a transaction, which ends where a Problem is raised."""
    source = OneRow("the API", b"", document=_document(table, values, slug))
    allowed = replace(allowed_to_key(request), asking=key_of(request))
    try:
        report = run(source, allowed, False, _tell_nobody, as_import=False)
    except ImportRefused as refused:
        raise invalid(refused, is_one_row=True, nested=table is not TENANT) from None

    row = next(row for row in source.found if row.table is table)
    if row.is_new is not is_new:
        raise Problem(Kind.CONFLICT, EXISTS)
    return Written(row.record.pk, report.waiting)


def allowed_to_key(request: Request) -> Allowed:
    """A key is no second person: a file that raises a limit is refused, as a manager's is."""
    is_everybodys = key_of(request).tenant_id is None
    return Allowed(None, None if is_everybodys else Tenant.objects.changeable_by(request.user))


def invalid(refused: ImportRefused, is_one_row: bool, nested: bool = True) -> Problem:
    sentences = [problem.message for problem in refused.problems]
    if AWAY in sentences:
        return Problem(Kind.DATABASE_AWAY)
    if any(sentence.endswith(AGAIN) for sentence in sentences):
        return Problem(Kind.CONFLICT, sentences[0])
    errors = [
        FieldError(pointer_of(problem.place, is_one_row, nested), problem.message)
        for problem in refused.problems
    ]
    return Problem(Kind.INVALID, errors=errors, more=refused.more)


def pointer_of(place: str, is_one_row: bool, nested: bool = True) -> str:
    """Of a place in a document, such as callees[0].limits.calls_per_hour. Empty: all of it."""
    if is_one_row:
        match = OF_ROW.match(place)
        if match is None:
            return ""  # names a row in words
        place = place[match.end() if nested else match.end(1) + len("[0]") :]
    return "".join(f"/{step}" for step in STEP.findall(place))


def _document(table: Table, values: Object, slug: str) -> Object:
    name = LISTS_OF[table]
    if table not in TENANT.lists.values():
        return Object([(name, [values])])
    return Object([("tenants", [Object([("slug", slug), (name, [values])])])])


def _tell_nobody(*state: Any) -> None:
    return None
