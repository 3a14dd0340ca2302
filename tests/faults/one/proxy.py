"""A network between the gateway and PostgreSQL that can stall, be slow, or cut an answer short."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path

HERE = "127.0.0.1"
PIECE = 64 * 1024  # bytes


class Proxy:
    def __init__(self, socket: Path) -> None:
        """`socket`: where PostgreSQL listens."""
        self._socket = socket
        self.delay = 0.0  # seconds by which every answer comes later
        self.cuts_answers = False
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        starting = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self.port = starting.result()

    def stall(self) -> None:
        self._loop.call_soon_threadsafe(self._flows.clear)

    def heal(self) -> None:
        """What was sent while it stalled arrives now, as TCP would send it again."""
        self.delay, self.cuts_answers = 0.0, False
        self._loop.call_soon_threadsafe(self._flows.set)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _start(self) -> int:
        server = await asyncio.start_server(self._serve, HERE, 0)
        return int(server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._flows.wait()
            there = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        asked = self._carry(reader, there[1], is_answer=False)
        answered = self._carry(there[0], writer, is_answer=True)
        await asyncio.gather(asked, answered, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                if is_answer:
                    await asyncio.sleep(self.delay)
                await self._flows.wait()
                if is_answer and self.cuts_answers:
                    writer.write(data[: len(data) // 2])
                    break
                writer.write(data)
                await writer.drain()
        writer.close()
