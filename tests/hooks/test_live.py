"""The live page: a real gunicorn, a real LISTEN/NOTIFY, and somebody who looks."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from hooks.calls.live import listening
from hooks.calls.live.changes import LiveChange, read_changes_since
from hooks.calls.live.listening import Listener, TooManyViewers
from hooks.database import parameters
from hooks.models import Call, Event
from hooks.reasons import Reason
from tenants.models import Tenant
from tests.manager import assert_tells_nothing, change, signed_in

STREAM = reverse("admin:hooks_call_live_stream")
WAIT = 10  # seconds: far more than it takes, so that a slow machine does not fail


class Stream:
    """The server-sent events of one connection, as a browser reads them."""

    def __init__(self, gateway, client, after=None, last_event=None):
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = {"Cookie": cookies} | (
            {"Last-Event-ID": str(last_event)} if last_event is not None else {}
        )
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=WAIT)
        self.connection.request(
            "GET", STREAM + (f"?after={after}" if after is not None else ""), headers=headers
        )
        self.response = self.connection.getresponse()
        self.last_event = None

    def messages(self):
        fields = {}
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                yield fields
                fields = {}

    def changes(self):
        for message in self.messages():
            if message.get("event") == "change":
                self.last_event = int(message["id"])
                yield json.loads(message["data"])

    def until(self, state, kind=""):
        for told in self.changes():
            if told["state"].startswith(state) and told["key"].startswith(kind):
                return told
        raise AssertionError(f"the stream ended before {state}")

    def close(self):
        self.response.close()
        self.connection.close()


def status(gateway, client):
    stream = Stream(gateway, client)
    stream.close()
    return stream.response.status


@contextmanager
def looking(gateway, client, **more):
    stream = Stream(gateway, client, **more)
    try:
        assert stream.response.status == 200
        assert next(stream.messages())["retry"]  # it has joined
        yield stream
    finally:
        stream.close()


def last_event():
    return Event.objects.latest("id").pk if Event.objects.exists() else 0


def listeners():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s",
            [listening.APPLICATION_NAME],
        )
        return cursor.fetchone()[0]


@pytest.mark.proof
def test_a_call_is_told_as_it_goes_on(gateway, manager, acme):
    with looking(gateway, manager) as stream:
        assert stream.response.getheader("Content-Type") == "text/event-stream"
        assert stream.response.getheader("X-Accel-Buffering") == "no"
        acme.connected()
        told = stream.until("connecting")
        assert told["title"] == "session from https://www.acme.example"
        assert told["tenant"] == "acme"
        acme.post("call", callee="sales", callId="c")
        call = stream.until("asked for")
        assert call["title"] == "call to sales"
        assert call["address"] == change(Call.objects.get())
        for file, state in (
            ("call_ring", "ringing"),
            ("call_established", "talking"),
            ("call_finish", "hung up, talked"),
        ):
            acme.post("CallStatusEvent", file, callId="c")
            told = stream.until(state)
            assert told["key"] == call["key"]
            assert told["in_progress"] == (file != "call_finish")
            assert_tells_nothing(json.dumps(told))


def test_the_end_of_a_session_ends_its_calls_on_the_page_too(gateway, manager, acme):
    acme.connected()
    acme.post("call", callee="sales", callId="c")
    with looking(gateway, manager) as stream:
        acme.post("ConnectionStatusEvent", "connection_disconnected")
        assert stream.until("the session ended", kind="call")


def test_a_refusal_is_told_with_what_to_do(gateway, manager, acme):
    with looking(gateway, manager) as stream:
        acme.post("connect", origin="https://unknown.example")
        told = stream.until("refused")
        assert told["tenant"] == ""
        assert told["reason"] == Reason.ORIGIN_UNKNOWN.sentence
        assert "add the domain" in told["remedy"]


def test_after_a_break_what_was_missed_is_told(gateway, manager, acme):
    with looking(gateway, manager) as stream:
        acme.connected()
        stream.until("connecting")
    acme.post("call", callee="sales", callId="c")
    missed = last_event()
    with looking(gateway, manager, last_event=stream.last_event) as stream:
        assert stream.until("asked for")
        assert stream.last_event == missed
    with looking(gateway, manager, after=missed) as stream:  # as the page itself begins
        acme.post("CallStatusEvent", "call_ring", callId="c")
        assert stream.until("ringing")


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "%00", "²"])
def test_a_malformed_place_is_ignored(gateway, manager, acme, after):
    with looking(gateway, manager, after=after.replace("²", "%C2%B2")) as stream:
        acme.connected()
        assert stream.until("connecting")


def test_it_is_for_whoever_may_look(gateway, cast):
    assert status(gateway, Client()) == 302
    nobody = signed_in("manager", name="of-nobody")  # they have no tenants
    assert status(gateway, nobody) == 403
    assert nobody.get(reverse("admin:hooks_call_live")).status_code == 403
    assert status(gateway, signed_in("auditor")) == 200


def test_a_manager_is_told_only_of_their_tenants_as_it_happens(gateway, cast, acme, globex):
    with looking(gateway, signed_in("manager", cast.globex)) as stream:
        acme.connected()
        acme.post("call", callId="c", callee="sales")
        globex.connected(origin="https://globex.example:8443")
        told = next(stream.changes())
        assert told["tenant"] == "globex"


def test_whoever_signs_out_gets_no_further_connection(gateway, manager):
    with looking(gateway, manager):
        pass
    cookies = dict(manager.cookies)
    manager.logout()
    manager.cookies.load({name: morsel.value for name, morsel in cookies.items()})
    assert status(gateway, manager) == 302


def test_a_process_listens_only_while_somebody_looks(gateway, manager, acme):
    def settles(number):
        deadline = time.monotonic() + WAIT
        while listeners() != number and time.monotonic() < deadline:
            time.sleep(0.05)
        return listeners() == number

    assert settles(0)
    streams = [Stream(gateway, manager) for _ in range(6)]
    for stream in streams:
        assert next(stream.messages())["retry"]
    acme.connected()
    for stream in streams:
        assert stream.until("connecting")
    assert 1 <= listeners() <= gateway.workers, "one for each process, however many look"
    for stream in streams:
        stream.close()
    assert settles(0)


def test_the_page_shows_the_present_state_without_a_script(manager, acme):
    acme.connected()
    acme.post("call", callee="boss", callId="c")
    html = manager.get(reverse("admin:hooks_call_live")).content.decode()
    assert_tells_nothing(html)
    assert "session from https://www.acme.example" in html
    assert "Add a callee of that alias" in html
    assert re.search(rf'data-after="{last_event()}"', html)
    assert '<a href="">Refresh</a>' in html
    assert not re.search(
        r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html.partition("content-main")[2]
    ), "strict CSP"


def seen_by(tenants, *told):
    """What of these changes a viewer of these tenants is told, without a server around it."""

    async def look():
        listener = Listener()
        listener._task = asyncio.create_task(asyncio.sleep(WAIT))
        viewer = listener.join(tenants, 1)
        for one in told:
            listener._send(one)
        listener.leave(viewer)
        return [viewer.waiting.get_nowait() for _ in range(viewer.waiting.qsize())]

    return asyncio.run(look())


def test_a_manager_is_told_only_of_their_tenants():
    told = [
        LiveChange(number, tenant, {"key": str(number)})
        for number, tenant in enumerate((1, 2, None))
    ]
    assert seen_by(frozenset({1}), *told) == [told[0].message]
    assert seen_by(frozenset(), *told) == []
    assert seen_by(None, *told) == [one.message for one in told]


def test_only_the_managers_tenants_are_read_for_what_they_missed(cast, acme, globex):
    acme.connected()
    globex.connected(origin="https://globex.example:8443")
    acme.post("connect", origin="https://unknown.example")

    async def missed(tenants):
        async with await psycopg.AsyncConnection.connect(
            **parameters(), autocommit=True
        ) as connected:
            return {one.row["tenant"] for one in await read_changes_since(connected, 0, tenants)}

    assert asyncio.run(missed([Tenant.objects.get(slug="globex").pk])) == {"globex"}
    assert asyncio.run(missed(None)) == {"acme", "globex", ""}


def test_a_viewer_who_does_not_keep_up_is_dropped(monkeypatch):
    monkeypatch.setattr(listening, "MAX_WAITING", 3)

    async def look():
        viewer = listening.Viewer(None, 1)
        for number in range(4):
            viewer.send(b"%d" % number)
        await asyncio.sleep(WAIT)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(look())


@pytest.mark.parametrize(
    ("limit", "most", "users", "one_more"),
    [("MAX_VIEWERS", 1, [1], 2), ("MAX_PER_USER", 2, [1, 1, 2], 1)],
)
def test_there_are_only_so_many_viewers_and_of_nobody_all(
    monkeypatch, limit, most, users, one_more
):
    monkeypatch.setattr(listening, limit, most)

    async def look():
        listener = Listener()
        listener._task = asyncio.create_task(asyncio.sleep(WAIT))
        for user in users:
            listener.join(None, user)
        with pytest.raises(TooManyViewers):
            listener.join(None, one_more)

    asyncio.run(look())
