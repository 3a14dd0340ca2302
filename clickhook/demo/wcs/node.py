"""The stand-in as a whole: one WCS node with its applications, its browsers and its SIP stack."""

from __future__ import annotations

import asyncio
import importlib
import secrets
from dataclasses import dataclass, field

from aiohttp import web

from clickhook.demo.wcs.call import Call
from clickhook.demo.wcs.record import Record
from clickhook.demo.wcs.rest_api import routes
from clickhook.demo.wcs.rest_hooks import TIMEOUT, RestHooks
from clickhook.demo.wcs.session import Session
from clickhook.demo.wcs.sip import SipStack

DEFAULT_APP = "defaultApp"
_MAX_FRAME = 1024 * 1024
_ENDING = 5.0  # seconds for what lives to end at a stop
_CLOSING = 2.0  # seconds for a browser to answer that its socket is closed


@dataclass(frozen=True, slots=True)
class Setup:
    applications: dict[str, str]  # appKey: the address to which its hooks are posted
    secret: str | None = field(repr=False)  # None: hooks are not signed
    host: str = "127.0.0.1"
    port: int = 0  # 0: a free one
    timeout: float = TIMEOUT  # seconds; 0: none
    out_of_order: bool = False
    media: bool = True
    rest_user: str | None = None  # None: the REST API is open to everybody, as WCS's is by default
    rest_password: str = field(default="", repr=False)


class Node:
    """`await start()` in a running event loop, `await stop()` at the end. There is one in a process."""

    def __init__(self, setup: Setup, record: Record) -> None:
        self.setup, self.record = setup, record
        self.id = f"{secrets.token_hex(16)}@127.0.0.1"
        self.sip = SipStack(record)
        self.sessions: dict[str, Session] = {}
        self.port = setup.port

    @property
    def calls(self) -> list[Call]:
        return [call for session in self.sessions.values() for call in session.calls]

    def application(self, app_key: object) -> str | None:
        return self.setup.applications.get(app_key) if isinstance(app_key, str) else None

    async def start(self) -> None:
        """Raises OSError where the address cannot be listened at."""
        if self.setup.media:
            importlib.import_module(
                "clickhook.demo.wcs.media"
            )  # slow, so not in the middle of a call
        self.hooks = RestHooks(self.setup.secret, self.record, self.setup.timeout)
        app = web.Application(client_max_size=_MAX_FRAME)
        app.router.add_get("/", self._browser)
        app.router.add_routes(routes(self))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_ENDING)
        await self._runner.setup()
        await self.sip.start()
        try:
            await web.TCPSite(self._runner, self.setup.host, self.setup.port).start()
        except OSError:
            await self.stop()
            raise
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await asyncio.gather(*(session.close() for session in list(self.sessions.values())))
        await self._runner.cleanup()
        await self.hooks.close()
        await self.sip.close()

    async def _browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=_CLOSING, max_msg_size=_MAX_FRAME)
        await socket.prepare(request)
        session = Session(self, socket, request.headers.get("Origin"))
        self.sessions[session.id] = session
        self.record("opened", session=session.id)
        try:
            await session.run()
        finally:
            del self.sessions[session.id]
            self.record("ended", session=session.id)
        return socket
