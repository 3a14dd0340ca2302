"""One connection: gunicorn's HTTP, with deadlines for what a client sends and reads."""

from __future__ import annotations

import asyncio
import enum
import fcntl
import struct
import termios
from http import HTTPStatus
from typing import Any, Protocol

from gunicorn.asgi.protocol import ASGIProtocol  # type: ignore[import-untyped]

from clickhook.door.connections import Connections
from clickhook.door.fruitless import Fruitless
from clickhook.door.unread import Unread
from tenants.sign_in.client_address import peer_network

SLOWEST_BODY = 16 * 1024  # bytes a second
# Of answers that could not be sent yet the system holds so much, and the gateway as much again. By
# itself the system takes megabytes, and whoever never reads is answered thousands of times.
MOST_UNSENT = 16 * 1024  # bytes of a connection
SLOWEST_READER = 3  # deadlines, in which a client reads what waits of its answer
# A client that is refused while it still sends would see a reset, not its answer, if the connection
# were closed at once.
LINGER = 0.5  # deadlines
LINGER_BYTES = 24 * 1024**2  # two of the largest uploads that are taken


class Awaited(enum.Enum):
    """What the client has yet to send."""

    FIRST_BYTE = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()


class Worker(Protocol):
    """What a connection needs of its worker, beside gunicorn's own."""

    connections: Connections
    unread: Unread
    fruitless: Fruitless | None  # none behind a proxy, whose address all have
    is_ending: bool
    request_deadline: float  # seconds
    loop: asyncio.AbstractEventLoop


