"""gunicorn's ASGI worker, with bounded connections and an end that loses no request."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from gunicorn.workers import gasgi  # type: ignore[import-untyped]

from clickhook.door import parser  # noqa: F401 - it takes the place of gunicorn's
from clickhook.door.connections import Connections
from clickhook.door.fruitless import Fruitless
from clickhook.door.protocol import MOST_UNSENT, DoorProtocol
from clickhook.door.unread import Unread

RESERVED_DESCRIPTORS = 256  # for the database, files, logs and listening sockets
SHARE_OF_ONE_ADDRESS = 4  # one address may have a quarter of all connections
MANY_DESCRIPTORS = 65_536  # where the system knows no limit
# At the end a connection is closed only when it was quiet for longer than nginx keeps one
# (docker/nginx.conf): closed by this side, it could meet a hook that is on its way.
GRACE = 1.5  # seconds
LOOK_EVERY = 0.1  # seconds

# The worker of gunicorn makes its protocol by this name.
gasgi.ASGIProtocol = DoorProtocol


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    # docker/gunicorn.conf.py sets these.
    request_deadline = 10.0  # seconds
    slot = 0  # whose files of counters it has

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._ending: asyncio.Task[None] | None = None

    @property
    def is_ending(self) -> bool:
        return self._ending is not None

    def init_process(self) -> None:
        at_most = min(self.worker_connections, raise_descriptor_limit() - RESERVED_DESCRIPTORS)
        # Behind a proxy every connection has the proxy's address.
        share = 1 if settings.CLICKHOOK_TRUSTED_PROXIES else SHARE_OF_ONE_ADDRESS
        self.connections = Connections(at_most, max(at_most // share, 1))
        self.unread = Unread()
        self.fruitless = None if settings.CLICKHOOK_TRUSTED_PROXIES else Fruitless()
        for listening in self.sockets:
            bound_unsent(listening.sock)
        super().init_process()

    def handle_exit_signal(self) -> None:
        """gunicorn's worker is `alive` until its connections have ended.

        Without that it closes each connection on which it writes an answer at this moment, and
        the answer does not say so: the next hook could be on its way.
        """
        if self._ending is None:
            self._ending = self.loop.create_task(self._end())

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(self.cfg.graceful_timeout):
                await self._end_connections()
        except TimeoutError:
            self._quick_shutdown = True
        finally:
            self.alive = False

    async def _end_connections(self) -> None:
        for accepted in self._stop_accepting():
            await self.loop.connect_accepted_socket(lambda: DoorProtocol(self), accepted)

        while self.nr_conns:
            self._close_quiet_connections()
            await asyncio.sleep(LOOK_EVERY)

    def _close_quiet_connections(self) -> None:
        """Whoever still asks is answered with `Connection: close`."""
        for connection in self.connections.quiet_since(self.loop.time() - GRACE):
            if not connection.has_begun_request:
                connection.close_quietly()

    def _stop_accepting(self) -> list[socket.socket]:
        """At once, while new connections are rare; gives those that still waited in the queue."""
        waiting: list[socket.socket] = []
        for server in self.servers:
            with contextlib.ExitStack() as queues:
                for listening in server.sockets:
                    copy = socket.socket(fileno=os.dup(listening.fileno()))
                    waiting += accept_all(queues.enter_context(copy))
                server.close()
        return waiting


def bound_unsent(listening: socket.socket) -> None:
    """Its connections inherit it. Only Linux does that, and only for TCP."""
    if sys.platform == "linux" and listening.family != socket.AF_UNIX:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT)


def accept_all(queue: socket.socket) -> Iterator[socket.socket]:
    """As many as wait, or as there are descriptors for."""
    queue.setblocking(False)
    with contextlib.suppress(OSError):
        while True:
            accepted, _ = queue.accept()
            accepted.setblocking(False)
            yield accepted


def raise_descriptor_limit() -> int:
    """To the highest value that the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = MANY_DESCRIPTORS if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < highest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))
    return highest
