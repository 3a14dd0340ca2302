"""How fast one person may upload files: each costs seconds, and tells which origins exist."""

from __future__ import annotations

from math import ceil

from django.contrib.auth.models import User

from tenants.models import Domain
from tenants.models.upload_attempt import (
    MOST_NEW_ORIGINS,
    MOST_UPLOADS,
    PACE_WINDOW,
    seconds_until_allowed,
)
from tenants.scope import scope_of
from tenants.transfer.problems import Problems, Unreadable
from tenants.transfer.reading.source import Source
from tenants.transfer.tables import DOMAIN

MINUTES = int(PACE_WINDOW.total_seconds() // 60)
TOO_MANY_ORIGINS = (
    f"The file has more than {MOST_NEW_ORIGINS:,} new origins: split it, or ask an administrator."
)
TOO_FAST = (
    f"One person uploads at most {MOST_UPLOADS} files, and at most {MOST_NEW_ORIGINS:,} new "
    f"origins, in {MINUTES} minutes. Upload this file again in {{}}."
)
BATCH = 2000  # origins


def pace_upload(user: User, source: Source) -> str:
    """Why the file has to wait, or nothing; then the upload is counted."""
    sees_everything = scope_of(user).changeable is None
    new_origins = 0 if sees_everything else _count_new_origins(user, source)
    if new_origins > MOST_NEW_ORIGINS:
        return TOO_MANY_ORIGINS

    seconds = seconds_until_allowed(user, new_origins)
    return TOO_FAST.format(_waiting_time(seconds)) if seconds else ""


def _count_new_origins(user: User, source: Source) -> int:
    """Those that no tenant of this person has."""
    origins = list(_origins(source))
    batches = (origins[start : start + BATCH] for start in range(0, len(origins), BATCH))
    mine = Domain.objects.filter(tenant__in=scope_of(user).changeable or ())
    known = mine.order_by().values("origin").distinct()
    return len(origins) - sum(known.filter(origin__in=batch).count() for batch in batches)


def _origins(source: Source) -> set[str]:
    origins: set[str] = set()
    if source.table not in {None, DOMAIN}:
        return origins

    try:
        rows = (row for row in source.rows(Problems()) if row.table is DOMAIN and row.key)
        origins.update(row.key[0] for row in rows if row.key)
    except Unreadable:
        pass  # the import itself says it
    return origins


def _waiting_time(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    if seconds < 60:
        return f"{seconds} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
