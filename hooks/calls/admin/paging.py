"""Pages of a table of millions of rows: from a place in time backwards, never counted, never skipped over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

PAGE = 50
# How many rows a page looks through for those that are asked for, where no index knows them; of rows that lie far apart
# fewer, since each of them is a page to read from the disk.
LOOKED_THROUGH = 20_000
LOOKED_THROUGH_SPARSE = 5_000
# Of so many tenants each is asked for its newest rows; more are picked out of everybody's.
PARTS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    """Before this time, and of the rows of this very time, before this key."""

    at: datetime
    key: str = ""

    @classmethod
    def parse(cls, text: str, key_field: Any) -> Self | None:
        """None where somebody typed the address himself."""
        micros, _, key = text.partition("_")
        try:
            return cls(
                _EPOCH + int(micros) * _MICROSECOND, str(key_field.to_python(key)) if key else ""
            )
        except (ValueError, OverflowError, ValidationError):
            return None

    def __str__(self) -> str:
        micros = str((self.at - _EPOCH) // _MICROSECOND)
        return f"{micros}_{self.key}" if self.key else micros

    def before(self, time: str) -> Q:
        if not self.key:
            return Q(**{f"{time}__lt": self.at})
        # The first condition is the one an index can use.
        return Q(**{f"{time}__lte": self.at}) & (Q(**{f"{time}__lt": self.at}) | Q(pk__lt=self.key))


class Page(NamedTuple):
    rows: list[Any]
    older: Place | None  # where the next page begins
    looked_back_to: (
        datetime | None
    )  # where the search stopped for today, without finding a page full


def newest(
    rows: QuerySet[Any],
    time: str,
    parts: Sequence[Q],
    before: Place | None,
    among: QuerySet[Any] | None = None,
    far: int = LOOKED_THROUGH,
) -> Page:
    """The newest of these parts of `rows`; without parts, of all.

    `among`: rows that an index keeps in the order of time, where it does not keep the asked-for ones themselves; `far` of
    them are looked through.
    """
    if before:
        rows = rows.filter(before.before(time))
        among = among if among is None else among.filter(before.before(time))
    floor = _floor(among, time, parts, far) if among is not None else None
    if floor:
        rows = rows.filter(**{f"{time}__gte": floor})
    found = list(_merged(_parts(rows, parts), time, PAGE + 1))
    if len(found) > PAGE:
        last = found[PAGE - 1]
        return Page(found[:PAGE], Place(getattr(last, time), str(last.pk)), None)
    return Page(found, Place(floor) if floor else None, floor)


def _floor(among: QuerySet[Any], time: str, parts: Sequence[Q], far: int) -> datetime | None:
    """None where fewer rows are left than a page looks through."""
    separate = _parts(among, parts)
    far //= len(separate)
    ends = [
        part.order_by(f"-{time}").values_list(time, flat=True)[far : far + 1] for part in separate
    ]
    return max((end for part in ends for end in part), default=None)


def _parts(rows: QuerySet[Any], parts: Sequence[Q]) -> list[QuerySet[Any]]:
    """An index is in the order of time within each part."""
    if not parts:
        return [rows]
    if len(parts) > PARTS:
        return [rows.filter(reduce(or_, parts))]
    return [rows.filter(part) for part in parts]


def _merged(parts: list[QuerySet[Any]], time: str, number: int) -> QuerySet[Any]:
    order = (f"-{time}", "-pk")
    first, *rest = (part.order_by(*order)[:number] for part in parts)
    return first.union(*rest, all=True).order_by(*order)[:number] if rest else first
