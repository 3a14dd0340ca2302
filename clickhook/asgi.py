"""One application: the hooks on the event loop, everything else in ordinary Django."""

from __future__ import annotations

import gc
import os
import sys
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.core.asgi import get_asgi_application

from clickhook.metrics import files

files.begin()  # before what counts is loaded
_django = get_asgi_application()

from clickhook.body_limit import bounded  # noqa: E402 - needs the apps
from clickhook.door.application import answer, without_body  # noqa: E402 - needs the apps
from clickhook.door.pages import Pages  # noqa: E402 - needs the apps
from clickhook.door.visits import Visits  # noqa: E402 - needs the apps
from clickhook.health.answering import PATHS, Health  # noqa: E402 - needs the apps
from clickhook.metrics import page  # noqa: E402 - needs the apps
from clickhook.pooling import find_problem_soon  # noqa: E402 - needs the apps
from clickhook.served_paths import is_served  # noqa: E402 - needs the apps
from hooks.body import Receive  # noqa: E402 - needs the apps
from hooks.duties.running import Duties  # noqa: E402 - needs the apps
from hooks.gateway import Gateway, Scope, Send  # noqa: E402 - needs the apps
from hooks.lanes import Lanes  # noqa: E402 - needs the apps
from hooks.tickets.office import TicketOffice  # noqa: E402 - needs the apps
from tenants.secrets.encryption import KeyRingError  # noqa: E402

# Seconds after which a thread gives way to another. At Python's 5 ms, hooks would wait that long,
# several times each, for a file that a manager imports in the same process.
sys.setswitchinterval(0.0005)

# Loaded before gunicorn makes its workers, because they share the hasher's lock.
get_hashers()

NOTHING_HERE = b"There is nothing at this address.\n"

# Whitenoise hands static files to Django piece by piece, and Django warns for each of them.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")


class Application:
    def __init__(self) -> None:
        self._gateway: Gateway | None = None
        self._office: TicketOffice | None = None
        self._visits = Visits()
        self._health = Health()
        self._side = settings.CLICKHOOK_SERVES
        self._metrics = page.MetricsPage(self._health)
        self._pages = Pages(_django)  # type: ignore[arg-type]  # its messages may be read-only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope.get("method") == "HEAD":
            send = without_body(send)  # type: ignore[assignment]  # messages may be read-only
        if self._gateway and self._is_hook(scope):
            return await self._gateway(scope, receive, send)
        await self._visits.take_turn(scope)
        return await self._visit(scope, receive, send)

    async def _visit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})
        if scope["path"] in PATHS:
            return await self._health.answer(scope, send)
        if scope["path"] == page.PATH:
            return await self._metrics.answer(scope, send)
        if not is_served(scope["path"], self._side):
            return await answer(send, HTTPStatus.NOT_FOUND, NOTHING_HERE, [])
        if self._office and scope["path"].lstrip("/").startswith("tickets/"):
            return await self._office(scope, receive, send)
        return await bounded(self._pages, dict(scope), receive, send)

    def _is_hook(self, scope: Scope) -> bool:
        path = scope["path"]
        is_asked = scope["type"] == "http" and path.lstrip("/").startswith("hooks/")
        return is_asked and is_served(path, self._side)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            lanes = Lanes()
            self._gateway = Gateway(lanes)
            self._office = office = TicketOffice()
        except KeyRingError as error:
            return await _refuse_to_start(send, f"CLICKHOOK_ENCRYPTION_KEYS: {error}")
        if problem := await find_problem_soon():
            return await _refuse_to_start(send, problem)

        duties = Duties(lanes)
        lanes.start()
        await self._health.start(lanes.spool)
        duties.start()
        gc.collect()
        gc.freeze()  # what is loaded stays: looking through it again cost a tenth of a hook
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await duties.stop()
        await self._health.stop()
        await self._metrics.close()
        await office.close()
        await lanes.stop()
        return await send({"type": "lifespan.shutdown.complete"})


async def _refuse_to_start(send: Send, message: str) -> None:
    await send({"type": "lifespan.startup.failed", "message": message})


application = Application()