class DoorProtocol(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """Closes what is slow. A request that arrives in one piece costs no timer."""

    _callback_parser: Any  # gunicorn's own, as all that is not made here

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.address = ""
        self._connections, self._fruitless = worker.connections, worker.fruitless
        self._unread = worker.unread
        self._was_answered = False
        self._held: bytes | None = None  # read, and kept until it is this connection's turn
        self._turn_timer: asyncio.TimerHandle | None = None
        self._deadline: float = worker.request_deadline
        self._loop: asyncio.AbstractEventLoop = worker.loop
        self._awaited: Awaited | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._bytes = 0  # since the timer was set

    def connection_made(self, transport: Any) -> None:
        peer = transport.get_extra_info("peername")
        self.address = peer_network(str(peer[0])) if isinstance(peer, tuple) else ""
        if not self._connections.admit(self, self._loop.time()):
            self._conn_lost_handled = self._closed = True
            transport.abort()
            return

        super().connection_made(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT)
        self._await(Awaited.FIRST_BYTE)
        if self._fruitless is None:
            return
        if wait := self._fruitless.wait_seconds(self.address, self._loop.time()):
            self._held = b""
            self._turn_timer = self._loop.call_later(wait, self._take_turn)

    def _start_http1(self, buffered: bytes = b"") -> None:
        """Not yet: whoever connects and closes costs no task and no parser. See data_received."""

    def _take_turn(self) -> None:
        held, self._held = self._held, None
        if self._closed or not held:
            return
        self._resume_reading()
        self.data_received(held)

    def data_received(self, data: bytes) -> None:
        if self._held is not None:
            self._held += data
            self._pause_reading()
            return self._unread.note(self, len(self._held))
        if self._linger_timer is not None:
            return self._drop(data)
        if self._keepalive_handle is not None:
            self._cancel_keepalive_timer()
            self._connections.mark_at_work(self)
        if self._task is None:
            super()._start_http1()
        self._bytes += len(data)
        super().data_received(data)
        if not self._closed:
            self._note_progress()
            self._unread.note(self, self._http1_buffered())
        return None

    def _maybe_resume_reading(self) -> None:
        """A piece was taken."""
        self._unread.note(self, self._http1_buffered())
        super()._maybe_resume_reading()

    def close_at_once(self) -> None:
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.remove(self)
        self._forget_unread()
        if self._fruitless is not None and not self._was_answered:
            self._fruitless.note(self.address, self._loop.time())
        self._await(None)
        self._stop_reader_timer()
        if self._turn_timer is not None:
            self._turn_timer.cancel()  # it would keep all of this connection until then
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        if self._awaiting_request:
            self._end_waiting()
        super().connection_lost(exc)

    def _end_waiting(self) -> None:
        """Of the task that waits for a request: none will come.

        gunicorn ends it seconds later, and leaves a circle of references. With thousands of
        connections the garbage collector stops the process for a third of a second.
        """
        self._request_ready.set()
        self._callback_parser.forget_connection()
        self._task = self._callback_parser = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._start_reader_timer()

    def resume_writing(self) -> None:
        self._stop_reader_timer()
        super().resume_writing()

    def _resume_reading(self) -> None:
        """Not yet where many requests wait that were read already.

        gunicorn reads on after each answer. Whoever sends without a pause would fill the memory.
        """
        self._unread.note(self, self._http1_buffered())
        if not self._is_buffer_full():
            super()._resume_reading()

    def close_quietly(self) -> None:
        """Of an idle connection."""
        if self._linger_timer is not None:
            self.transport.abort()
        else:
            self._close_transport()
            if self._request_ready is not None:
                self._request_ready.set()  # the task that waits for a request ends

    @property
    def has_begun_request(self) -> bool:
        if self._held or self._awaited in (Awaited.HEAD, Awaited.BODY):
            return True

        # The event loop may not have read yet what has arrived.
        descriptor = self.transport.get_extra_info("socket").fileno()
        if descriptor < 0:
            return False
        (unread,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))
        return bool(unread)

    def _arm_keepalive_timer(self) -> None:
        """The answer is complete; the next request may have begun behind this one."""
        parser = self._callback_parser
        if parser._state == "request_line" and not parser._buffer:
            super()._arm_keepalive_timer()
            self._connections.mark_kept(self, self._loop.time())
        elif self._awaited is not Awaited.HEAD:
            self._await(Awaited.HEAD)

    def _keepalive_timeout(self) -> None:
        if not self.has_begun_request:
            super()._keepalive_timeout()

    def _note_progress(self) -> None:
        awaited: Awaited | None = Awaited.HEAD
        if (receiver := self._body_receiver) is not None:
            awaited = None if receiver._complete else Awaited.BODY
            if self._timer is not None:
                self._connections.mark_at_work(self)

        if awaited is not self._awaited:
            self._await(awaited)

    def _await(self, awaited: Awaited | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awaited, self._bytes = awaited, 0
        if awaited is not None:
            self._timer = self._loop.call_later(self._deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._awaited is Awaited.FIRST_BYTE:
            self.close_quietly()
        elif self._awaited is Awaited.BODY and self._is_fast_enough():
            self._await(Awaited.BODY)
        else:
            self._refuse_slow_request()

    def _is_fast_enough(self) -> bool:
        """Also where it is the gateway that does not read at the moment."""
        return self._reading_paused or self._bytes >= self._deadline * SLOWEST_BODY

    def _refuse_slow_request(self) -> None:
        self._send_error_response(HTTPStatus.REQUEST_TIMEOUT, "The request did not come in time.\n")
        self._close_at_once()
        self._request_ready.set()

    @property
    def _expects_body(self) -> bool:
        return self._body_receiver is not None and not self._body_receiver._complete

    def _will_close(self, request: Any, response_requires_close: bool) -> bool:
        """Also where an answer comes before the body: gunicorn closes then without saying so."""
        self._was_answered = True
        must_close = self._expects_body or self.worker.is_ending
        return must_close or super()._will_close(request, response_requires_close)

    def _close_transport(self) -> None:
        if self._expects_body and not self._closed:
            self._linger()
        else:
            self._close_at_once()

    def _close_at_once(self) -> None:
        super()._close_transport()
        self._watch_last_answer()

    def _linger(self) -> None:
        """Ends the answer, then reads and drops the rest of the body."""
        self._closed, self._bytes = True, 0
        self._body_receiver.signal_disconnect()
        self._forget_unread()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        super()._resume_reading()

        self._linger_timer = self._loop.call_later(LINGER * self._deadline, self.transport.abort)
        self._connections.mark_kept(self, self._loop.time())
        self._watch_last_answer()

    def _forget_unread(self) -> None:
        """The application may live on for a while, and take nothing more."""
        self._unread.forget(self)
        self._held = None
        if self._body_receiver is not None:
            self._body_receiver._chunks.clear()
        if self._callback_parser is not None:
            self._callback_parser._buffer.clear()

    def _watch_last_answer(self) -> None:
        self._await(None)
        if not self._conn_lost_handled and self.transport.get_write_buffer_size():
            self._start_reader_timer()

    def _drop(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > LINGER_BYTES:
            self.transport.abort()

    def _start_reader_timer(self) -> None:
        if self._reader_timer is None:
            seconds = SLOWEST_READER * self._deadline
            self._reader_timer = self._loop.call_later(seconds, self.transport.abort)

    def _stop_reader_timer(self) -> None:
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None
