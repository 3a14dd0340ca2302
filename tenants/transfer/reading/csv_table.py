"""One table as a spreadsheet saves it: a header line that names the columns in any order, then a line for each row."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tenants.transfer.problems import Problems, shown
from tenants.transfer.reading import cells
from tenants.transfer.reading.objects import Unreadable
from tenants.transfer.reading.shape import WrongValue
from tenants.transfer.reading.spreadsheet_text import Lines
from tenants.transfer.rows import Row
from tenants.transfer.tables import TENANT, Table

MOST_COLUMNS = 100
MOST_ROWS = 200_000
SEPARATORS = ",;\t|"  # the earlier one wins where a header has as many of both
OWNER = "tenant"
_KEY = re.compile(r"[a-z_][a-z0-9_]{0,40}")


@dataclass
class _Line:
    number: int
    cells: list[str]


def rows_of(content: bytes, table: Table, tenant: str, problems: Problems) -> Iterator[Row]:
    """Raises Unreadable, also half way."""
    lines = _filled(_lines(content))
    header = next(lines, None)
    if header is None:
        raise Unreadable("It is empty: the first line names the columns.")
    columns = _columns(header, table, tenant, problems)
    if problems:
        return
    owners: dict[str, Row] = {}
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rows; split it.")
        yield _row(line, table, columns, owners, tenant, problems)


def known(table: Table) -> list[str]:
    """The columns that a table may have."""
    return [*([] if table is TENANT else [OWNER]), *table.fields]


def _filled(lines: Iterator[_Line]) -> Iterator[_Line]:
    return (line for line in lines if any(cell.strip() for cell in line.cells))


def _lines(content: bytes) -> Iterator[_Line]:
    lines = Lines(content)
    source = iter(lines)
    first = _first(lines, source)
    reader = csv.reader(_chain(first, source), delimiter=_separator(first), strict=True)
    begins = lines.number
    try:
        for found in reader:
            if found:
                yield _Line(begins, found)
            lines.row_ends()
            begins = lines.number + 1
    except csv.Error as error:
        raise Unreadable(f"Line {begins}: {_sentence(error)}") from None


def _first(lines: Lines, source: Iterator[str]) -> str:
    """The header, or the line that tells the separator (sep=;) as some spreadsheets want it."""
    for line in source:
        if line.strip(SEPARATORS + ' \r\n"'):
            return line
        lines.row_ends()
    return ""


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if not first.lower().startswith("sep="):
        yield first
    yield from rest


def _separator(header: str) -> str:
    if header.lower().startswith("sep=") and header[4:5] in [*SEPARATORS]:
        return header[4]
    bare = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=bare.count)


def _sentence(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text or "unexpected end" in text:
        return "a quote is opened there and not closed."
    return "after a closing quote comes something else than a separator; a quote inside quotes is doubled."


def _columns(header: _Line, table: Table, tenant: str, problems: Problems) -> dict[str, int]:
    """The names by their columns' numbers, from 1."""
    place = f"line {header.number}"
    found: dict[str, int] = {}
    names = [_normal(cell) for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    if not set(names) & set(
        known(table)
    ):  # perhaps there is no header: what stands there is not repeated
        raise Unreadable(
            f"Line {header.number} names no column. Possible are {', '.join(known(table))}."
        )
    if len(names) > MOST_COLUMNS:
        raise Unreadable(
            f"Line {header.number}: {len(names):,} columns; possible are {', '.join(known(table))}."
        )
    for number, name in enumerate(names, 1):
        if name in found:
            problems.add(
                f"{place}, column {number}",
                f"The column {name} stands here twice, first as column {found[name]}.",
            )
        elif name in known(table):
            found[name] = number
        elif name:
            problems.add(f"{place}, column {number}", _unknown(name, known(table)))
    _check_missing(place, found, table, tenant, problems)
    return found


def _check_missing(
    place: str, found: dict[str, int], table: Table, tenant: str, problems: Problems
) -> None:
    needed = [*([] if table is TENANT or tenant else [OWNER]), *table.natural_key]
    for name in needed:
        if name not in found:
            problems.add(
                place,
                f"The column {name} is missing. The first line names the columns: {', '.join(known(table))}.",
            )


def _normal(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().lower())


def _unknown(name: str, names: list[str]) -> str:
    if not _KEY.fullmatch(name):
        return f"This is no column's name. Possible are {', '.join(names)}."
    close = difflib.get_close_matches(name, names, n=1)
    return f"The column {shown(name)} is unknown; " + (
        f"did you mean {close[0]}?" if close else f"possible are {', '.join(names)}."
    )


def _row(
    line: _Line,
    table: Table,
    columns: dict[str, int],
    owners: dict[str, Row],
    tenant: str,
    problems: Problems,
) -> Row:
    row = Row(table, f"line {line.number}", None, columns)
    _check_width(line, row, columns, problems)
    given = {
        name: line.cells[number - 1] if number <= len(line.cells) else ""
        for name, number in columns.items()
    }
    if table is not TENANT:
        row.parent = _owner(row, given.pop(OWNER, "").strip() or tenant, owners, tenant, problems)
    for name, cell in given.items():
        _read(row, name, cell, problems)
    return row


def _check_width(line: _Line, row: Row, columns: dict[str, int], problems: Problems) -> None:
    named = set(columns.values())
    for number, cell in enumerate(line.cells, 1):
        if number not in named and cell.strip():
            problems.add(
                f"{row.place}, column {number}",
                "There is a value here, but the first line names no such column.",
            )
            return  # one is enough: whatever shifted the row shifted all of it


def _owner(row: Row, slug: str, owners: dict[str, Row], tenant: str, problems: Problems) -> Row:
    if tenant and slug != tenant:
        problems.add(row.at(OWNER), f"These rows are imported for {tenant} alone.")
    if not slug:
        problems.add(row.at(OWNER), "The tenant's short name is missing.")
    return owners.setdefault(slug, Row(TENANT, row.place, None, values={"slug": slug}))


def _read(row: Row, name: str, cell: str, problems: Problems) -> None:
    try:
        found = cells.value(row.table.fields[name], cell)
    except WrongValue as error:
        row.wrong.add(name)
        problems.add(row.at(name), str(error))
        return
    if found is not cells.KEPT:
        row.values[name] = found
