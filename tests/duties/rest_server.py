"""A small HTTP server in the place of a WCS's REST API, which behaves as a test says."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NODE = "node-1"


@dataclass
class RestServer:
    """It has calls by id, and ends them when asked; `answer` replaces that for a path."""

    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    streams: set[str] = field(default_factory=set)  # ids of media sessions
    connections: dict[str, str] = field(default_factory=dict)  # session id to node id
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/rest-api"

    def add_call(self, call_id: str, session_id: str, node: str = NODE, **more: Any) -> None:
        self.calls[call_id] = {"callId": call_id, "sessionId": session_id, "nodeId": node, **more}
        self.connections[session_id] = node

    def asked_for(self, path: str) -> list[dict[str, Any]]:
        return [fields for asked, fields in self.asked if asked == path]

    def handle(self, request: BaseHTTPRequestHandler, path: str, fields: dict[str, Any]) -> None:
        if path in self.answers or "*" in self.answers:
            return (self.answers.get(path) or self.answers["*"])(request)
        if path == "call/terminate":
            return reply(request, 200 if self.calls.pop(fields["callId"], None) else 404)
        if path == "stream/terminate":
            is_there = fields["mediaSessionId"] in self.streams
            self.streams.discard(fields["mediaSessionId"])
            return reply(request, 200 if is_there else 404)
        if path == "connection/terminate":
            return self._end_connection(request, fields["sessionId"])
        if path == "connection/find_all":
            listed = [{"sessionId": one, "nodeId": node} for one, node in self.connections.items()]
            return reply(request, 200 if listed else 404, listed)
        if path in ("call/find_all", "call/find"):
            wanted = fields.get("callId")
            calls = [call for call in self.calls.values() if wanted in (None, call["callId"])]
            return reply(request, 200 if calls else 404, calls)
        return reply(request, 404)

    def _end_connection(self, request: BaseHTTPRequestHandler, session: str) -> None:
        node = self.connections.pop(session, None)
        ended = [key for key, call in self.calls.items() if call["sessionId"] == session]
        for key in ended:
            del self.calls[key]
        reply(request, 200 if node else 404)


def reply(
    request: BaseHTTPRequestHandler, status: int, content: Any = None, **headers: str
) -> None:
    body = b"" if content is None else json.dumps(content).encode()
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def drip(request: BaseHTTPRequestHandler) -> None:
    """An answer that comes byte by byte and never ends."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.2)


@contextlib.contextmanager
def serving() -> Iterator[RestServer]:
    rest = RestServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path, fields = self.path.removeprefix("/rest-api/"), json.loads(body or b"{}")
            rest.asked.append((path, fields))
            rest.headers.append({name.lower(): value for name, value in self.headers.items()})
            rest.handle(self, path, fields)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket.listen(128)  # a kill switch asks for many calls at once
    rest.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    yield rest
    server.shutdown()
    server.server_close()
