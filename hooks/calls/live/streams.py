"""The streams that are alive: the table below the board of the live page."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from django.db import connection, transaction

from hooks.calls.live.board import FOLLOW_INDEXES, LOOKED_THROUGH
from hooks.models import Stream

MAX_ROWS = 100


def read_living_streams(tenants: AbstractSet[int] | None) -> list[Stream]:
    """Those that may go on for the longest come first. Of all tenants where `tenants` is None."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOLLOW_INDEXES)
        living = Stream.objects.filter(decision="allowed", ended_at=None).order_by("-ends_by")
        looked_at = list(living.values_list("pk", "tenant_id")[:LOOKED_THROUGH])
        keys = [key for key, tenant in looked_at if tenants is None or tenant in tenants]
        rows = Stream.objects.select_related("tenant").in_bulk(keys[:MAX_ROWS])
    return [rows[key] for key in keys[:MAX_ROWS] if key in rows]
