"""A visitor without a browser, who speaks the Web SDK's protocol and keeps every frame."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from typing import Any

import aiohttp

WAIT = 10.0  # seconds until a frame that does not come is a failure


class Visitor:
    """Blocking, so that a test reads from top to bottom; a thread reads the socket."""

    def __init__(self, url: str, origin: str | None = "https://www.acme.example") -> None:
        self.frames: list[dict[str, Any]] = []  # all of them
        self.raw = ""  # as they came, one a line
        self._unread: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._open(url, {"Origin": origin} if origin else {}))
        self._reader = asyncio.run_coroutine_threadsafe(self._read(), self._loop)

    def connect(self, app_key: str = "defaultApp", custom: Any = None, **fields: Any) -> Visitor:
        mine = {
            "appKey": app_key,
            "mediaProviders": ["WebRTC"],
            "clientVersion": "2.0",
            "clientBrowserVersion": "none",
        }
        self.send(
            "connection", {**mine, **({} if custom is None else {"custom": custom}), **fields}
        )
        return self

    def call(self, callee: str | None = None, **fields: Any) -> str:
        """The id of the call. Without an SDP nothing is heard; the signalling is the same."""
        mine = {
            "callId": str(uuid.uuid1()),
            "incoming": False,
            "hasVideo": False,
            "hasAudio": True,
            "status": "PENDING",
        }
        asked = {
            **mine,
            "mediaProvider": "WebRTC",
            **({} if callee is None else {"callee": callee}),
            **fields,
        }
        self.send("call", asked)
        return str(asked["callId"])

    def hangup(self, call_id: str) -> None:
        self.send("hangup", {"callId": call_id})

    def send(self, name: str, argument: Any) -> None:
        self.send_text(json.dumps({"message": name, "data": [argument]}))

    def send_text(self, text: str) -> None:
        self._do(self._socket.send_str(text))

    def expect(self, name: str, **fields: Any) -> Any:
        """The argument of the next frame of this name with these fields; others may come first."""
        with self._news:
            assert self._news.wait_for(lambda: self._find(name, fields) or self._closed, WAIT), (
                self._missing(name, fields)
            )
            found = self._find(name, fields)
            assert found, self._missing(name, fields)
            self._unread.remove(found)
        return found["data"][0] if found["data"] else None

    def expect_closed(self) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._closed, WAIT), "the socket stays open"

    def close(self) -> None:
        """As when the tab is closed."""
        if self._loop.is_closed():
            return
        self._do(self._socket.close())
        self._reader.result(WAIT)
        self._do(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT)
        self._loop.close()

    def _find(self, name: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        return next(
            (
                frame
                for frame in self._unread
                if frame["message"] == name and _has(frame["data"], fields)
            ),
            None,
        )

    def _missing(self, name: str, fields: dict[str, Any]) -> str:
        return f"no {name} {fields}; there came {[frame['message'] for frame in self.frames]}"

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT)

    async def _open(self, url: str, headers: dict[str, str]) -> None:
        self._client = aiohttp.ClientSession()
        self._socket = await self._client.ws_connect(url, headers=headers)

    async def _read(self) -> None:
        async for message in self._socket:
            with self._news:
                self.raw += f"{message.data}\n"
                self.frames.append(json.loads(message.data))
                self._unread.append(self.frames[-1])
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()


def _has(data: list[Any], fields: dict[str, Any]) -> bool:
    return not fields or any(
        isinstance(one, dict) and fields.items() <= one.items() for one in data[:1]
    )
