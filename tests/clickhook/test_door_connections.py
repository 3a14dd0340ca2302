"""The number of connections is bounded, and the end of a worker loses no request."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from clickhook.door.connections import Connections
from clickhook.door.fruitless import A_SECOND, ADDRESSES, AT_ONCE, Fruitless
from clickhook.door.protocol import DoorProtocol
from clickhook.door.worker import accept_all
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

AT_MOST = 40
PEERS = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "2001:db8:1:2::1": "2001:db8:1:2::",
    "2001:db8:1:2:ffff:ffff:ffff:ffff": "2001:db8:1:2::",
    "2001:db8:1:3::1": "2001:db8:1:3::",
    "fe80::1%eth0": "fe80::",
}
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def door(django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_CONNECTIONS": str(AT_MOST)}, workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def connect(door: Gateway) -> Iterator[Callable[..., socket.socket]]:
    with contextlib.ExitStack() as connections:

        def connect(address: str = "127.0.0.1") -> socket.socket:
            target = ("127.0.0.1", door.port)
            connection = socket.create_connection(target, timeout=10, source_address=(address, 0))
            return connections.enter_context(connection)

        yield connect


class NoRoom:
    """The connections of a worker that takes no more."""

    def admit(self, connection, now):
        return False


class Transport:
    def __init__(self, peer: str) -> None:
        self.peer = peer

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return self.peer, 50_000

    def abort(self) -> None:
        pass


def counted_address(peer: str) -> str:
    """By which a connection from there is counted."""
    loop = SimpleNamespace(time=lambda: 0.0)
    worker = Mock(connections=NoRoom(), fruitless=Fruitless(), request_deadline=1.0, loop=loop)
    protocol = DoorProtocol(worker)
    protocol.connection_made(Transport(peer))
    return protocol.address


def ask(connection: socket.socket) -> bytes:
    connection.sendall(WHOLE)
    return connection.recv(65_536)


def is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.1)
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        connection.recv(1)
        return False
    return True


def worker_of(gateway: Gateway) -> int:
    """The master listens before it has a worker."""
    children = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children")
    eventually(lambda: children.read_text().split())
    return int(children.read_text().split()[0])


def test_a_stranger_with_many_idle_connections_keeps_nobody_out(connect):
    kept = connect("127.0.0.2")
    assert ask(kept).startswith(b"HTTP/1.1 200 ")
    idle = [connect(f"127.0.0.{10 + number % 8}") for number in range(AT_MOST * 2)]

    assert ask(connect("127.0.0.3")).startswith(b"HTTP/1.1 200 ")
    assert ask(kept).startswith(b"HTTP/1.1 200 ")
    assert sum(is_open(connection) for connection in idle) < AT_MOST


@pytest.mark.proof
def test_one_address_has_a_quarter(connect):
    others = [connect("127.0.0.2") for _ in range(5)]
    idle = [connect() for _ in range(AT_MOST)]

    assert ask(connect()).startswith(b"HTTP/1.1 200 ")
    assert all(is_open(connection) for connection in others)
    assert sum(is_open(connection) for connection in idle) < AT_MOST / 4


@pytest.mark.proof
def test_a_worker_may_open_as_many_files_as_the_system_allows(django_db_setup):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        running = Gateway(workers=1).start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    worker = worker_of(running)
    eventually(lambda: resource.prlimit(worker, resource.RLIMIT_NOFILE) == (hard, hard))
    running.stop()


@pytest.mark.proof
def test_a_worker_that_ends_closes_what_is_idle_and_answers_what_has_begun(door, connect):
    idle, begun = connect(), connect()
    assert ask(idle).startswith(b"HTTP/1.1 200 ")
    begun.sendall(WHOLE[:20])
    time.sleep(0.2)

    started = time.monotonic()
    door.process.terminate()
    assert idle.recv(1) == b""
    assert time.monotonic() - started < 3
    begun.sendall(WHOLE[20:])
    answer = begun.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer.lower()
    assert begun.recv(1) == b""
    door.process.wait(timeout=20)
    door.start()


@pytest.mark.proof
def test_a_worker_that_ends_serves_whoever_is_in_its_queue(door, connect):
    worker = worker_of(door)
    os.kill(worker, signal.SIGSTOP)
    waiting = [connect() for _ in range(5)]
    for connection in waiting:
        connection.sendall(WHOLE)
    door.process.terminate()
    time.sleep(0.2)
    os.kill(worker, signal.SIGCONT)

    assert all(connection.recv(65_536).startswith(b"HTTP/1.1 200 ") for connection in waiting)
    door.process.wait(timeout=20)
    door.start()


def test_all_that_wait_in_a_queue_are_accepted():
    with contextlib.ExitStack() as opened, socket.create_server(("127.0.0.1", 0)) as queue:
        callers = [
            opened.enter_context(socket.create_connection(queue.getsockname())) for _ in range(3)
        ]
        accepted = [opened.enter_context(connection) for connection in accept_all(queue)]

        assert {connection.getpeername() for connection in accepted} == {
            caller.getsockname() for caller in callers
        }
        assert not any(connection.getblocking() for connection in accepted)


class Idle:
    has_begun_request = False

    def __init__(self, address: str = "") -> None:
        self.address, self.is_closed = address, False

    def close_quietly(self) -> None:
        self.is_closed = True


def test_the_oldest_new_connection_goes_first_and_then_the_oldest_kept_one():
    connections = Connections(at_most=3, at_most_per_address=3)
    first, second, kept = Idle(), Idle(), Idle()
    for moment, connection in enumerate((kept, first, second)):
        assert connections.admit(connection, moment)
    connections.mark_at_work(kept)
    connections.mark_kept(kept, 3)

    for expected in (first, second):
        one = Idle()
        assert connections.admit(one, 4)
        connections.mark_at_work(one)
        assert expected.is_closed
        assert not kept.is_closed
    assert connections.admit(Idle(), 5)
    assert kept.is_closed


def test_it_admits_nobody_while_all_are_at_work_until_one_leaves():
    connections = Connections(at_most=1, at_most_per_address=1)
    busy = Idle("a")
    assert connections.admit(busy, 0)
    connections.mark_at_work(busy)
    assert not connections.admit(Idle("a"), 1)
    assert not connections.admit(Idle("b"), 1)

    connections.remove(busy)
    connections.remove(busy)
    assert connections.admit(Idle("a"), 2)


def test_it_names_the_connections_that_were_quiet_for_long():
    connections = Connections(at_most=9, at_most_per_address=9)
    old, young, busy = Idle(), Idle(), Idle()
    connections.admit(busy, 0)
    connections.mark_at_work(busy)
    connections.admit(old, 1)
    connections.admit(young, 3)

    assert connections.quiet_since(2) == [old]


def test_an_address_whose_connections_bring_nothing_waits_and_no_other_does():
    fruitless, now = Fruitless(), 5000.0
    for _ in range(AT_ONCE):
        fruitless.note("192.0.2.1", now)
    assert fruitless.wait_seconds("192.0.2.1", now) == 0

    for _ in range(A_SECOND + 1):
        fruitless.note("192.0.2.1", now)
    assert fruitless.wait_seconds("192.0.2.1", now) == pytest.approx(1, abs=1 / A_SECOND)
    assert fruitless.wait_seconds("192.0.2.2", now) == 0
    assert fruitless.wait_seconds("192.0.2.1", now + 2) == 0


def test_who_has_an_ipv6_network_counts_once():
    assert {peer: counted_address(peer) for peer in PEERS} == PEERS


def test_of_too_many_addresses_the_oldest_are_forgotten():
    fruitless, now = Fruitless(), 5000.0
    for _ in range(2 * AT_ONCE):
        fruitless.note("192.0.2.1", now)
    for number in range(ADDRESSES):
        fruitless.note(str(number), now)

    assert fruitless.wait_seconds("192.0.2.1", now) == 0


@pytest.mark.proof
def test_a_stranger_who_only_connects_is_read_later_and_nobody_else(door, connect):
    for _ in range(5 * AT_ONCE):
        connect("127.0.0.9").close()
    own = connect("127.0.0.3")
    assert ask(own).startswith(b"HTTP/1.1 200 ")
    time.sleep(0.3)  # until it has seen all of them end
    strangers = connect("127.0.0.9")
    strangers.sendall(WHOLE)

    assert ask(own).startswith(b"HTTP/1.1 200 ")
    assert not _has_answer(strangers)
    assert strangers.recv(65_536).startswith(b"HTTP/1.1 200 ")


def _has_answer(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(10)
