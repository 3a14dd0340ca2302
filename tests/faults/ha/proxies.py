"""Where no network namespaces can be had: each node's ports behind proxies, which can fall silent.

A connection belongs to the node whose process opened it; gateways and HAProxy are on no node.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import socket
import threading
from collections import defaultdict
from functools import cache
from pathlib import Path

HERE = "127.0.0.1"
NODE = "FAULTS_NODE"  # names the node in the environment of its processes
PIECE = 64 * 1024  # bytes


class Proxies:
    name = "one network, with proxies"
    trusted = "127.0.0.0/8"
    calls_per_second = 8.0  # what passes through Python costs more

    def __init__(self) -> None:
        self._ports: dict[tuple[str, int], int] = defaultdict(find_port)  # where nodes listen
        self._proxies: dict[tuple[str, int], int] = {}
        self._nodes: set[str] = set()
        self._cuts: set[frozenset[str]] = set()  # pairs; a node alone is cut off from all
        self._healed = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def add(self, node: str) -> None:
        """Its ports come when they are asked for."""
        self._nodes.add(node)

    def port(self, wanted: int) -> int:
        return find_port()

    def command(self, node: str) -> list[str]:
        return ["env", f"{NODE}={node}"]

    def listening(self, node: str, port: int) -> str:
        return f"{HERE}:{self._ports[node, port]}"

    def reached(self, node: str, port: int) -> str:
        if (node, port) not in self._proxies:
            starting = asyncio.run_coroutine_threadsafe(self._start(node, port), self._loop)
            self._proxies[node, port] = starting.result()
        return f"{HERE}:{self._proxies[node, port]}"

    def cut(self, node: str, *others: str) -> None:
        self._cuts |= {frozenset((node, other)) for other in others} or {frozenset((node,))}

    def heal(self, node: str) -> None:
        self._cuts = {pair for pair in self._cuts if node not in pair}
        self._loop.call_soon_threadsafe(self._tell_healed)

    def _tell_healed(self) -> None:
        self._healed.set()
        self._healed = asyncio.Event()

    async def _start(self, node: str, port: int) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            port_of_caller = writer.get_extra_info("peername")[1]
            caller = await asyncio.to_thread(find_node, port_of_caller, self._nodes)
            ends = {caller, node}
            with contextlib.suppress(OSError):
                await self._wait_until_connected(ends)
                there = await asyncio.open_connection(HERE, self._ports[node, port])
                await asyncio.gather(
                    self._carry(reader, there[1], ends), self._carry(there[0], writer, ends)
                )
            writer.close()

        server = await asyncio.start_server(serve, HERE, 0)
        return int(server.sockets[0].getsockname()[1])

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ends: set[str]
    ) -> None:
        """What was sent during a cut arrives after it, as TCP would send it again."""
        try:
            while data := await reader.read(PIECE):
                await self._wait_until_connected(ends)
                writer.write(data)
                await writer.drain()
            await self._wait_until_connected(ends)
        finally:
            writer.close()

    async def _wait_until_connected(self, ends: set[str]) -> None:
        while any(pair <= ends for pair in self._cuts) and len(ends) > 1:
            await self._healed.wait()


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def find_node(port: int, nodes: set[str]) -> str:
    """Of the process that connected from this port; empty where it is on none."""
    here = f"0100007F:{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    wanted = {f"socket:[{fields[9]}]" for fields in lines if fields[1] == here}
    for process in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            node = node_of(process.path) if process.stat().st_uid == owner() else ""
            if node in nodes and any(
                os.readlink(file) in wanted for file in os.scandir(f"{process.path}/fd")
            ):
                return node
    return ""


@cache
def owner() -> int:
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()


def node_of(process: str) -> str:
    """Of those that open connections: Patroni, and PostgreSQL's receiver, which has but a title."""
    title = Path(process, "cmdline").read_bytes()
    if title.startswith(b"postgres:"):
        return Path(os.readlink(f"{process}/cwd")).name if b"walreceiver" in title else ""
    names = Path(process, "environ").read_bytes().split(b"\0")
    found = [name for name in names if name.startswith(f"{NODE}=".encode())]
    return found[0].partition(b"=")[2].decode() if found else ""
