"""One connection of this process that listens for whoever looks at its live pages, and only while somebody does."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg

from hooks.announcing import CHANNEL
from hooks.calls.live import changes
from hooks.calls.live.changes import Change
from hooks.database import DatabaseAway, noticing_absence, parameters

log = logging.getLogger("hooks")
MAX_VIEWERS = 100  # of each process
MAX_OF_ONE = 10  # pages of one person, so that nobody takes the place of all
MAX_WAITING = 200  # changes that a viewer has not taken yet
APPLICATION = "clickhook live"  # what pg_stat_activity calls it
UNTOLD = 5.0  # seconds after which it looks without having been told


class TooManyViewers(Exception):
    """This process has as many as it bears."""


class Viewer:
    def __init__(self, tenants: frozenset[int] | None, user: int) -> None:
        """`tenants`: whose changes are hers to see; None: everybody's."""
        self.tenants, self.user = tenants, user
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)
        self._task = asyncio.current_task()

    def sees(self, change: Change) -> bool:
        return self.tenants is None or change.tenant in self.tenants

    def tell(self, message: bytes) -> None:
        """One that does not keep up is dropped; her page connects anew and asks for what she missed."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Listener:
    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self._task: asyncio.Task[None] | None = None

    def is_full_for(self, user: int) -> bool:
        return (
            len(self.viewers) >= MAX_VIEWERS
            or sum(viewer.user == user for viewer in self.viewers) >= MAX_OF_ONE
        )

    def join(self, tenants: frozenset[int] | None, user: int) -> Viewer:
        """Raises TooManyViewers."""
        if self.is_full_for(user):
            raise TooManyViewers
        viewer = Viewer(tenants, user)
        self.viewers.add(viewer)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        if not self.viewers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        try:
            with noticing_absence():
                async with await psycopg.AsyncConnection.connect(
                    **self._connection(), autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._follow(connection)
        except DatabaseAway as away:
            log.warning("the live pages wait for the database: %s", away)
        except Exception:  # whoever looks must not look at a page that stands still
            log.exception("fault in the live pages")
        for viewer in self.viewers:
            viewer.drop()

    @staticmethod
    def _connection() -> dict[str, Any]:
        return {**parameters(), "application_name": APPLICATION}

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """A transaction may commit after one with a later event, so the latest events are looked at more than once."""
        last = await (await connection.execute(changes.LAST)).fetchone()
        after = (last or (0,))[0]
        told: dict[str, Change] = {}
        while True:
            for change in await self._changes(connection, after):
                key, after = change.row["key"], max(after, change.event)
                before = told.pop(key, None)
                told[key] = change
                if before is None or before.row != change.row:
                    self._tell(change)
            told = dict(list(told.items())[-changes.LATE_IDS :])
            async for _ in connection.notifies(timeout=UNTOLD, stop_after=1):
                pass

    async def _changes(self, connection: psycopg.AsyncConnection[Any], after: int) -> list[Change]:
        """Asked for by tenant where nobody sees all of them, so that a busy one does not hide theirs."""
        seen = {tenant for viewer in self.viewers for tenant in viewer.tenants or ()}
        found = await changes.since(connection, after, list(seen)) if seen else []
        if any(viewer.tenants is None for viewer in self.viewers):
            found += [
                change
                for change in await changes.since(connection, after, None)
                if change.tenant not in seen
            ]
        return found

    def _tell(self, change: Change) -> None:
        for viewer in tuple(self.viewers):
            if viewer.sees(change):
                viewer.tell(change.message)


LISTENER = Listener()  # of this process
