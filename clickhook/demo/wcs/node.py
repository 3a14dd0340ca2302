"""The stand-in as a whole: one WCS node with its applications, its browsers and its SIP stack."""

from __future__ import annotations

import asyncio
import importlib
import secrets

from aiohttp import web

from clickhook.demo.wcs.conversation import converse
from clickhook.demo.wcs.recorder import Recorder
from clickhook.demo.wcs.rest_api import RestApi
from clickhook.demo.wcs.rest_hooks import RestHooks
from clickhook.demo.wcs.session import Session
from clickhook.demo.wcs.setup import Equipment, Setup
from clickhook.demo.wcs.sip import SipStack
from clickhook.demo.wcs.streams import Streams

_MAX_FRAME_BYTES = 1024 * 1024
_STOPS_WITHIN_SECONDS = 5.0
_CLOSES_WITHIN_SECONDS = 2.0  # a browser's answer to the closing of its socket


class Node:
    """`await start()` in a running event loop, `await stop()` at the end. One for a process."""

    def __init__(self, setup: Setup, record: Recorder) -> None:
        self.setup, self.record = setup, record
        self.id = f"{secrets.token_hex(16)}@127.0.0.1"
        self._sip = SipStack(record)
        self.sessions: dict[str, Session] = {}
        self.streams = Streams(setup.media)
        self.port = setup.port

    async def start(self) -> None:
        """Raises OSError where the address cannot be listened at."""
        if self.setup.media:
            # Slow to load, so not in the middle of a call.
            importlib.import_module("clickhook.demo.wcs.media")
            importlib.import_module("clickhook.demo.wcs.stream_media")
        self._hooks = RestHooks(self.setup.secret, self.record, self.setup.timeout)
        self._equipment = Equipment(
            self.id, self.setup, self.record, self._hooks, self._sip, self.streams
        )

        self._runner = web.AppRunner(
            self._route(), access_log=None, shutdown_timeout=_STOPS_WITHIN_SECONDS
        )
        await self._runner.setup()
        await self._sip.start()
        try:
            await web.TCPSite(self._runner, self.setup.host, self.setup.port).start()
        except OSError:
            await self.stop()
            raise
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await asyncio.gather(*(session.close() for session in list(self.sessions.values())))
        await self._runner.cleanup()
        await self._hooks.close()
        await self._sip.close()

    def _route(self) -> web.Application:
        app = web.Application(client_max_size=_MAX_FRAME_BYTES)
        app.router.add_get("/", self._serve_browser)
        app.router.add_routes(RestApi(self.setup, self.record, self.sessions, self.streams).routes)
        return app

    async def _serve_browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            timeout=_CLOSES_WITHIN_SECONDS, max_msg_size=_MAX_FRAME_BYTES
        )
        await socket.prepare(request)
        session = Session(self._equipment, socket, request.headers.get("Origin"))
        self.sessions[session.id] = session
        self.record("opened", session=session.id)
        try:
            await converse(session, socket)
        finally:
            del self.sessions[session.id]
            self.record("ended", session=session.id)
        return socket
