"""Pages have a bound on what they do at once; beyond it they answer 503, and then work again."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from clickhook.body_limit import LARGEST
from clickhook.door import pages as bounds
from clickhook.door.pages import Pages
from clickhook.door.slots import Busy, Slots
from clickhook.door.uploads import LARGE_AT_ONCE, SMALL, SMALL_AT_ONCE, UploadBudget, announced_size

LOGIN = "/admin/login/"


class Django:
    """Works on each request until it is told to end, and knows how many it had at once."""

    def __init__(self) -> None:
        self.working = self.most = 0
        self.may_end = asyncio.Event()
        self.content_type = b"text/html"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        self.working += 1
        self.most = max(self.most, self.working)
        headers = [(b"Content-Type", self.content_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.may_end.wait()
        self.working -= 1
        await send({"type": "http.response.body", "body": b""})


class Client:
    peer = "203.0.113.1"

    def __init__(self, pages: Pages, method: str = "GET", path: str = "/admin/", **headers: str):
        self.status, self.headers = 0, {}
        named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": named}
        scope["client"] = (self.peer, 50_000)
        self.task = asyncio.create_task(pages(scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])


class SlowClient(Client):
    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(3600)
        raise AssertionError


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def pages_of(django: Django):
    pages = Pages(django)
    yield pages
    django.may_end.set()
    await settle()


def run(test) -> None:
    async def within() -> None:
        django = Django()
        async with pages_of(django) as pages:
            await test(django, pages)

    asyncio.run(within())


@pytest.mark.parametrize(
    ("method", "path", "at_once"),
    [
        ("GET", "/admin/", bounds.PAGES_AT_ONCE),
        ("POST", "/admin/tenants/tenant/add/", bounds.PAGES_AT_ONCE),
        ("POST", LOGIN, bounds.SIGN_INS_AT_ONCE),
        ("POST", "/admin/code/", bounds.SIGN_INS_AT_ONCE),
        ("GET", "/static/admin/css/base.css", bounds.FILES_AT_ONCE),
        ("GET", "/button.js", bounds.FILES_AT_ONCE),
    ],
)
def test_it_works_on_a_few_at_once_and_refuses_what_cannot_wait(method, path, at_once):
    async def test(django, pages):
        clients = [Client(pages, method, path) for _ in range(150)]
        await settle()
        refused = [client for client in clients if client.status]
        assert django.most == at_once
        assert len(refused) == 150 - bounds.WAITING
        busy = [client for client in refused if client.status == 503]
        assert len(busy) == 150 - bounds.WAITING - at_once
        assert busy[0].headers[b"retry-after"] == b"5"

        django.may_end.set()
        await asyncio.gather(*(client.task for client in clients))
        assert sum(client.status == 200 for client in clients) == bounds.WAITING + at_once
        assert django.most == at_once

    run(test)


def test_slow_pages_hold_up_neither_files_nor_signing_in():
    async def test(django, pages):
        for _ in range(150):
            Client(pages)
        await settle()
        others = [Client(pages, path="/static/x.css"), Client(pages, "POST", LOGIN)]
        await settle()
        assert [client.status for client in others] == [200, 200]

    run(test)


def test_a_live_stream_and_a_slow_upload_hold_no_slot():
    async def test(django, pages):
        django.content_type = b"text/event-stream"
        for _ in range(100):
            Client(pages)
            await settle()
        assert django.working == 100

        slow = [SlowClient(pages, "POST", "/admin/", content_length="100") for _ in range(50)]
        page = Client(pages)
        await settle()
        assert page.status == 200
        for client in slow:
            client.task.cancel()

    run(test)


def test_a_client_that_leaves_frees_no_slot_before_its_page_is_ready():
    async def test(django, pages):
        clients = [Client(pages, "POST", LOGIN) for _ in range(2)]
        await settle()
        clients[0].task.cancel()
        await settle()
        assert clients[0].task.done()
        assert django.most == 1
        assert clients[1].status == 0

        django.may_end.set()
        await clients[1].task
        assert clients[1].status == 200

    run(test)


def test_held_uploads_are_bounded_and_leave_room_for_forms():
    async def test(django, pages):
        held = [
            SlowClient(pages, "POST", "/admin/", content_length=str(LARGEST)) for _ in range(200)
        ]
        await settle()
        assert sum(client.status == 0 for client in held) == LARGE_AT_ONCE // LARGEST
        assert {client.status for client in held} == {0, 503}

        form = Client(pages, "POST", "/admin/", content_length="2000")
        chunked = Client(pages, "POST", "/admin/", transfer_encoding="chunked")
        await settle()
        assert (form.status, chunked.status) == (200, 503)
        for client in held:
            client.task.cancel()

    run(test)


def test_a_budget_is_given_back():
    budget = UploadBudget()
    for _ in range(3):
        with budget.hold(LARGE_AT_ONCE), pytest.raises(Busy), budget.hold(SMALL + 1):
            pass
    with contextlib.ExitStack() as held:
        for _ in range(SMALL_AT_ONCE // SMALL):
            held.enter_context(budget.hold(SMALL))
        with pytest.raises(Busy), budget.hold(SMALL):
            pass


def test_a_body_that_does_not_say_its_size_counts_as_the_largest():
    assert announced_size([(b"transfer-encoding", b"chunked")]) == LARGEST
    assert announced_size([(b"content-length", b"12")]) == 12
    assert announced_size([]) == 0


class Manager(Client):
    peer = "198.51.100.7"


def test_whoever_comes_from_elsewhere_is_next_and_always_has_room():
    async def test(django, pages):
        flood = [Client(pages, "POST", LOGIN) for _ in range(150)]
        await settle()
        managers = [Manager(pages, "POST", LOGIN) for _ in range(2)]
        await settle()
        assert [manager.status for manager in managers] == [0, 0]
        assert sum(client.status == 503 for client in flood) == 151 - bounds.WAITING

        ended = []
        for client in [*flood, *managers]:
            client.task.add_done_callback(lambda _, client=client: ended.append(client))
        django.may_end.set()
        await asyncio.gather(*(client.task for client in [*flood, *managers]))
        answered = [client for client in ended if client.status == 200]
        assert [answered.index(manager) for manager in managers] == [2, 4]

    run(test)


def test_behind_a_proxy_the_address_is_what_the_proxy_says(settings):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1

    async def test(django, pages):
        forged = {"x_forwarded_for": "198.51.100.7, 203.0.113.1"}
        for _ in range(150):
            Client(pages, "POST", LOGIN, **forged)
        await settle()
        known = Client(pages, "POST", LOGIN, **forged)
        manager = Client(pages, "POST", LOGIN, x_forwarded_for="198.51.100.7")
        await settle()
        assert (known.status, manager.status) == (503, 0)

    run(test)


def test_many_addresses_wait_as_long_as_there_is_room():
    async def test() -> None:
        slots = Slots(1, 2, 5)
        await slots.take("a")
        first, second = (asyncio.create_task(slots.take(address)) for address in "bc")
        await settle()
        with pytest.raises(Busy):
            await slots.take("d")
        slots.give_back()
        await first
        slots.give_back()
        await second

    asyncio.run(test())


@pytest.mark.parametrize("turn_comes_first", [True, False])
def test_a_turn_that_comes_as_the_wait_ends_is_passed_on(turn_comes_first):
    async def test() -> None:
        slots = Slots(1, 2, 5)
        await slots.take("a")
        first, second = (asyncio.create_task(slots.take(address)) for address in "bc")
        await settle()
        steps = [slots.give_back, first.cancel]
        for step in steps if turn_comes_first else reversed(steps):
            step()
        await asyncio.wait_for(second, 1)
        assert first.cancelled()

    asyncio.run(test())


def test_who_waits_too_long_is_refused():
    async def wait() -> None:
        slots = Slots(1, 1, 0.05)
        await slots.take("a")
        with pytest.raises(Busy):
            await slots.take("a")
        slots.give_back()
        await slots.take("a")

    asyncio.run(wait())
