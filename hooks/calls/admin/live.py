"""The live page: sessions and calls as they happen, and the stream that feeds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.contrib import admin
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse

from hooks.calls.admin.hers import parts
from hooks.calls.admin.paging import newest
from hooks.calls.live import changes
from hooks.calls.live.changes import Change
from hooks.calls.live.listening import LISTENER, TooManyViewers
from hooks.database import parameters
from hooks.models import Event
from tenants.scope import scope_of
from tenants.sign_in.ending import unattended

# Then the page connects anew, and is asked who is there: so an ended session, or a tenant taken away, ends it in time.
LIFETIME = 45.0  # seconds
HEARTBEAT = 10.0  # seconds
AGAIN_AFTER = 250  # milliseconds
FULL = "You look at this page already in too many windows, or too many people do. Refresh it to see how things stand."


def page(request: HttpRequest) -> HttpResponse:
    after = _last_event()
    events = Event.objects.visible_to(request.user)
    latest = newest(
        events.only("pk", "received_at"), "received_at", parts(events, request.user), None
    ).rows
    context = {
        **admin.site.each_context(request),
        "title": "Live: sessions and calls as they happen",
        "rows": [change.row for change in reversed(_changes([event.pk for event in latest]))],
        "after": after,
    }
    return TemplateResponse(request, "hooks/live.html", context)


@unattended
def stream(request: HttpRequest) -> HttpResponseBase:
    tenants = _tenants(request)
    user = int(request.user.pk or 0)
    if LISTENER.is_full_for(user):
        return HttpResponse(FULL, content_type="text/plain", status=503)
    asked = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(
        _messages(tenants, user, after), content_type="text/event-stream", headers=headers
    )


def _tenants(request: HttpRequest) -> frozenset[int] | None:
    """None: everybody's."""
    visible = scope_of(request.user).visible
    return None if visible is None else frozenset(visible)


async def _messages(
    tenants: frozenset[int] | None, user: int, after: int | None
) -> AsyncIterator[bytes]:
    # Django keeps a connection for each request until it ends: this one lasts, and needs none any more.
    await sync_to_async(connections.close_all)()
    try:
        viewer = LISTENER.join(tenants, user)
    except TooManyViewers:
        return
    try:
        yield f"retry: {AGAIN_AFTER}\n\n".encode()
        for change in await _missed(tenants, after):
            yield change.message
        ends = asyncio.get_running_loop().time() + LIFETIME
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            try:
                async with asyncio.timeout(min(left, HEARTBEAT)):
                    message = await viewer.waiting.get()
            except TimeoutError:
                message = b": still here\n\n"
            yield message
    finally:
        LISTENER.leave(viewer)


async def _missed(tenants: frozenset[int] | None, after: int | None) -> list[Change]:
    if after is None or tenants == frozenset():
        return []
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as connected:
        return await changes.since(connected, after, None if tenants is None else sorted(tenants))


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute(changes.LAST)
        return int(cursor.fetchone()[0])


def _changes(events: list[Any]) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(changes.OF, {"events": events})
        names = [column.name for column in cursor.description]
        found = (SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())
        return changes.newest_of_each(found)
