"""WCS's own REST API, for the backend: what lives, data for a page, and the end of a call or a session.

Sources: docs.flashphoner.com, "REST API", overview, methods and examples; @flashphoner/websdk, rest-module.js.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

if TYPE_CHECKING:
    from clickhook.demo.wcs.node import Node

Fields = dict[str, Any]
T = TypeVar("T")
Method = Callable[["Node", Fields], Awaitable[list[Fields] | None]]


class NotFound(Exception):
    """There is no such call or session."""


def routes(node: Node) -> list[web.RouteDef]:
    return [
        web.post(f"/rest-api/{path}", _handler(node, path, method))
        for path, method in _METHODS.items()
    ]


def _handler(
    node: Node, path: str, method: Method
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        response = await _answer(node, method, request)
        node.record("rest", path=path, status=response.status)
        return response

    return handle


async def _answer(node: Node, method: Method, request: web.Request) -> web.Response:
    if not _may(node, request.headers.get("Authorization", "")):
        return web.Response(
            status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="WCS"'}
        )
    try:
        fields = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return web.Response(status=HTTPStatus.BAD_REQUEST)
    try:
        found = await method(node, fields)
    except NotFound:
        return web.Response(status=HTTPStatus.NOT_FOUND)
    return web.Response() if found is None else web.json_response(found)


def _may(node: Node, header: str) -> bool:
    if node.setup.rest_user is None:
        return True
    scheme, _, given = header.partition(" ")
    try:
        credentials = base64.b64decode(given, validate=True)
    except binascii.Error:
        return False
    wanted = f"{node.setup.rest_user}:{node.setup.rest_password}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(credentials, wanted)


async def _connections(node: Node, fields: Fields) -> list[Fields]:
    """With the SIP password, as WCS's documentation shows it."""
    return _some([session.connection for session in node.sessions.values() if session.connection])


async def _calls(node: Node, fields: Fields) -> list[Fields]:
    return _some([call.fields for call in node.calls])


async def _terminate_connection(node: Node, fields: Fields) -> None:
    session = node.sessions.get(str(fields.get("sessionId")))
    if session is None:
        raise NotFound
    session.tasks.spawn(session.close())


async def _terminate_call(node: Node, fields: Fields) -> None:
    for call in _some([call for call in node.calls if call.id == fields.get("callId")]):
        await call.hang_up()


async def _send_data(node: Node, fields: Fields) -> None:
    """To one session, or to several, of which those that are there get it."""
    many = fields.get("sessionIds")
    ids = many if isinstance(many, list) else [fields.get("sessionId")]
    told = {name: fields.get(name) for name in ("operationId", "payload")}
    for session in _some([node.sessions[str(name)] for name in ids if str(name) in node.sessions]):
        await session.tell("OnDataEvent", {**session.context, **told})


def _some(found: list[T]) -> list[T]:
    if not found:
        raise NotFound
    return found


_METHODS: dict[str, Method] = {
    "connection/find_all": _connections,
    "connection/terminate": _terminate_connection,
    "call/find_all": _calls,
    "call/terminate": _terminate_call,
    "data/send": _send_data,
}
