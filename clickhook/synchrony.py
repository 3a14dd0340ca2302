"""Whether what was acknowledged is on two servers, as the primary tells it."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from django.conf import settings

from hooks.database import parameters

CONNECTS_WITHIN = 2  # seconds, whole ones
LOOK = """
SELECT current_setting('synchronous_standby_names') <> '', count(*), count(sync_state),
       count(*) FILTER (WHERE sync_state IN ('sync', 'quorum'))
  FROM pg_stat_replication
"""
OFF = (
    "No standby is synchronous, so what was acknowledged last is lost with the primary. With "
    "Patroni set synchronous_mode (docker/ha); if it is set, start the standby."
)
UNSEEN = (
    "The state of the standbys cannot be seen. Run GRANT pg_monitor TO the user of DATABASE_URL."
)
GONE = "The synchronous standby does not follow, so commits wait for it. Start it, or see its log."


class Standbys(NamedTuple):
    are_waited_for: bool
    number: int
    visible: int
    synchronous: int


def find_problem() -> str:
    """For the start; also empty where the database is away, or too old to tell."""
    place: dict[str, Any] = parameters() | {"connect_timeout": CONNECTS_WITHIN}
    try:
        with psycopg.connect(**place) as connection:
            row = connection.execute(LOOK).fetchone()
    except psycopg.OperationalError:
        return ""
    return judge(Standbys(*row), count_hosts()) if row else ""


def count_hosts() -> int:
    """Servers that DATABASE_URL names: with several somebody counts on a standby."""
    return len(str(settings.DATABASES["default"].get("HOST", "")).split(","))


def judge(standbys: Standbys, hosts: int) -> str:
    """What is wrong and what to do; empty where there is one server and nobody expects two."""
    if not standbys.are_waited_for:
        return OFF if hosts > 1 or standbys.number else ""
    if standbys.synchronous:
        return ""
    return UNSEEN if standbys.visible < standbys.number else GONE
