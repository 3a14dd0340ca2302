"""A WebSocket server that speaks the Web SDK's protocol as a test dictates it, word for word.

It has no hooks, no SIP and no sound.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from typing import Any

from aiohttp import WSMsgType, web

_WITHIN_SECONDS = 15  # a frame, an answer, an end


class Visitor:
    """One connection of the page."""

    def __init__(self, socket: web.WebSocketResponse, loop: asyncio.AbstractEventLoop) -> None:
        self._socket, self._loop = socket, loop
        self.received: queue.Queue[tuple[str, Any]] = queue.Queue()

    def receives(self, message: str) -> Any:
        name, data = self.received.get(timeout=_WITHIN_SECONDS)
        assert name == message, f"{name} instead of {message}: {data}"
        return data

    def sends(self, message: str, *data: Any) -> None:
        frame = json.dumps({"message": message, "data": data})
        asyncio.run_coroutine_threadsafe(self._socket.send_str(frame), self._loop).result(
            _WITHIN_SECONDS
        )

    def hangs_up_the_socket(self) -> None:
        asyncio.run_coroutine_threadsafe(self._socket.close(), self._loop).result(_WITHIN_SECONDS)

    def is_accepted(self, **user_data: Any) -> None:
        self.receives("connection")
        self.sends("getUserData", user_data)

    def calls(self) -> Call:
        return Call(self, self.receives("call"))


class Call:
    def __init__(self, visitor: Visitor, asked: dict[str, Any]) -> None:
        self._visitor, self.asked = visitor, asked

    def becomes(self, status: str, message: str = "") -> None:
        names = {"TRYING": "notifyTryingResponse", "RING": "ring", "ESTABLISHED": "talk"}
        self._visitor.sends(
            names.get(status, "finish"), {"callId": self.asked["callId"], "status": status}
        )


class FakeWcs:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._visitors: queue.Queue[Visitor] = queue.Queue()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> FakeWcs:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(
            _WITHIN_SECONDS
        )
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(_WITHIN_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WITHIN_SECONDS)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def visitor(self) -> Visitor:
        return self._visitors.get(timeout=_WITHIN_SECONDS)

    def nobody_came(self) -> bool:
        return self._visitors.empty()

    async def _listen(self) -> int:
        application = web.Application()
        application.router.add_get("/", self._connected)
        self._runner = web.AppRunner(application, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return self._runner.addresses[0][1]

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        visitor = Visitor(socket, self._loop)
        self._visitors.put(visitor)
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                message = json.loads(frame.data)
                visitor.received.put((message["message"], message["data"][0]))
        visitor.received.put(("gone", None))
        return socket
