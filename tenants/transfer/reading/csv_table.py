"""One table as a spreadsheet saves it: a header line that names the columns, then the rows."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from tenants.transfer.problems import Problems, Unreadable, printable
from tenants.transfer.reading.cells import KEPT, cell_value
from tenants.transfer.reading.spreadsheet_text import TextLines
from tenants.transfer.reading.values import WrongValue
from tenants.transfer.rows import Row
from tenants.transfer.tables import NO_FIELDS, RATE, TENANT, Table

MOST_COLUMNS = 100
MOST_ROWS = 200_000
SEPARATORS = ",;\t|"  # the earlier one wins where a header has as many of both
TENANT_COLUMN = "tenant"
# Also of other systems, whose columns can be left out.
_COLUMN_NAME = re.compile(r"[^\W\d][\w.()/&#:]{0,40}")


@dataclass
class Line:
    number: int
    cells: list[str]


def csv_rows(
    content: bytes, table: Table, tenant: str, problems: Problems, ignored: Collection[str] = ()
) -> Iterator[Row]:
    """Raises Unreadable, also half way."""
    lines = filled_lines(content)
    header = next(lines, None)
    if header is None:
        raise Unreadable("It is empty: the first line names the columns.")

    required = _required_columns(table, tenant)
    columns = read_header(header, table, required, ignored, problems)
    if problems:
        return

    unread = _ignored_numbers(header, {_normalised(name) for name in ignored})
    reader = _RowReader(table, columns, tenant, problems, unread)
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rows; split it.")
        yield reader.read(line)


def column_names(table: Table) -> list[str]:
    return [*([] if table in (TENANT, RATE) else [TENANT_COLUMN]), *table.cell_fields]


def filled_lines(content: bytes) -> Iterator[Line]:
    return (line for line in _split_lines(content) if any(cell.strip() for cell in line.cells))


def _split_lines(content: bytes) -> Iterator[Line]:
    lines = TextLines(content)
    rest = iter(lines)
    first = _first_line(lines, rest)

    reader = csv.reader(_without_sep(first, rest), delimiter=_separator(first), strict=True)
    begins = lines.number
    try:
        for cells in reader:
            if cells:
                yield Line(begins, cells)
            lines.end_row()
            begins = lines.number + 1
    except csv.Error as error:
        raise Unreadable(f"Line {begins}: {_csv_problem(error)}") from None


def _first_line(lines: TextLines, rest: Iterator[str]) -> str:
    """The header, or the line that tells the separator (sep=;), as some spreadsheets write it."""
    for line in rest:
        if line.strip(SEPARATORS + ' \r\n"'):
            return line
        lines.end_row()
    return ""


def _without_sep(first: str, rest: Iterator[str]) -> Iterator[str]:
    if not first.lower().startswith("sep="):
        yield first
    yield from rest


def _separator(first: str) -> str:
    if first.lower().startswith("sep=") and first[4:5] in [*SEPARATORS]:
        return first[4]
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=unquoted.count)


def _csv_problem(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text or "unexpected end" in text:
        return "a quote is opened there and not closed."
    return (
        "after a closing quote comes something else than a separator; "
        "a quote inside quotes is doubled."
    )


def read_header(
    header: Line, table: Table, required: list[str], ignored: Collection[str], problems: Problems
) -> dict[str, int]:
    """The columns' numbers, from 1, by their names; without those that are ignored."""
    left_out = {_normalised(name) for name in ignored}
    known = column_names(table)
    names = _header_names(header, known)

    place = f"line {header.number}"
    columns = _known_columns(names, known, left_out, place, problems, table)

    for name in sorted(left_out - set(names)):
        problems.add(place, f"There is no column {printable(name)} to leave out.")
    for name in required:
        if name not in columns:
            sentence = f"The column {name} is missing. The first line names the columns:"
            problems.add(place, f"{sentence} {', '.join(known)}.")
    return columns


def _known_columns(
    names: list[str],
    known: list[str],
    ignored: set[str],
    place: str,
    problems: Problems,
    table: Table,
) -> dict[str, int]:
    columns: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if name in columns:
            sentence = f"The column {name} is given twice, first as column {columns[name]}."
            problems.add(f"{place}, column {number}", sentence)
        elif name in known and name not in ignored:
            columns[name] = number
        elif name and name not in ignored:
            problems.add(f"{place}, column {number}", _unknown_column(name, known, table))
            problems.unknown_columns += [name] if _COLUMN_NAME.fullmatch(name) else []
    return columns


def _ignored_numbers(header: Line, ignored: set[str]) -> set[int]:
    return {n for n, cell in enumerate(header.cells, 1) if _normalised(cell) in ignored}


def _header_names(header: Line, known: list[str]) -> list[str]:
    names = [_normalised(cell) for cell in header.cells]
    while names and not names[-1]:
        names.pop()

    place, possible = f"Line {header.number}", ", ".join(known)
    # Perhaps there is no header: the message does not repeat the line.
    if not set(names) & set(known):
        raise Unreadable(f"{place} names no column. Possible are {possible}.")
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"{place}: {len(names):,} columns; possible are {possible}.")
    return names


def _required_columns(table: Table, tenant: str) -> list[str]:
    return [*([] if table is TENANT or tenant else [TENANT_COLUMN]), *table.natural_key]


def _normalised(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().lower())


def _unknown_column(name: str, known: list[str], table: Table) -> str:
    if name in NO_FIELDS:
        return NO_FIELDS[name]
    if name in table.fields:
        return f"{name} does not fit into a cell: import it as JSON or YAML."
    if not _COLUMN_NAME.fullmatch(name):
        return f"This is not the name of a column. Possible are {', '.join(known)}."

    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"possible are {', '.join(known)}."
    return f"The column {printable(name)} is unknown; {hint}"


@dataclass
class _RowReader:
    table: Table
    columns: dict[str, int]
    tenant: str
    problems: Problems
    ignored: set[int]
    tenant_rows: dict[str, Row] = field(default_factory=dict)  # by slug; many rows share one

    def read(self, line: Line) -> Row:
        row = Row(self.table, f"line {line.number}", None, self.columns)
        self._check_width(line, row)

        cells = {
            name: line.cells[number - 1] if number <= len(line.cells) else ""
            for name, number in self.columns.items()
        }
        if self.table is not TENANT:
            row.parent = self._tenant_row(row, cells.pop(TENANT_COLUMN, "").strip() or self.tenant)

        for name, cell in cells.items():
            self._read_cell(row, name, cell)
        return row

    def _check_width(self, line: Line, row: Row) -> None:
        named = {*self.columns.values(), *self.ignored}
        for number, cell in enumerate(line.cells, 1):
            if number not in named and cell.strip():
                self.problems.add(
                    f"{row.place}, column {number}",
                    "There is a value here, but the first line names no such column.",
                )
                return  # one is enough: whatever shifted the row shifted all of it

    def _tenant_row(self, row: Row, slug: str) -> Row:
        place = row.place_of(TENANT_COLUMN)
        if self.tenant and slug != self.tenant:
            self.problems.add(place, f"These rows are imported for {self.tenant} alone.")
        if not slug:
            self.problems.add(place, "The tenant's short name is missing.")
        return self.tenant_rows.setdefault(
            slug, Row(TENANT, row.place, None, values={"slug": slug})
        )

    def _read_cell(self, row: Row, name: str, cell: str) -> None:
        try:
            value = cell_value(self.table.fields[name], cell)
        except WrongValue as error:
            row.wrong.add(name)
            self.problems.add(row.place_of(name), str(error))
            return

        if value is not KEPT:
            row.set_value(name, value)
