"""The stand-in's REST API with many visitors, as a process: `python -m tests.duties.crowd`."""

from __future__ import annotations

import argparse
from typing import Any

from aiohttp import web

from clickhook.demo.wcs.rest_api import RestApi
from clickhook.demo.wcs.setup import Setup
from clickhook.demo.wcs.streams import Streams


class Page:
    """A visitor's, which gets what WCS tells it."""

    def __init__(self, number: int) -> None:
        self.context = {"sessionId": f"session-{number}"}
        self.connection = {"sessionId": f"session-{number}"}
        self.calls: list[Any] = []
        self.told: list[str] = []

    async def tell(self, name: str, fields: dict[str, Any]) -> None:
        self.told.append(fields["payload"]["text"])


def make_app(pages: int, knows_lists: bool) -> web.Application:
    sessions: Any = {f"session-{number}": Page(number) for number in range(pages)}

    @web.middleware
    async def as_built(request: web.Request, handler: Any) -> web.StreamResponse:
        if not knows_lists and b'"sessionIds"' in await request.read():
            return web.Response(status=400)
        response: web.StreamResponse = await handler(request)
        return response

    async def tell_how_many(request: web.Request) -> web.Response:
        return web.json_response([len(page.told) for page in sessions.values()])

    app = web.Application(client_max_size=1024**2, middlewares=[as_built])
    setup = Setup(applications={}, secret=None)
    api = RestApi(setup, _forget, sessions, Streams(with_media=False))
    app.router.add_routes([*api.routes, web.get("/told", tell_how_many)])
    return app


def _forget(event: str, /, **fields: Any) -> None:
    """Nobody reads what happens here."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("pages", type=int)
    parser.add_argument("--one-by-one", action="store_true", help="a build that knows no lists")
    given = parser.parse_args()
    app = make_app(given.pages, not given.one_by_one)
    web.run_app(app, host="127.0.0.1", port=given.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
