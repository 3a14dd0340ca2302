"""Notices when a limit is nearly used up, and when it is: rows, log lines, and later a mail.

It looks at the meters of calls that were asked for since the last turn, of calls that still live,
and of calls that a limit refused; never at all meters.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from hooks.duties.limit_mail import NoticeLine
from hooks.duties.repeating import Connection
from hooks.limits.meter import HOUR, MINUTE, Meter
from hooks.limits.scope import TENANT, UNKNOWN_VISITORS, halve_limits
from hooks.limits.use import LENGTHS, Use, use
from hooks.statements.watching import (
    CLOCK,
    LIVING,
    MOST_ROWS,
    READ_METERS,
    RECENT,
    REFUSED,
    WRITE_NOTICES,
)
from tenants.limits import BadLimits, Limits, parse_limits

log = logging.getLogger("hooks")
EVERY = 5.0  # seconds
WARNING, CRITICAL = 80, 100  # percent
# A worker that was away looks at what it missed; a call is written some seconds after it was asked.
LOOK_BACK, OVERLAP = timedelta(hours=1), timedelta(seconds=15)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_BY_DAY, _BY_MONTH = ("minutes_per_day", "money_per_day"), ("minutes_per_month", "money_per_month")
_Scopes = set[tuple[int, str]]  # tenants and names of meters
_Refusals = set[tuple[int, str, str]]  # and limits


class Watched(NamedTuple):
    """A meter and the limits over it; the statement gives them in this order."""

    tenant_id: int
    scope: str
    place: str
    state: dict[str, Any]
    own_limits: dict[str, Any]
    tenant_limits: dict[str, Any]
    currency: str
    time_zone: str
    slug: str

    @property
    def limits(self) -> Limits:
        """Raises BadLimits."""
        if self.scope == TENANT:
            return parse_limits(self.tenant_limits)
        if self.scope == UNKNOWN_VISITORS:
            return halve_limits(parse_limits(self.tenant_limits))
        return parse_limits(self.own_limits)


class Notice(NamedTuple):
    tenant_id: int
    scope: str
    place: str
    limit: str
    level: str
    period: str
    quiet_seconds: int  # in which there was no such notice yet
    used: int
    most: int


class LimitWatch:
    """Remembers how far it has looked; a new worker begins an hour ago."""

    def __init__(self) -> None:
        self._recent: datetime | None = None
        self._refused: datetime | None = None
        self._living = LONG_AGO

    async def look(self, connection: Connection) -> str:
        [now] = await _read(connection, CLOCK)
        scopes, refusals = await self._read_moved(connection, now[0])
        meters = await _read_meters(connection, scopes)
        notices = [
            notice
            for watched in meters
            for notice in find_notices(watched, now[0].timestamp(), refusals)
        ]
        written = await _write(connection, notices)
        _log_notices(written, {(meter.tenant_id, meter.scope): meter for meter in meters})
        return f"{len(written)} notices of limits" if written else ""

    async def _read_moved(self, connection: Connection, now: datetime) -> tuple[_Scopes, _Refusals]:
        recent = await _read(connection, RECENT, self._recent or now - LOOK_BACK)
        living = await _read(connection, LIVING, self._living)
        refused = await _read(connection, REFUSED, self._refused or now - LOOK_BACK)

        self._recent = _read_until(recent, now - OVERLAP)
        self._living = _read_until(living, LONG_AGO)
        self._refused = _read_until(refused, now - OVERLAP)
        refusals = {(tenant, scope, reason) for _, tenant, scope, reason in refused if tenant}
        scopes = {
            (tenant, scope) for _, tenant, names in (*recent, *living) for scope in names or ()
        }
        scopes |= {(tenant, scope) for tenant, scope, reason in refusals if reason in LENGTHS}
        return scopes, refusals


def find_notices(watched: Watched, now: float, refusals: _Refusals) -> Iterator[Notice]:
    """Pure. A limit that refused a call is used up, though a little of it may be left."""
    try:
        local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(watched.time_zone))
        limits = watched.limits
    except (BadLimits, KeyError):  # KeyError: a time zone that this machine does not know
        return  # calls are refused for that, with a reason of its own

    meter = Meter.from_json(watched.state)
    for one in use(meter, limits, now, f"{local:%Y-%m-%d}", f"{local:%Y-%m}"):
        has_refused = (watched.tenant_id, watched.scope, one.limit) in refusals
        level = _level(one, has_refused)
        if level:
            period, quiet = _period(one.limit, now, local)
            key = (watched.tenant_id, watched.scope, watched.place, one.limit)
            yield Notice(*key, level, period, quiet, one.used, one.most)


def _level(one: Use, has_refused: bool) -> str:
    """Each call fills a limit of one call at once, a second or a minute: that alone is no news."""
    if has_refused:
        return "critical"
    if one.most == 1 and LENGTHS[one.limit] <= MINUTE:
        return ""
    if one.percent >= CRITICAL:
        return "critical"
    return "warning" if one.percent >= WARNING else ""


def _period(limit: str, now: float, local: datetime) -> tuple[str, int]:
    """And in how many seconds there is one notice at most. Nobody reads one every minute."""
    if limit in _BY_DAY:
        return f"{local:%Y-%m-%d}", 0
    if limit in _BY_MONTH:
        return f"{local:%Y-%m}", 0
    length = max(LENGTHS[limit], HOUR)
    return str(int(now // length)), length


def _read_until(rows: list[Any], otherwise: datetime) -> datetime:
    """Where the next turn goes on: behind these rows, if there may be more."""
    at: datetime = rows[-1][0] if len(rows) == MOST_ROWS else otherwise
    return at


async def _read(connection: Connection, statement: str, *values: Any) -> list[Any]:
    return await (await connection.execute(statement, values or None)).fetchall()


async def _read_meters(connection: Connection, scopes: _Scopes) -> list[Watched]:
    if not scopes:
        return []
    asked = {
        "tenants": [tenant for tenant, _ in scopes],
        "scopes": [scope for _, scope in scopes],
    }
    rows = await (await connection.execute(READ_METERS, asked)).fetchall()
    return [Watched(*row) for row in rows]


async def _write(connection: Connection, notices: list[Notice]) -> list[Notice]:
    """Those that are new."""
    if not notices:
        return []
    rows = orjson.dumps([notice._asdict() for notice in notices]).decode()
    written = set(await _read(connection, WRITE_NOTICES, rows))
    return [one for one in notices if (one.tenant_id, one.scope, one.limit) in written]


def _log_notices(notices: list[Notice], meters: dict[tuple[int, str], Watched]) -> None:
    for one in notices:
        meter = meters[one.tenant_id, one.scope]
        values = (one.place, one.limit, one.level, one.used, one.most)
        line = NoticeLine(meter.slug, meter.currency, *values)
        log.log(logging.ERROR if one.level == "critical" else logging.WARNING, "%s", line.text)
