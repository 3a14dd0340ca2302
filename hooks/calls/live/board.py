"""The calls that are alive, newest first: the board on top of the live page."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet

from hooks.calls.live.changes import call_row
from hooks.models import Call
from tenants.models import Tenant

MAX_ROWS = 100
# However many calls are alive, and whoever's: so many index entries are read, and no more.
LOOKED_THROUGH = 5_000
# With poor statistics, PostgreSQL would rather read and sort all living calls.
FOLLOW_INDEXES = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
)
_FIELDS = ("alias", "asked_at", "ringing_at", "answered_at", "ended_at", "ended_by", "sip_status")


class Board(NamedTuple):
    rows: list[dict[str, Any]]
    more: int  # living calls that have no row
    may_lack_older: bool  # whether there are living calls that nobody looked at


def read_board(tenants: AbstractSet[int] | None) -> Board:
    """Of all tenants where `tenants` is None."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOLLOW_INDEXES)
        looked_at = list(_newest_living())
        keys = [key for key, tenant in looked_at if tenants is None or tenant in tenants]
        records = [SimpleNamespace(**values) for values in _values(keys[:MAX_ROWS])]

    records.sort(key=attrgetter("asked_at"), reverse=True)
    return Board(
        rows=[call_row(record) for record in records if not record.ended_at],  # meanwhile
        more=max(0, len(keys) - MAX_ROWS),
        may_lack_older=len(looked_at) == LOOKED_THROUGH,
    )


def _newest_living() -> QuerySet[Call, tuple[UUID, int]]:
    """The ids of calls and of their tenants."""
    newest = Call.objects.filter(ended_at=None).order_by("-asked_at")
    return newest.values_list("pk", "tenant_id")[:LOOKED_THROUGH]


def _values(keys: list[UUID]) -> Iterator[dict[str, Any]]:
    """Under the names that `call_row` knows.

    Tenants are not joined: where there are few, PostgreSQL would look through all calls of each.
    """
    calls = Call.objects.filter(pk__in=keys).values(
        *_FIELDS,
        "tenant_id",
        call=F("pk"),
        call_decision=F("decision"),
        call_reason=F("reason"),
        rate=F("reservation__rate"),
    )
    tenants = Tenant.objects.in_bulk({call["tenant_id"] for call in calls})
    for call in calls:
        if tenant := tenants.get(call.pop("tenant_id")):  # it may be deleted meanwhile
            yield call | {"slug": tenant.slug, "currency": tenant.currency}
