"""WCS's own REST API, for the backend: it lists what lives, sends data, ends a call or a session.

Sources: docs.flashphoner.com, "REST API", overview, methods and examples; @flashphoner/websdk,
rest-module.js.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web

from clickhook.demo.wcs.recorder import Recorder
from clickhook.demo.wcs.session import Session
from clickhook.demo.wcs.setup import Setup
from clickhook.demo.wcs.streams import BY_REST, Streams

Fields = dict[str, Any]
Sessions = Mapping[str, Session]
Method = Callable[[Sessions, Fields], Awaitable[list[Fields] | None]]
T = TypeVar("T")


class NotFound(Exception):
    """There is no such call, stream or session."""


class RestApi:
    def __init__(
        self, setup: Setup, record: Recorder, sessions: Sessions, streams: Streams
    ) -> None:
        self._user, self._password = setup.rest_user, setup.rest_password
        self._record, self._sessions = record, sessions
        self._methods = _METHODS | {
            "stream/find_all": partial(_find_streams, streams),
            "stream/find": partial(_find_streams, streams),
            "stream/terminate": partial(_terminate_streams, streams),
        }

    @property
    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/rest-api/{path}", self._make_handler(path, method))
            for path, method in self._methods.items()
        ]

    def _make_handler(
        self, path: str, method: Method
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            response = await self._answer(method, request)
            self._record("rest", path=path, status=response.status)
            return response

        return handle

    async def _answer(self, method: Method, request: web.Request) -> web.Response:
        if not self._allows(request.headers.get("Authorization", "")):
            return web.Response(
                status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="WCS"'}
            )
        fields = _read_object(await request.read())
        if fields is None:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            listed = await method(self._sessions, fields)
        except NotFound:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response() if listed is None else web.json_response(listed)

    def _allows(self, header: str) -> bool:
        if self._user is None:
            return True
        scheme, _, encoded = header.partition(" ")
        try:
            credentials = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        expected = f"{self._user}:{self._password}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(credentials, expected)


def _read_object(body: bytes) -> Fields | None:
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


async def _list_connections(sessions: Sessions, fields: Fields) -> list[Fields]:
    """With the SIP password, as WCS's documentation shows it."""
    connections = [session.connection for session in sessions.values() if session.connection]
    return _require_any(connections)


async def _list_calls(sessions: Sessions, fields: Fields) -> list[Fields]:
    calls = [call.fields for session in sessions.values() for call in session.calls]
    return _require_any(calls)


async def _find_calls(sessions: Sessions, fields: Fields) -> list[Fields]:
    call_id = fields.get("callId")
    calls = [call.fields for one in sessions.values() for call in one.find_calls(call_id)]
    return _require_any(calls)


async def _terminate_connection(sessions: Sessions, fields: Fields) -> None:
    session = sessions.get(str(fields.get("sessionId")))
    if session is None:
        raise NotFound
    session.tasks.spawn(session.close())


async def _terminate_call(sessions: Sessions, fields: Fields) -> None:
    call_id = fields.get("callId")
    calls = [call for session in sessions.values() for call in session.find_calls(call_id)]
    for call in _require_any(calls):
        await call.hang_up()


async def _send_data(sessions: Sessions, fields: Fields) -> None:
    """To one session, or to several; whoever is not there is left out."""
    many = fields.get("sessionIds")
    ids = many if isinstance(many, list) else [fields.get("sessionId")]
    receivers = [sessions[str(session_id)] for session_id in ids if str(session_id) in sessions]

    data = {name: fields.get(name) for name in ("operationId", "payload")}
    for session in _require_any(receivers):
        await session.tell("OnDataEvent", {**session.context, **data})


async def _find_streams(streams: Streams, sessions: Sessions, fields: Fields) -> list[Fields]:
    return _require_any([stream.fields for stream in streams.find(fields)])


async def _terminate_streams(streams: Streams, sessions: Sessions, fields: Fields) -> None:
    await streams.end(_require_any(streams.find(fields)), BY_REST)


def _require_any(items: list[T]) -> list[T]:
    """Raises NotFound."""
    if not items:
        raise NotFound
    return items


_METHODS: dict[str, Method] = {
    "connection/find_all": _list_connections,
    "connection/terminate": _terminate_connection,
    "call/find": _find_calls,
    "call/find_all": _list_calls,
    "call/terminate": _terminate_call,
    "data/send": _send_data,
}
