"""Compares the calls that each WCS has with those that live here, and mends what differs.

A difference counts when two listings show it, since a hook may be under way during one. What a
listing cannot say for certain changes nothing: a failure, a node that has never been listed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from hooks.duties.repeating import Connection, Partly
from hooks.duties.sightings import Sightings
from hooks.row_id import new_row_id_text
from hooks.statements import reconciling as statements
from hooks.wcs.rest_api.access import open_rest_api
from hooks.wcs.rest_api.client import ListedCall, RestApi
from hooks.wcs.rest_api.failures import Failure

log = logging.getLogger("hooks")
EVERY = 25.0  # seconds: two listings and a pause are less than 90
LISTED_AT_ONCE = 16  # instances
NOT_ASKED = "instances that could not be asked"
YOUNGEST = 15  # seconds: a younger call may not have reached WCS yet


class LivingCall(NamedTuple):
    id: Any
    wcs_call_id: str
    node_id: str


class Instance(NamedTuple):
    id: Any
    name: str
    url: str
    api: RestApi
    nodes: frozenset[str]  # of which its REST API has listed something before


class Listing(NamedTuple):
    calls: list[ListedCall] | Failure
    nodes: set[str]  # of what it listed
    missing: list[LivingCall]  # WCS was asked for each of these again and does not have them

    @property
    def failure(self) -> Failure | None:
        return self.calls if isinstance(self.calls, Failure) else None


class Reconciling:
    def __init__(self) -> None:
        self._sightings = Sightings()
        self._failing: dict[Any, Failure] = {}

    async def compare(self, connection: Connection) -> str:
        began_at = time.monotonic()
        instances = await _read_instances(connection)
        living = await _read_living(connection)

        listings = await asyncio.to_thread(_list_all, instances, living)
        counted: Counter[str] = Counter()
        for instance, listing in zip(instances, listings, strict=True):
            self._report(instance, listing)
            counted += await self._mend(connection, instance, listing)

        self._sightings.forget_before(began_at)
        told = ", ".join(f"{what}: {number}" for what, number in counted.items())
        return Partly(told) if counted[NOT_ASKED] else told

    async def _mend(
        self, connection: Connection, instance: Instance, listing: Listing
    ) -> Counter[str]:
        await _note_nodes(connection, instance, listing.nodes)
        if isinstance(listing.calls, Failure):
            return Counter({NOT_ASKED: 1})

        gone = [str(call.id) for call in listing.missing if self._sightings.is_second(call.id)]
        await connection.execute(statements.END_GONE, {"calls": gone})
        stray = await self._end_stray(connection, instance, listing.calls)
        return Counter({"calls ended that WCS has no more": len(gone)}) + stray

    async def _end_stray(
        self, connection: Connection, instance: Instance, listed: Sequence[ListedCall]
    ) -> Counter[str]:
        """What WCS has and does not live here. Calls of other applications are left alone."""
        question = {
            "instance": instance.id,
            "calls": [call.call_id for call in listed],
            "sessions": [call.session_id for call in listed],
            "nodes": [call.node_id for call in listed],
        }
        cursor = await connection.execute(statements.FIND_STRAY, question)
        counted: Counter[str] = Counter()
        for number, session, call, is_refused in await cursor.fetchall():
            if session is None:
                counted["calls of other applications"] += 1
            elif self._sightings.is_second((session, listed[number - 1].call_id)):
                counted["calls that should not be there"] += 1
                await _ask_to_end(connection, instance, listed[number - 1], session, call)
                if is_refused or call is None:
                    log.error(
                        "ALARM: WCS %s has a call that was never allowed: %s",
                        instance.name,
                        listed[number - 1].call_id,
                    )
        return counted

    def _report(self, instance: Instance, listing: Listing) -> None:
        """Once when it begins, once when it ends."""
        before = self._failing.get(instance.id)
        if listing.failure is before:
            return
        if listing.failure:
            log.error("%s: %s", instance.name, listing.failure.advice)
            self._failing[instance.id] = listing.failure
        else:
            log.warning("The REST API of %s answers again.", instance.name)
            del self._failing[instance.id]


async def _read_instances(connection: Connection) -> list[Instance]:
    cursor = await connection.execute(statements.INSTANCES)
    instances = []
    for id_, name, url, user, password, nodes in await cursor.fetchall():
        api = open_rest_api(id_, url, user, password)
        if api:
            instances.append(Instance(id_, name, url, api, frozenset(nodes)))
    return instances


async def _read_living(connection: Connection) -> dict[Any, list[LivingCall]]:
    cursor = await connection.execute(statements.LIVING, {"youngest": YOUNGEST})
    living: dict[Any, list[LivingCall]] = {}
    for instance, *columns in await cursor.fetchall():
        living.setdefault(instance, []).append(LivingCall(*columns))
    return living


def _list_all(instances: Sequence[Instance], living: dict[Any, list[LivingCall]]) -> list[Listing]:
    if not instances:
        return []
    with ThreadPoolExecutor(min(LISTED_AT_ONCE, len(instances))) as pool:
        return list(pool.map(lambda one: _list_one(one, living.get(one.id, [])), instances))


def _list_one(instance: Instance, living: Sequence[LivingCall]) -> Listing:
    calls = instance.api.list_calls()
    if calls is Failure.NOT_FOUND:
        calls = []  # how WCS says that there are none; the nodes tell whether it is a WCS
    if isinstance(calls, Failure):
        return Listing(calls, set(), [])

    nodes = {call.node_id for call in calls}
    if any(call.node_id not in instance.nodes for call in living) and not nodes:
        connections = instance.api.list_connections()
        nodes |= set() if isinstance(connections, Failure) else {one.node_id for one in connections}
    return Listing(calls, nodes, _missing(instance, living, calls, nodes))


def _missing(
    instance: Instance, living: Sequence[LivingCall], listed: list[ListedCall], nodes: set[str]
) -> list[LivingCall]:
    here, known = {call.call_id for call in listed}, instance.nodes | nodes
    missing = []
    for call in living:
        if call.wcs_call_id in here or call.node_id not in known:
            continue
        answer = instance.api.find_call(call.wcs_call_id)
        if answer is Failure.NOT_FOUND:
            missing.append(call)
        elif isinstance(answer, Failure):
            break  # asking for each of a thousand calls would take as many deadlines
    return missing


async def _note_nodes(connection: Connection, instance: Instance, nodes: set[str]) -> None:
    new = sorted(node for node in nodes - instance.nodes if node)
    if new:
        values = {"instance": instance.id, "url": instance.url, "nodes": new}
        await connection.execute(statements.NOTE_NODES, values)


async def _ask_to_end(
    connection: Connection, instance: Instance, listed: ListedCall, session: Any, call: Any
) -> None:
    values = {
        "session": session,
        "call": call,
        "new_call": new_row_id_text(),
        "instance": instance.id,
        "wcs_call": listed.call_id,
        "callee": listed.callee,
    }
    await connection.execute(statements.END_STRAY, values)
