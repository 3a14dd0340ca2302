"""GET /metrics. Whoever may not read it is told that there is nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from clickhook.door.application import Scope, Send, answer
from clickhook.health.answering import Health
from clickhook.metrics.access import may_read
from clickhook.metrics.figures import Looking
from clickhook.metrics.files import VARIABLE
from clickhook.metrics.standing import Standing

log = logging.getLogger(__name__)
PATH = "/metrics"
NO_STORE = (b"cache-control", b"no-store")


class MetricsPage:
    """However many ask at once, it is made once; reading the files has a thread of its own."""

    def __init__(self, health: Health) -> None:
        self._health, self._looking = health, Looking()
        self._thread = ThreadPoolExecutor(1, "metrics")
        self._making: asyncio.Task[bytes] | None = None

    async def answer(self, scope: Scope, send: Send) -> None:
        if not may_read(scope, settings.CLICKHOOK_METRICS_ALLOW):
            return await _say(send, HTTPStatus.NOT_FOUND, b"Not found\n")
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
        try:
            text = await asyncio.shield(self._making)
        except (OSError, ValueError) as error:  # somebody deleted the files, or they are damaged
            log.error("the metrics cannot be read: %s", error)
            return await _say(send, HTTPStatus.INTERNAL_SERVER_ERROR, b"The files are damaged\n")
        return await _say(send, HTTPStatus.OK, text, CONTENT_TYPE_PLAIN_0_0_4)

    async def close(self) -> None:
        if self._making:
            self._making.cancel()
        await self._looking.close()
        self._thread.shutdown(wait=False)

    async def _make(self) -> bytes:
        standing = Standing(self._health.state, await self._looking.look())
        return await asyncio.get_running_loop().run_in_executor(self._thread, _render, standing)


def _render(standing: Standing) -> bytes:
    registry = CollectorRegistry()
    registry.register(standing)
    MultiProcessCollector(registry, os.environ[VARIABLE])  # type: ignore[no-untyped-call]
    return generate_latest(registry)


async def _say(send: Send, status: HTTPStatus, body: bytes, kind: str = "text/plain") -> None:
    await answer(send, status, body, [(b"content-type", kind.encode()), NO_STORE])
