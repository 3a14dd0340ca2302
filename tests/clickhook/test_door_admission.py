"""Who makes room where there are too many connections."""

from __future__ import annotations

from clickhook.door.connections import Connections


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


def test_a_kept_connection_on_which_a_hook_has_come_stays():
    connections = Connections(at_most=2, at_most_per_address=2)
    asked, quiet = Idle(), Idle()
    for moment, connection in enumerate((asked, quiet)):
        connections.admit(connection, moment)
        connections.mark_at_work(connection)
        connections.mark_kept(connection, moment)
    asked.has_begun_request = True  # the event loop has not read it yet

    assert connections.admit(Idle(), 2)
    assert (asked.is_closed, quiet.is_closed) == (False, True)


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
