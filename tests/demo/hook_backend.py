"""A hook backend of a test's own: answers as the test sets it, and keeps what was posted."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "stand-in-signing-secret"


@dataclass(frozen=True)
class Hook:
    method: str
    body: dict[str, Any]
    raw: bytes
    headers: dict[str, str]
    client: tuple[str, int]

    @property
    def is_signed(self) -> bool:
        return (
            self.headers["Authorization"]
            == f"WCS {hmac.new(SECRET.encode(), self.raw, hashlib.md5).hexdigest()}"
        )


@dataclass(frozen=True)
class Reply:
    """`body` is JSON, or bytes as they are; None: the connection is closed instead."""

    body: Any = field(default_factory=dict)
    status: int = 200
    content_type: str = "application/json"
    after: float = 0.0  # seconds


CLOSED = Reply(None)
FORBIDDEN = Reply({"status": 403, "reason": "Calls are not available here"}, 403)

# An entry of restClientConfig that makes WCS safe.
OBEYED = {"restOnError": "FAIL", "restPolicy": "OVERWRITE", "restOverwrite": "callee"}


class Backend:
    """`answers["call"]` is a Reply, or a function of the body and of how often it was asked."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self.answers: dict[str, Reply | Callable[[dict[str, Any], int], Reply]] = {}
        self._news = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.backend = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/key"

    def reset(self) -> None:
        self.hooks, self.answers = [], {}

    def accept(self, account: dict[str, Any], **methods: dict[str, str]) -> None:
        """Every connect, with this SIP account and these entries of restClientConfig."""
        self.answers["connect"] = Reply({**account, "restClientConfig": methods})

    def posted(self, method: str, **fields: Any) -> list[Hook]:
        return [
            hook
            for hook in self.hooks
            if hook.method == method and fields.items() <= hook.body.items()
        ]

    def expect(self, method: str, **fields: Any) -> Hook:
        """The first such hook, waited for."""
        with self._news:
            names = [(hook.method, hook.body.get("status")) for hook in self.hooks]
            assert self._news.wait_for(lambda: self.posted(method, **fields), 10), (
                f"no {method} {fields} after {names}"
            )
        return self.posted(method, **fields)[0]

    def answer(self, hook: Hook) -> Reply:
        with self._news:
            self.hooks.append(hook)
            self._news.notify_all()
        answer = self.answers.get(hook.method, Reply())
        return answer(hook.body, len(self.posted(hook.method))) if callable(answer) else answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    backend: Backend
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        hook = Hook(
            self.path.rpartition("/")[2],
            json.loads(raw),
            raw,
            dict(self.headers),
            self.client_address,
        )
        reply = self.server.backend.answer(hook)
        time.sleep(reply.after)
        if reply.body is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if 300 <= reply.status < 400:
            self.send_header("Location", f"{self.path}/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Nothing on the test's output."""
