"""Django's pages, bounded: threads, database connections, password hashes and uploads at once."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse

from clickhook.api.problems import MEDIA_TYPE, Kind, Problem, is_api, problem_bytes
from clickhook.door.application import App, Message, Receive, Send, answer
from clickhook.door.slots import Busy, Slots
from clickhook.door.uploads import UploadBudget, announced_size
from clickhook.door.visits import visitor_address

# Each page at work has one thread and at most one database connection.
PAGES_AT_ONCE = 4
FILES_AT_ONCE = 4
API_AT_ONCE = 2  # so that programs keep no person out
SIGN_INS = ("login", "code", "enrol", "passkey")
SIGN_INS_AT_ONCE = 1  # each hashes a password, which keeps one processor busy
WAITING = 32  # requests for each of these
WAIT = 5.0  # seconds

BUSY = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Too busy at the moment</title>
<h1>Too busy at the moment</h1>
<p>The gateway works on too many pages at once. Wait a few seconds, then load this page again.</p>
</html>
"""
DISCONNECT = {"type": "http.disconnect"}


class Pages:
    def __init__(self, django: App) -> None:
        self._django = django
        self._pages = Slots(PAGES_AT_ONCE, WAITING, WAIT)
        self._files = Slots(FILES_AT_ONCE, WAITING, WAIT)
        self._api = Slots(API_AT_ONCE, WAITING, WAIT)
        self._sign_ins = Slots(SIGN_INS_AT_ONCE, WAITING, WAIT)
        self._uploads = UploadBudget()
        self._visits: set[asyncio.Task[None]] = set()
        self._sign_in_paths = {reverse(f"admin:{name}") for name in SIGN_INS}
        self._provider_path = reverse("admin:sso")
        self._file_paths = (f"/{settings.STATIC_URL.strip('/')}/", "/button.js")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """A client that leaves frees no slot: the thread works until its page is ready."""
        visit = asyncio.create_task(self._serve(scope, receive, send))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        await asyncio.shield(visit)

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        visit = _Visit(self._slots_for(scope), visitor_address(scope), receive, send)
        try:
            with self._uploads.hold(announced_size(scope["headers"])):
                await self._django(scope, visit.receive, visit.send)
        except Busy:
            visit.was_refused = True
        finally:
            visit.give_back()
        if visit.was_refused:
            await _refuse(scope["path"], send)

    def _slots_for(self, scope: dict[str, Any]) -> Slots:
        if scope["path"].startswith(self._file_paths):
            return self._files
        if is_api(scope["path"]):
            return self._api
        is_form = scope["method"] == "POST" and scope["path"] in self._sign_in_paths
        # Both ways wait for the provider's answers.
        is_sign_in = is_form or scope["path"].startswith(self._provider_path)
        return self._sign_ins if is_sign_in else self._pages


class _Visit:
    """One request: it takes a slot when its body is complete, so a slow upload holds none."""

    def __init__(self, slots: Slots, address: str, receive: Receive, send: Send) -> None:
        self._slots, self._address = slots, address
        self._receive, self._send = receive, send
        self._is_complete = self._holds_slot = False
        self.was_refused = False

    async def receive(self) -> Message:
        message = await self._receive()
        if self._is_complete or message["type"] != "http.request" or message.get("more_body"):
            return message

        self._is_complete = True
        try:
            await self._slots.take(self._address)
        except Busy:
            self.was_refused = True
            return dict(DISCONNECT)  # Django drops the request, and has not begun to answer
        self._holds_slot = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_stream(message):
            self.give_back()  # the live page's stream lasts, on the event loop
        await self._send(message)

    def give_back(self) -> None:
        if self._holds_slot:
            self._holds_slot = False
            self._slots.give_back()


def _is_stream(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in message["headers"]
    )


async def _refuse(path: str, send: Send) -> None:
    body, media_type = BUSY, "text/html; charset=utf-8"
    if is_api(path):
        body, media_type = problem_bytes(Problem(Kind.BUSY)), MEDIA_TYPE
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-security-policy", b"default-src 'none'"),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"%d" % WAIT),
    ]
    await answer(send, HTTPStatus.SERVICE_UNAVAILABLE, body, headers)
