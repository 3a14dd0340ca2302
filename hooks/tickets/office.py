"""POST /tickets/<public key>: gives a ticket to a tenant's page that did a piece of work.

A page asks for a challenge (GET), solves it, and posts the solution. After its call it may post to
/tickets/<public key>/quality, with the ticket, how well the call came through. Where no call comes
about, it may post to /tickets/<public key>/callback, after the same work, who wants to be called
back. Only pages of the tenant's origins can read the answers.
"""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
from django.conf import settings

from hooks.body import Receive, TooLarge, read_body
from hooks.clock import clock
from hooks.database import DatabaseAway
from hooks.gateway import Scope, Send
from hooks.hook import list_covering
from hooks.reasons.neutral import refusal
from hooks.statements.calling_back import ASK_TO_BE_CALLED_BACK
from hooks.statements.issuing import ASK_FOR_TICKET
from hooks.statements.noting import NOTE_QUALITY
from hooks.tickets.callback import BadCallback, Callback, read_callback
from hooks.tickets.challenge import Solved, is_solved, make_challenge, open_solution
from hooks.tickets.claims import ALIAS
from hooks.tickets.gateway_key import visitor_key
from hooks.tickets.offer import TicketFacts, describe_tenant, make_offer
from hooks.tickets.pace import Pace
from hooks.tickets.quality import BadReport, Report, read_report
from hooks.tickets.queries import Busy, Queries
from hooks.tickets.visitor import name_address
from tenants.origins import BadOrigin, Origin, parse
from tenants.sign_in.client_address import network_address, pick_address

log = logging.getLogger("hooks")
# A call takes two requests, and perhaps a third that asks whether the page may ask.
MOST_REQUESTS, WINDOW = 60, 60.0  # of one address, in seconds
MOST_REPORTS = 30  # of one address in the same time; they cost no ticket
LARGEST_BODY = 4 * 1024  # bytes

