"""Posts hooks as WCS does: signed, on kept connections, repeated when a connection breaks.

Sources: docs.flashphoner.com, "REST methods", "Authorization on backend", "Sending custom error
message to a client".
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from clickhook.demo.wcs.recorder import Recorder
from hooks.wcs.model.answers import read_answer
from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.model.signature import authorization_header

TIMEOUT_SECONDS = 15.0  # rest_request_timeout
RETRIES = 3  # rest_client_request_retry_count
_HEADERS = {
    "Accept": "application/json, application/*+json",
    "Content-Type": "application/json;charset=UTF-8",
}


@dataclass(frozen=True, slots=True)
class Answer:
    fields: dict[str, Any] | None = field(default=None, repr=False)  # None: an error to WCS
    info: str = ""  # what the browser is told of the error


class RestHooks:
    def __init__(
        self, secret: str | None, record: Recorder, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._secret, self._record = secret, record
        limit = timeout or None  # 0 is no limit, as in flashphoner.properties
        self._client = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limit, sock_read=limit),
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
            headers=_HEADERS,
        )

    async def close(self) -> None:
        await self._client.close()

    async def post(self, url: str, method: str, fields: Fields) -> Answer:
        body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
        headers = {}
        if self._secret is not None:
            headers["Authorization"] = authorization_header(self._secret, body)
        noted = {"method": method, "session": fields.get("sessionId"), "call": fields.get("callId")}
        noted["state"] = fields.get("status")
        for attempt in range(1 + RETRIES):
            started = time.monotonic()
            status, answer, broke = await self._send(f"{url}/{method}", method, body, headers)
            milliseconds = round((time.monotonic() - started) * 1000, 1)
            self._record(
                "hook",
                **noted,
                status=status,
                fault=answer.info,
                milliseconds=milliseconds,
                attempt=attempt + 1,
            )
            if not broke:
                break
        return answer

    async def _send(
        self, url: str, method: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int | None, Answer, bool]:
        """Status, answer, and whether the connection broke, so that WCS would send it again."""
        try:
            async with self._client.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await response.read()
                return response.status, _read(method, response, content), False
        except TimeoutError:
            return None, Answer(info="Read timed out"), False
        except aiohttp.ClientConnectorError:
            return None, Answer(info="Connection refused"), False
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return None, Answer(info="Connection reset"), True
        except aiohttp.ClientError as error:
            return None, Answer(info=type(error).__name__), False


def _read(method: str, response: aiohttp.ClientResponse, content: bytes) -> Answer:
    fields, fault = read_answer(
        method, response.status, response.headers.get("Content-Type", ""), content
    )
    if fields is not None:
        return Answer(fields)
    return Answer(info=_reason(response, content) if response.status != 200 else fault)


def _reason(response: aiohttp.ClientResponse, content: bytes) -> str:
    """The body's own text if it has exactly the two keys, else the HTTP reason phrase."""
    try:
        given = json.loads(content) if response.content_type == "application/json" else None
    except (ValueError, RecursionError):
        given = None
    own = isinstance(given, dict) and set(given) == {"status", "reason"}
    return str(given["reason"]) if own and given else response.reason or ""
