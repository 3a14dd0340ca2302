"""A deck of rates in CSV: every column is needed, and every row is a price of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from tenants.models.rate import PREFIX
from tenants.money import BadMoney, read_money
from tenants.targets import SHORTENED
from tenants.transfer.problems import Problems, Unreadable
from tenants.transfer.reading.cells import remove_guard
from tenants.transfer.reading.csv_table import MOST_ROWS, Line, filled_lines, read_header
from tenants.transfer.reading.values import WrongValue
from tenants.transfer.tables import RATE

MOST_SECONDS = 3600  # of an increment
_QUOTED = re.compile(r'="([^"]*)"')
_SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_CACHED = 10_000  # texts of one deck: most prices are the same


class DeckRow(NamedTuple):
    prefix: str
    per_minute: int  # millionths of the currency's unit
    connect_fee: int
    first_increment: int  # seconds
    next_increment: int


def deck_rows(
    content: bytes, currency: str, problems: Problems, ignored: tuple[str, ...] = ()
) -> Iterator[DeckRow]:
    """Raises Unreadable, also half way."""
    lines = filled_lines(content)
    header = next(lines, None)
    if header is None:
        raise Unreadable("It is empty: the first line names the columns.")

    columns = read_header(header, RATE, [*RATE.cell_fields], ignored, problems)
    if problems:
        return

    reader, number = _DeckReader(columns, currency, problems), 0
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rates.")
        if row := reader.read(line):
            yield row
    if not number:
        raise Unreadable("It has no rates: an empty deck would refuse every call that costs.")


@dataclass
class _DeckReader:
    columns: dict[str, int]
    currency: str
    problems: Problems
    lines: dict[str, int] = field(default_factory=dict)  # by prefix

    def read(self, line: Line) -> DeckRow | None:
        values, noted = [], self.problems.total
        for name, read in _READERS.items():
            number = self.columns[name]
            cell = line.cells[number - 1] if number <= len(line.cells) else ""
            try:
                values.append(read(cell))
            except WrongValue as error:
                self.problems.add(self._place(line, name), str(error))
        if self.problems.total > noted:
            return None

        *terms, currency = values
        row = DeckRow(*terms)
        self._check_whole(line, row, currency)
        return row

    def _check_whole(self, line: Line, row: DeckRow, currency: str) -> None:
        if currency != self.currency:
            sentence = f"The tenant's currency is {self.currency}."
            self.problems.add(self._place(line, "currency"), sentence)

        first = self.lines.setdefault(row.prefix, line.number)
        if first != line.number:
            sentence = f"The file has this prefix already, at line {first}."
            self.problems.add(self._place(line, "prefix"), sentence)

    def _place(self, line: Line, name: str) -> str:
        return f"line {line.number}, column {self.columns[name]} ({name})"


def _read_prefix(cell: str) -> str:
    text = _bare(cell)
    if _SHORTENED.fullmatch(text):
        raise WrongValue(SHORTENED)
    try:
        PREFIX(text)
    except ValidationError as error:
        raise WrongValue(error.message) from None
    return text


@lru_cache(maxsize=_CACHED)
def _read_amount(cell: str) -> int:
    try:
        return read_money(_bare(cell))
    except BadMoney:
        raise WrongValue(
            "Expected an amount from 0, with a decimal point and at most 6 digits after it, like "
            "0.015."
        ) from None


@lru_cache(maxsize=_CACHED)
def _read_seconds(cell: str) -> int:
    text = _bare(cell)
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= MOST_SECONDS:
        return int(text)
    raise WrongValue(f"Expected whole seconds from 1 to {MOST_SECONDS:,}, like 60.")


def _bare(cell: str) -> str:
    text = cell.strip()
    quoted = _QUOTED.fullmatch(text)
    return quoted[1] if quoted else remove_guard(text)


# In the order of DeckRow, and the currency.
_READERS: dict[str, Callable[[str], Any]] = {
    "prefix": _read_prefix,
    "per_minute": _read_amount,
    "connect_fee": _read_amount,
    "first_increment": _read_seconds,
    "next_increment": _read_seconds,
    "currency": _bare,
}
