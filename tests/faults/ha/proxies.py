"""Where no network namespaces can be had: each node's ports behind proxies, which can fall silent.

Whoever connects from a node is known by what they say, or has a proxy of their own; gateways and
HAProxy are on no node.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict
from typing import ClassVar

from tests.ports import find_port

HERE = "127.0.0.1"
PIECE = 64 * 1024  # bytes
OTHER = {"db-1": "db-2", "db-2": "db-1"}
PATRONI = b": Patroni/"  # asks the other node's


class Proxies:
    name = "one network, with proxies"
    trusted = "127.0.0.0/8"
    # Patroni shall not learn from etcd where it is reached without a proxy of the node's own.
    changes: ClassVar = {"etcd3:": "etcd3:\n  use_proxies: true"}
    calls_per_second = 8.0  # what passes through Python costs more

    def __init__(self) -> None:
        self._ports: dict[tuple[str, int], int] = defaultdict(find_port)  # where nodes listen
        self._proxies: dict[tuple[str, int, str], int] = {}
        self._cuts: set[frozenset[str]] = set()  # pairs; a node alone is cut off from all
        self._healed = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def add(self, node: str) -> None:
        """Nothing to do: its ports come when they are asked for."""

    def port(self, wanted: int) -> int:
        return find_port()

    def command(self, node: str) -> list[str]:
        return []

    def listening(self, node: str, port: int) -> str:
        return f"{HERE}:{self._ports[node, port]}"

    def reached(self, node: str, port: int, by: str = "") -> str:
        """`by`: the node from which alone it is reached so."""
        if (node, port, by) not in self._proxies:
            starting = asyncio.run_coroutine_threadsafe(self._start(node, port, by), self._loop)
            self._proxies[node, port, by] = starting.result()
        return f"{HERE}:{self._proxies[node, port, by]}"

    def cut(self, node: str, *others: str) -> None:
        self._cuts |= {frozenset((node, other)) for other in others} or {frozenset((node,))}

    def heal(self, node: str) -> None:
        self._cuts = {pair for pair in self._cuts if node not in pair}
        self._loop.call_soon_threadsafe(self._tell_healed)

    def _tell_healed(self) -> None:
        self._healed.set()
        self._healed = asyncio.Event()

    async def _start(self, node: str, port: int, by: str) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ends = {by, node}
            with contextlib.suppress(OSError):
                await self._wait_until_connected(ends)
                there = await asyncio.open_connection(HERE, self._ports[node, port])
                await asyncio.gather(
                    self._carry(reader, there[1], ends, self._names(node)),
                    self._carry(there[0], writer, ends, {}),
                )
            writer.close()

        server = await asyncio.start_server(serve, HERE, 0)
        return int(server.sockets[0].getsockname()[1])

    def _names(self, node: str) -> dict[bytes, str]:
        """What the other database server's PostgreSQL and Patroni say first."""
        if node not in OTHER:
            return {}
        return {f"application_name\0{OTHER[node]}\0".encode(): OTHER[node], PATRONI: OTHER[node]}

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: set[str],
        names: dict[bytes, str],
    ) -> None:
        """What was sent during a cut arrives after it, as TCP would send it again."""
        try:
            while data := await reader.read(PIECE):
                ends |= {name for said, name in names.items() if said in data}
                await self._wait_until_connected(ends)
                writer.write(data)
                await writer.drain()
            await self._wait_until_connected(ends)
        finally:
            writer.close()

    async def _wait_until_connected(self, ends: set[str]) -> None:
        while any(pair <= ends for pair in self._cuts) and len(ends) > 1:
            await self._healed.wait()
