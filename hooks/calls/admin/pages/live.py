"""The live page: the calls that are alive, what happens, and the stream that feeds both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import admin
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse

from hooks import primary
from hooks.calls.admin.lists.paging import newest_page
from hooks.calls.admin.lists.visible_parts import visible_parts
from hooks.calls.live.board import read_board
from hooks.calls.live.changes import (
    LAST_EVENT,
    THESE_EVENTS,
    LiveChange,
    newest_changes,
    read_changes_since,
)
from hooks.calls.live.listening import LISTENER, TooManyViewers, Viewer
from hooks.calls.live.streams import read_living_streams
from hooks.models import Event
from tenants.models import Tenant
from tenants.scope import Scope, scope_of
from tenants.sign_in.ending import unattended

# Then the page reconnects, and the session and the tenants are checked anew: so the stream ends
# soon after a sign-out, or after a tenant was taken away.
LIFETIME_SECONDS = 45.0
HEARTBEAT_SECONDS = 10.0
RECONNECT_MILLISECONDS = 250
TOO_MANY = (
    "You have this page open in too many windows, or too many people have. "
    "Refresh it to see the present state."
)


def live_page(request: HttpRequest) -> HttpResponse:
    after = _last_event()
    events = Event.objects.visible_to(request.user)
    newest = newest_page(
        events.only("pk", "received_at"), "received_at", visible_parts(events, request.user), None
    ).rows
    changes = _read_changes([event.pk for event in newest])

    context = {
        **admin.site.each_context(request),
        **_board_context(request),
        "title": "Live: calls and sessions as they happen",
        "rows": [change.row for change in reversed(changes)],
        "after": after,
    }
    return TemplateResponse(request, "hooks/live.html", context)


@unattended
def live_board(request: HttpRequest) -> HttpResponse:
    """The board alone, which the page reads anew with each connection to the stream."""
    headers = {"Cache-Control": "no-store"}
    return TemplateResponse(
        request, "hooks/live_board.html", _board_context(request), headers=headers
    )


@unattended
def live_stream(request: HttpRequest) -> HttpResponseBase:
    visible = scope_of(request.user).visible
    tenants = None if visible is None else frozenset(visible)
    user = int(request.user.pk or 0)
    if LISTENER.is_full_for(user):
        return HttpResponse(TOO_MANY, content_type="text/plain", status=503)

    return StreamingHttpResponse(
        _stream_messages(tenants, user, _last_seen_event(request)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _board_context(request: HttpRequest) -> dict[str, Any]:
    scope = scope_of(request.user)
    return {
        "board": read_board(scope.visible),
        "streams": read_living_streams(scope.visible),
        "now": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "may_change": _changeable_slugs(scope),
    }


def _changeable_slugs(scope: Scope) -> str:
    """Whose calls the person may end: short names with spaces between, or * for everybody's."""
    if scope.changeable is None:
        return "*"
    tenants = Tenant.objects.filter(pk__in=scope.changeable)
    return " ".join(tenants.values_list("slug", flat=True))


def _last_seen_event(request: HttpRequest) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def _stream_messages(
    tenants: frozenset[int] | None, user: int, after: int | None
) -> AsyncIterator[bytes]:
    # Django keeps a connection for each request until it ends: this one lasts, and needs none.
    await sync_to_async(connections.close_all)()
    try:
        viewer = LISTENER.join(tenants, user)
    except TooManyViewers:
        return

    try:
        yield f"retry: {RECONNECT_MILLISECONDS}\n\n".encode()
        for change in await _missed_changes(tenants, after):
            yield change.message

        ends = asyncio.get_running_loop().time() + LIFETIME_SECONDS
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            yield await _next_message(viewer, min(left, HEARTBEAT_SECONDS))
    finally:
        LISTENER.leave(viewer)


async def _missed_changes(tenants: frozenset[int] | None, after: int | None) -> list[LiveChange]:
    if after is None or tenants == frozenset():
        return []

    async with await primary.connect() as async_connection:
        return await read_changes_since(
            async_connection, after, None if tenants is None else sorted(tenants)
        )


async def _next_message(viewer: Viewer, seconds: float) -> bytes:
    """A change, or a comment after so many seconds without one."""
    try:
        async with asyncio.timeout(seconds):
            return await viewer.waiting.get()
    except TimeoutError:
        return b": still here\n\n"


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST_EVENT)
        return int(cursor.fetchone()[0])


def _read_changes(events: list[int]) -> list[LiveChange]:
    with connection.cursor() as cursor:
        cursor.execute(THESE_EVENTS, {"events": events})
        names = [column.name for column in cursor.description]
        return newest_changes(
            SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()
        )
