"""gunicorn as a child process, on a socket of ours that outlives it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from django.conf import settings
from django.db import connections

from clickhook.addresses import is_every_address, parse_bind
from clickhook.processes import end_with_parent

CONFIGURATION = settings.BASE_DIR / "docker" / "gunicorn.conf.py"
ENDS_WITHIN = 10.0  # seconds; it gives its workers five
WORKERS_END_WITHIN = 1.0  # seconds, once it is gone
ANSWERS_WITHIN = 0.5  # seconds


class GunicornError(Exception):
    """It cannot serve; the message says why."""


class Gunicorn:
    """The socket is bound here: a port in use is known at once, and callers wait in the socket's
    queue while gunicorn is started again."""

    def __init__(self, bind: str) -> None:
        self._bind, self._socket = bind, _bind_socket(bind)
        self._process: subprocess.Popen[bytes] | None = None
        self._has_answered = False

    def start(self) -> None:
        """Whatever is left of the one before ends first."""
        self._end_workers()
        connections.close_all()
        descriptor = self._socket.fileno()
        command = [sys.executable, "-m", "gunicorn", "-c", str(CONFIGURATION)]
        self._process = subprocess.Popen(
            [*command, "--bind", f"fd://{descriptor}"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "CLICKHOOK_BIND": self._bind},
            pass_fds=[descriptor],
            preexec_fn=end_with_parent,
            start_new_session=True,
        )

    def is_running(self) -> bool:
        """Raises GunicornError where it ended before it answered: that would come again."""
        code = self._process.poll() if self._process else None
        if code is None:
            self._has_answered = self._has_answered or self._answers()
            return True
        if code >= 0 and not self._has_answered:
            raise GunicornError(f"gunicorn ended by itself with exit code {code}.")
        return False

    def wait_until_it_answers(self) -> None:
        """Raises GunicornError."""
        while not self._has_answered:
            if not self.is_running():
                raise GunicornError("gunicorn was ended while it was starting.")
            time.sleep(0.05)

    def end(self) -> None:
        """The socket first: nobody is to wait in its queue for an answer that does not come."""
        self._socket.close()
        if self._process:
            end(self._process)
            self._end_workers()

    def _answers(self) -> bool:
        host, port = self._socket.getsockname()[:2]
        if is_every_address(host):
            host = "::1" if self._socket.family == socket.AF_INET6 else "127.0.0.1"
        connection = http.client.HTTPConnection(host, port, timeout=ANSWERS_WITHIN)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _end_workers(self) -> None:
        """A killed gunicorn leaves its workers, in its process group."""
        if self._process is None:
            return
        deadline = time.monotonic() + WORKERS_END_WITHIN
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, 0)
                time.sleep(0.02)
            os.killpg(self._process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks twice: gunicorn was seen to miss a signal, and nobody can interrupt the waiting here."""
    for ask in (process.terminate, process.terminate, process.kill):
        ask()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN)
            return


def _bind_socket(bind: str) -> socket.socket:
    try:
        address = parse_bind(bind)
    except ValueError as error:
        raise GunicornError(f"{bind!r} {error}.") from None
    host = address.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, address.port))
    except OSError as error:
        bound.close()
        reason = error.strerror or error
        raise GunicornError(f"{bind} cannot be listened on ({reason}); is it in use?") from None
    return bound
