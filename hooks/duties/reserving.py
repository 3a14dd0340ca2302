"""Reserves the next slice of each talk before the last one ends, or has the call ended.

In the same statement it settles the calls of that tenant that have ended.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from hooks.duties.repeating import Connection
from hooks.limits.meter import Meter
from hooks.limits.scope import TENANT, UNKNOWN_VISITORS, halve_limits
from hooks.limits.settlement import Settlement, settle_call
from hooks.limits.slices import is_ahead, reserve_next_slice
from hooks.reasons import Reason
from hooks.statements.reserving import FIND_TENANTS, READ_TENANT, WRITE_TENANT
from tenants.limits import Limits, parse_limits

log = logging.getLogger("hooks")
EVERY = 2.0  # seconds
ATTEMPTS = 5  # where calls of the same tenant are written meanwhile


class TenantCalls(NamedTuple):
    """What bears on the talks of one tenant; the statement gives it in this order."""

    clock: float
    time_zone: str
    limits: dict[str, Any]
    version: int | None
    meters: dict[str, Any]  # by scope
    due: list[dict[str, Any]]
    ended: list[dict[str, Any]]
    limits_of_others: dict[str, Any]  # by scope


@dataclass(slots=True)
class Changes:
    meters: dict[str, Meter] = field(default_factory=dict)
    reservations: list[dict[str, Any]] = field(default_factory=list)
    endings: list[dict[str, str]] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)


async def reserve_slices(connection: Connection) -> str:
    cursor = await connection.execute(FIND_TENANTS)
    counted: Counter[str] = Counter()
    for (tenant,) in await cursor.fetchall():
        counted += await _serve_tenant(connection, tenant)
    return ", ".join(f"{number} {what}" for what, number in counted.items())


async def _serve_tenant(connection: Connection, tenant: int) -> Counter[str]:
    """Nothing where others write that tenant's meters all the time; the next turn comes soon."""
    for _ in range(ATTEMPTS):
        row = await (await connection.execute(READ_TENANT, {"tenant": tenant})).fetchone()
        if row is None:
            break
        calls = TenantCalls(*row)
        changes = decide_changes(calls)
        if await _write(connection, tenant, calls, changes):
            return Counter(
                {
                    "slices reserved": len(changes.reservations),
                    "calls to end": len(changes.endings),
                    "calls settled": len(changes.settlements),
                }
            )
    return Counter()


def decide_changes(calls: TenantCalls) -> Changes:
    """Pure. A limit that cannot be read ends the call."""
    changes = Changes({scope: Meter.from_json(state) for scope, state in calls.meters.items()})
    changes.settlements = [settle_call(ended, changes.meters) for ended in calls.ended]
    try:
        limits = _limits_by_scope(calls)
        now = datetime.fromtimestamp(calls.clock, UTC).astimezone(ZoneInfo(calls.time_zone))
    except (ValueError, KeyError):  # a limit, or a time zone that this machine does not know
        log.error("limits cannot be read, so calls are ended")
        changes.endings = [{"id": call["id"], "because": "money"} for call in calls.due]
        return changes

    for call in calls.due:
        if is_ahead(call["reservation"], call["talked"]):  # nobody can tell how long it talks
            changes.endings.append({"id": call["id"], "because": "money"})
        else:
            _decide_call(call, limits, now, changes)
    return changes


def _decide_call(
    call: dict[str, Any], limits: Mapping[str, Limits], now: datetime, changes: Changes
) -> None:
    next_slice = reserve_next_slice(
        call["reservation"], call["talked"], changes.meters, limits, now
    )
    if next_slice.reservation:
        changes.reservations.append({"id": call["id"], "reservation": next_slice.reservation})
    else:
        is_longest = next_slice.refused is Reason.CALL_SECONDS
        changes.endings.append({"id": call["id"], "because": "longest" if is_longest else "money"})


def _limits_by_scope(calls: TenantCalls) -> dict[str, Limits]:
    """Raises BadLimits."""
    tenant = parse_limits(calls.limits)
    others = {scope: parse_limits(stored) for scope, stored in calls.limits_of_others.items()}
    return {TENANT: tenant, UNKNOWN_VISITORS: halve_limits(tenant), **others}


async def _write(connection: Connection, tenant: int, calls: TenantCalls, changes: Changes) -> bool:
    """Whether nobody was faster."""
    meters = [{"scope": scope, "state": meter.as_json()} for scope, meter in changes.meters.items()]
    values = {
        "tenant": tenant,
        "version": calls.version,
        "going_on": [call["id"] for call in (*changes.reservations, *changes.endings)],
        "ended": [settlement.call_id for settlement in changes.settlements],
        "meters": _json(meters),
        "reservations": _json(changes.reservations),
        "settlements": _json(
            [
                {
                    "id": settled.call_id,
                    "cost": settled.cost,
                    "closes_callee": settled.closes_callee,
                }
                for settled in changes.settlements
            ]
        ),
        "endings": _json(changes.endings),
    }
    row = await (await connection.execute(WRITE_TENANT, values)).fetchone()
    return bool(row and row[0])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
