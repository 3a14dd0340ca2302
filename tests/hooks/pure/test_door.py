"""Before a hook is decided: its body is read within bounds, and parsed only if it is signed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from types import SimpleNamespace

import pytest

from hooks import views
from hooks.body import (
    MAX_PIECES,
    SMALL,
    STRANGERS_TOGETHER,
    NoRoom,
    StrangersRoom,
    TooLarge,
    read_body,
)
from hooks.methods import find
from hooks.outcome import Answer
from hooks.payloads import MAX_BYTES
from hooks.reasons import Reason
from hooks.request import HookRequest
from tests.hooks.pure.pieces import SIGNING, instance_facts
from tests.wcs import payload, sign

GOOD = json.dumps(payload("connect")).encode()
SIGNED = f"WCS {sign(SIGNING, GOOD)}"


def post(monkeypatch, instance, body: bytes, header: str) -> tuple[int, list[bytes], list]:
    """The status, what was parsed, and what was recorded of a refusal."""
    parsed, recorded = [], []

    def noticing_parse(raw: bytes, parse=views.parse):
        parsed.append(raw)
        return parse(raw)

    async def ask(key: str):
        return instance

    async def answer(hook) -> Answer:
        return Answer(Reason.ALLOWED, {})

    async def record(outcome) -> None:
        recorded.append(outcome)

    async def no_login(*credentials) -> None:
        return None

    monkeypatch.setattr(views, "parse", noticing_parse)
    monkeypatch.setattr(views, "_strangers_seen", {})
    no_logins = SimpleNamespace(check=no_login)
    known = SimpleNamespace(get=lambda key: instance, ask=ask)
    lanes = SimpleNamespace(known=known, answer=answer, record=record, logins=no_logins)
    view = views.HookView(lanes=lanes)
    headers = {b"content-type": b"application/json", b"authorization": header.encode()}
    request = HookRequest("key-of-acme", find("connect"), headers, body)
    return asyncio.run(view.dispatch(request)).status_code, parsed, recorded


def test_a_signed_body_is_parsed(monkeypatch):
    instance = instance_facts().instance

    assert post(monkeypatch, instance, GOOD, SIGNED) == (200, [GOOD], [])


@pytest.mark.parametrize("body", [GOOD, b"{", b""])
@pytest.mark.parametrize("header", ["", "WCS " + "0" * 32])
def test_a_body_that_is_not_signed_is_never_parsed(monkeypatch, body, header):
    status, parsed, recorded = post(monkeypatch, instance_facts().instance, body, header)

    reason = Reason.SIGNATURE_WRONG if header else Reason.SIGNATURE_MISSING
    assert (status, parsed) == (403, [])
    assert [outcome.answer.reason for outcome in recorded] == [reason]


def test_a_body_under_an_unknown_key_is_never_parsed(monkeypatch):
    assert post(monkeypatch, None, b"{", SIGNED) == (404, [], [])


def read(pieces: list[bytes], headers: dict[bytes, bytes] | None = None) -> tuple[bytes, int]:
    """The body, and how many pieces were taken from the server."""
    taken = 0

    async def receive():
        nonlocal taken
        taken += 1
        more = taken < len(pieces)
        return {"type": "http.request", "body": pieces[taken - 1], "more_body": more}

    try:
        return asyncio.run(read_body(receive, headers or {})), taken
    except TooLarge:
        return b"too large", taken


def test_a_body_in_pieces_is_read_once_each():
    body, taken = read([b"x"] * MAX_PIECES)

    assert (body, taken) == (b"x" * MAX_PIECES, MAX_PIECES)


def test_a_body_in_too_many_pieces_is_left():
    assert read([b"x"] * (MAX_PIECES + 100)) == (b"too large", MAX_PIECES + 1)
    assert read([b""] * (MAX_PIECES + 100)) == (b"too large", MAX_PIECES + 1)


def test_a_body_of_too_many_bytes_is_left():
    half = b"x" * (MAX_BYTES // 2)

    assert read([half, half])[1] == 2
    assert read([half, half, b"x", b"x"]) == (b"too large", 3)
    assert read([b"x"], {b"content-length": b"%d" % (MAX_BYTES + 1)}) == (b"too large", 0)
    assert read([b"x"], {b"content-length": b"%d" % MAX_BYTES}) == (b"x", 1)
    assert read([b"x"], {b"content-length": b"no number"}) == (b"x", 1)


def test_a_body_that_breaks_off_is_none():
    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(ConnectionResetError):
        asyncio.run(read_body(receive, {}))


def test_large_bodies_of_strangers_have_a_room_together():
    room = StrangersRoom()
    with contextlib.ExitStack() as held:
        for _ in range(STRANGERS_TOGETHER // MAX_BYTES):
            take = held.enter_context(room.hold())
            take(MAX_BYTES // 2)
            take(MAX_BYTES)
        take = held.enter_context(room.hold())
        take(SMALL)
        with pytest.raises(NoRoom):
            take(SMALL + 1)

    with room.hold() as take:
        take(MAX_BYTES)


def test_a_body_tells_how_large_it_is_by_now():
    told: list[int] = []
    messages = iter([(b"xx", True), (b"", True), (b"xxx", False)])

    async def receive():
        body, more = next(messages)
        return {"type": "http.request", "body": body, "more_body": more}

    assert asyncio.run(read_body(receive, {}, told.append)) == b"xxxxx"
    assert told == [2, 2, 5]
