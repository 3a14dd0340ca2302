"""Each cell hands out ids from a range of its own, so that a row keeps its id when it moves.

The ranges end below 2^53, up to which JavaScript counts exactly: ids stand on pages and in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

SIZE = 2**40  # ids of one table in one cell
MOST_CELLS = 2**53 // SIZE

# Sequences of our own tables. Those of integer are of links between two tables, as Django made
# them: nothing names such an id, and a link that moves gets a new one.
SEQUENCES = """
SELECT sequence.oid::regclass::text, owner.relname, attribute.attname,
       numbers.seqstart, numbers.seqmin, numbers.seqmax,
       pg_sequence_last_value(sequence.oid)
  FROM pg_class sequence
  JOIN pg_sequence numbers ON numbers.seqrelid = sequence.oid
  JOIN pg_depend depend ON depend.objid = sequence.oid AND depend.classid = 'pg_class'::regclass
                       AND depend.refclassid = 'pg_class'::regclass
                       AND depend.deptype IN ('a', 'i')
  JOIN pg_class owner ON owner.oid = depend.refobjid
  JOIN pg_attribute attribute ON attribute.attrelid = owner.oid
                             AND attribute.attnum = depend.refobjsubid
 WHERE owner.relnamespace = current_schema()::regnamespace
   AND numbers.seqtypid = 'bigint'::regtype
   AND (starts_with(owner.relname, 'tenants_') OR starts_with(owner.relname, 'hooks_'))
 ORDER BY owner.relname
"""


class IdRange(NamedTuple):
    first: int
    last: int

    @classmethod
    def of(cls, cell: int) -> IdRange:
        """Of cell 0 the first id is 1, as it was before there were cells."""
        return cls(max(cell * SIZE, 1), (cell + 1) * SIZE - 1)

    def holds(self, number: int) -> bool:
        return self.first <= number <= self.last


class Sequence(NamedTuple):
    name: str
    table: str
    column: str
    start: int
    least: int
    most: int
    last: int | None  # None: it was never used

    def keeps_to(self, ids: IdRange) -> bool:
        is_inside = self.last is None or ids.holds(self.last)
        return is_inside and (self.start, self.least, self.most) == (ids.first, *ids)

    def is_nearly_used_up(self, ids: IdRange) -> bool:
        return self.last is not None and ids.holds(self.last) and ids.last - self.last < SIZE // 10


def sequences() -> list[Sequence]:
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES)
        return [Sequence(*row) for row in cursor.fetchall()]


def keep_to_range(cell: int) -> Iterator[Sequence]:
    """Gives each sequence that was changed. Each is a moment's work and locks no table.

    Rows keep the ids they have: gateways that run see only that the next id is a larger one.
    """
    ids = IdRange.of(cell)
    for sequence in sequences():
        if not sequence.keeps_to(ids):
            _change(sequence, ids)
            yield sequence


def _change(sequence: Sequence, ids: IdRange) -> None:
    change = f"ALTER SEQUENCE {sequence.name} MINVALUE {ids.first} MAXVALUE {ids.last}"
    change += f" START {ids.first}"
    if sequence.last is None or not ids.holds(sequence.last):
        change += f" RESTART {_next_free(sequence, ids)}"
    with connection.cursor() as cursor:
        cursor.execute(change)


def _next_free(sequence: Sequence, ids: IdRange) -> int:
    """Beyond the rows that an installation left there when it was this cell before."""
    quote = connection.ops.quote_name
    largest = (
        f"SELECT {quote(sequence.column)} FROM {quote(sequence.table)} "  # noqa: S608 - catalogue
        f"WHERE {quote(sequence.column)} BETWEEN %s AND %s ORDER BY 1 DESC LIMIT 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(largest, list(ids))
        row = cursor.fetchone()
    return row[0] + 1 if row else ids.first
