"""One connection of this process that listens for the viewers of the live page, while any watch."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg

from hooks import primary
from hooks.announcing import CHANNEL
from hooks.calls.live.changes import LAST_EVENT, LATE_IDS, LiveChange, read_changes_since
from hooks.database import DatabaseAway, noticing_absence

log = logging.getLogger("hooks")
MAX_VIEWERS = 100  # of each process
MAX_PER_USER = 10  # so that one person's pages do not take everybody's place
MAX_WAITING = 200  # changes that a viewer has not taken yet
APPLICATION_NAME = "clickhook live"  # what pg_stat_activity calls the connection
POLL_SECONDS = 5.0  # how long it waits for a NOTIFY before it looks


class TooManyViewers(Exception):
    """This process has as many viewers as it can serve."""


class Viewer:
    def __init__(self, tenants: frozenset[int] | None, user: int) -> None:
        """`tenants`: whose changes they may see; None: everybody's."""
        self.tenants, self.user = tenants, user
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)
        self._task = asyncio.current_task()

    def may_see(self, change: LiveChange) -> bool:
        return self.tenants is None or change.tenant in self.tenants

    def send(self, message: bytes) -> None:
        """A viewer that does not keep up is dropped; its page reconnects and asks for the rest."""
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
        of_user = sum(viewer.user == user for viewer in self.viewers)
        return len(self.viewers) >= MAX_VIEWERS or of_user >= MAX_PER_USER

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
                async with await primary.connect(application_name=APPLICATION_NAME) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._follow(connection)
        except DatabaseAway as away:
            log.warning("the live pages wait for the database: %s", away)
        except Exception:  # no viewer may be left with a page that stands still
            log.exception("fault in the live pages")

        for viewer in self.viewers:
            viewer.drop()

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Reads the latest events more than once: one may commit after an event with a later id."""
        last = await (await connection.execute(LAST_EVENT)).fetchone()
        after = (last or (0,))[0]
        sent: dict[str, LiveChange] = {}

        while True:
            for change in await self._read_changes(connection, after):
                key, after = change.row["key"], max(after, change.event)
                before = sent.pop(key, None)
                sent[key] = change
                if before is None or before.row != change.row:
                    self._send(change)

            sent = dict(list(sent.items())[-LATE_IDS:])
            async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    async def _read_changes(
        self, connection: psycopg.AsyncConnection[Any], after: int
    ) -> list[LiveChange]:
        """Reads managers' tenants by themselves, so that a busy other tenant does not hide them."""
        tenants = {tenant for viewer in self.viewers for tenant in viewer.tenants or ()}
        changes = await read_changes_since(connection, after, list(tenants)) if tenants else []

        if any(viewer.tenants is None for viewer in self.viewers):
            everybodys = await read_changes_since(connection, after, None)
            changes += [change for change in everybodys if change.tenant not in tenants]
        return changes

    def _send(self, change: LiveChange) -> None:
        for viewer in tuple(self.viewers):
            if viewer.may_see(change):
                viewer.send(change.message)


LISTENER = Listener()  # of this process