_POSTS = ("POST", "OPTIONS")
_KEY = "(?P<key>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PATH = re.compile(rf"/+tickets/+{_KEY}(/+(?P<what>quality|callback))?/*", re.ASCII)
_METHODS = {"": ("GET", "POST", "OPTIONS"), "quality": _POSTS, "callback": _POSTS}


class Asking(NamedTuple):
    """Who asks, and for what."""

    public_key: str
    what: str  # empty: a ticket
    origin: Origin
    address: str  # empty where a proxy told nonsense

    @property
    def purpose(self) -> dict[str, str]:
        """What a challenge is good for."""
        visitor = name_address(self.address, visitor_key())
        return {"tenant": self.public_key, "origin": str(self.origin), "visitor": visitor.id}


class Refused(Exception):
    def __init__(self, status: HTTPStatus, wait_seconds: int = 0) -> None:
        super().__init__(status)
        self.status, self.wait_seconds = status, wait_seconds


class TicketOffice:
    def __init__(self) -> None:
        self._queries = Queries(settings.CLICKHOOK_HOOK_DEADLINE)
        self._pace = Pace(MOST_REQUESTS, WINDOW)
        self._pace_of_reports = Pace(MOST_REPORTS, WINDOW)
        self._threads = ThreadPoolExecutor(1, "ticket-work")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        try:
            status, content = await self._answer(scope, headers, receive)
        except Refused as refused:
            content = orjson.dumps(refusal(refused.status))
            return await _send(send, refused.status, content, "", refused.wait_seconds)
        except ConnectionResetError:
            return None  # they left in the middle of a word
        except Exception:  # the page goes on without a ticket
            log.exception("fault in the ticket office")
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return await _send(send, status, orjson.dumps(refusal(status)), "")
        return await _send(send, status, content, origin)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._queries.close()

    async def _answer(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[HTTPStatus, bytes]:
        """Raises Refused."""
        asking = self._look_at(scope, headers)
        if scope["method"] == "OPTIONS":
            await self._ask(asking, "", None)
            return HTTPStatus.NO_CONTENT, b""
        if scope["method"] == "GET":
            facts = await self._ask(asking, _read_alias(scope), None)
            challenge = {"challenge": make_challenge(asking.purpose)}
            described = describe_tenant(facts, clock.now())
            return HTTPStatus.OK, orjson.dumps(challenge | described)
        body = await _read(receive, headers)
        if asking.what == "quality":
            await self._note(asking, body)
            return HTTPStatus.NO_CONTENT, b""
        if asking.what == "callback":
            await self._take_callback(asking, body)
            return HTTPStatus.NO_CONTENT, b""
        facts = await self._see_work(asking, body)
        visitor = name_address(asking.address, visitor_key())
        return HTTPStatus.OK, orjson.dumps(make_offer(facts, asking.origin, visitor, clock.now()))

    def _look_at(self, scope: Scope, headers: dict[bytes, bytes]) -> Asking:
        """Costs microseconds. Raises Refused."""
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        address = pick_address((scope.get("client") or [""])[0], forwarded) or ""
        match = _PATH.fullmatch(scope["path"])
        what = (match["what"] or "") if match else ""
        pace = self._pace_of_reports if what == "quality" else self._pace
        if wait := pace.wait_seconds(network_address(address) or ""):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, wait)

        if match is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        if scope["method"] not in _METHODS[what]:
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
        try:
            origin = parse(headers.get(b"origin", b"").decode("latin-1"))
        except BadOrigin as error:
            raise Refused(HTTPStatus.FORBIDDEN) from error
        return Asking(match["key"], what, origin, address)

    async def _see_work(self, asking: Asking, body: bytes) -> TicketFacts:
        """Signature and expiry, then the challenge is spent, then the work. Raises Refused."""
        alias, solved = _parse(body, asking)
        facts = await self._ask(asking, alias, solved)
        if not facts.has_spent:
            raise Refused(HTTPStatus.FORBIDDEN)

        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, is_solved, solved):
            raise Refused(HTTPStatus.FORBIDDEN)
        return facts

    async def _take_callback(self, asking: Asking, body: bytes) -> None:
        """Raises Refused."""
        callback = _parse_callback(body)
        facts = await self._see_work(asking, body)
        if facts.way_out != "callback":
            raise Refused(HTTPStatus.NOT_FOUND)

        visitor = name_address(asking.address, visitor_key()).id
        values = [facts.tenant_id, visitor, facts.alias, *callback]
        if not await self._query(ASK_TO_BE_CALLED_BACK, values):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, wait_seconds=3600)

    async def _note(self, asking: Asking, body: bytes) -> None:
        """The ticket is the proof: it leads to the one session that spent it. Raises Refused."""
        report = _parse_report(body)
        facts = await self._ask(asking, report.claims.alias, None)
        if not report.is_vouched_for(facts.tenant_id, str(asking.origin), clock.now()):
            raise Refused(HTTPStatus.FORBIDDEN)

        numbers = orjson.dumps(report.numbers).decode()
        values = [facts.tenant_id, report.claims.jti, report.call, numbers]
        if not await self._query(NOTE_QUALITY, values):
            raise Refused(HTTPStatus.NOT_FOUND)

    async def _ask(self, asking: Asking, alias: str, solved: Solved | None) -> TicketFacts:
        """Raises Refused."""
        spending = [solved.nonce, solved.expires_at] if solved else ["", 0]
        covering = list_covering(asking.origin)
        rows = await self._query(ASK_FOR_TICKET, [asking.public_key, covering, alias, *spending])
        facts = TicketFacts._make(rows[0]) if rows else None
        if facts is None or not facts.gives_tickets:
            raise Refused(HTTPStatus.NOT_FOUND)
        return facts

    async def _query(self, statement: str, values: list[Any]) -> list[Any]:
        """Raises Refused."""
        try:
            return await self._queries.ask(statement, values)
        except (DatabaseAway, Busy) as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, wait_seconds=1) from error


def _read_alias(scope: Scope) -> str:
    """Of the query string. Raises Refused."""
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("alias", [""])[0]
    return _check_alias(given)


def _check_alias(given: Any) -> str:
    """Raises Refused."""
    if given is None or given == "":
        return ""
    if not isinstance(given, str) or not ALIAS.fullmatch(given):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return given


async def _read(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Raises Refused."""
    try:
        body = await read_body(receive, headers)
    except TooLarge as error:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    if len(body) > LARGEST_BODY:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def _parse_report(body: bytes) -> Report:
    """Raises Refused."""
    try:
        return read_report(body)
    except BadReport as error:
        raise Refused(HTTPStatus.BAD_REQUEST) from error


def _parse_callback(body: bytes) -> Callback:
    """Raises Refused."""
    try:
        given = orjson.loads(body)
        return read_callback(given if isinstance(given, dict) else {})
    except (ValueError, BadCallback) as error:
        raise Refused(HTTPStatus.BAD_REQUEST) from error


def _parse(body: bytes, asking: Asking) -> tuple[str, Solved]:
    """The alias and the solution. Raises Refused."""
    try:
        given = orjson.loads(body)
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST) from error
    alias = _check_alias(given.get("alias") if isinstance(given, dict) else given)
    solved = open_solution(given)
    if solved is None or solved.purpose != asking.purpose:
        raise Refused(HTTPStatus.FORBIDDEN)
    return alias, solved


async def _send(
    send: Send, status: HTTPStatus, content: bytes, origin: str, wait_seconds: int = 0
) -> None:
    """`origin` may read the answer; empty: no page may."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"origin"),
    ]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"content-type"),
            (b"access-control-max-age", b"600"),
        ]
    if wait_seconds:
        headers.append((b"retry-after", b"%d" % wait_seconds))
    if status >= HTTPStatus.BAD_REQUEST:  # the body may not have been read
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": content})
