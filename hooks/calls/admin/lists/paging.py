"""Pages of a table of millions of rows: each begins at a place in time, and no row is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

PAGE = 50  # rows
# How many rows a page looks through for those that are asked for, where no index finds these. Of
# rows that lie far apart fewer, since each of them is a page to read from the disk.
LOOKED_THROUGH = 20_000
LOOKED_THROUGH_SPARSE = 5_000
COUNTED = 1_000  # rows among which a filter counts what it offers
PARTS = 100  # of so many each is asked for its newest rows; more are picked out of all rows
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    """Before this time, and of the rows of this very time, before this key."""

    at: datetime
    key: str = ""

    @classmethod
    def parse(cls, text: str, key_field: Any) -> Self | None:
        """None for what no link of a page holds."""
        microseconds, _, key = text.partition("_")
        try:
            at = _EPOCH + int(microseconds) * _MICROSECOND
            return cls(at, str(key_field.to_python(key)) if key else "")
        except (ValueError, OverflowError, ValidationError):
            return None

    def __str__(self) -> str:
        microseconds = str((self.at - _EPOCH) // _MICROSECOND)
        return f"{microseconds}_{self.key}" if self.key else microseconds

    def before(self, time_field: str) -> Q:
        earlier = Q(**{f"{time_field}__lt": self.at})
        if not self.key:
            return earlier

        # The first condition is the one an index can use.
        return Q(**{f"{time_field}__lte": self.at}) & (earlier | Q(pk__lt=self.key))


class Page(NamedTuple):
    rows: list[Any]
    older: Place | None  # where the next page begins
    looked_back_to: datetime | None  # where the search stopped before the page was full


def newest_page(
    rows: QuerySet[Any],
    time_field: str,
    parts: Sequence[Q],
    before: Place | None,
    among: QuerySet[Any] | None = None,
    limit: int = LOOKED_THROUGH,
) -> Page:
    """The newest rows of these parts; without parts, of all.

    `among`: rows that an index keeps in the order of time, where no index finds `rows` themselves;
    at most `limit` of them are looked through.
    """
    if before:
        rows = rows.filter(before.before(time_field))
        among = among if among is None else among.filter(before.before(time_field))

    floor = None if among is None else _floor(among, time_field, parts, limit)
    if floor:
        rows = rows.filter(**{f"{time_field}__gte": floor})

    newest = list(_merge(_split(rows, parts), time_field, PAGE + 1))
    if len(newest) > PAGE:
        last = newest[PAGE - 1]
        return Page(newest[:PAGE], Place(getattr(last, time_field), str(last.pk)), None)
    return Page(newest, Place(floor) if floor else None, floor)


def count_newest(
    rows: QuerySet[Any], time_field: str, parts: Sequence[Q], field: str, limit: int
) -> Counter[str]:
    """How often each value of the field occurs among the newest rows, `limit` at most."""
    if len(parts) > PARTS:
        # Rows of so many parts are picked out of everybody's, whatever share they have of these.
        everybodys = rows.model._default_manager.all()
        floor = _floor(everybodys, time_field, (), limit)
        rows = rows.filter(**{f"{time_field}__gte": floor}) if floor else rows

    separate = _split(rows, parts)
    first, *rest = (
        part.order_by(f"-{time_field}").values_list(field)[: limit // len(separate)]
        for part in separate
    )
    return Counter(value for (value,) in (first.union(*rest, all=True) if rest else first))


def _floor(
    among: QuerySet[Any], time_field: str, parts: Sequence[Q], limit: int
) -> datetime | None:
    """How far back a page looks; None where fewer rows than `limit` are left."""
    separate = _split(among, parts)
    limit //= len(separate)

    times = [
        part.order_by(f"-{time_field}").values_list(time_field, flat=True) for part in separate
    ]
    return max((time for part in times for time in part[limit : limit + 1]), default=None)


def _split(rows: QuerySet[Any], parts: Sequence[Q]) -> list[QuerySet[Any]]:
    """An index is in the order of time within each part."""
    if not parts:
        return [rows]
    if len(parts) > PARTS:
        return [rows.filter(reduce(or_, parts))]

    return [rows.filter(part) for part in parts]


def _merge(parts: list[QuerySet[Any]], time_field: str, number: int) -> QuerySet[Any]:
    order = (f"-{time_field}", "-pk")
    first, *rest = (part.order_by(*order)[:number] for part in parts)
    return first.union(*rest, all=True).order_by(*order)[:number] if rest else first
