"""Backends to rehearse against: an HTTP server in this process that answers as it is told."""

from __future__ import annotations

import http.server
import io
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError, call_command

from hooks.methods import REST_CLIENT_CONFIG
from hooks.rewriting import call_answer
from tests.cast import SECRETS
from tests.hooks.test_rehearsal_verdict import ACCOUNT

ORIGIN = "https://www.acme.example"
SALES = "+4930123456"


@dataclass
class Run:
    code: int
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)

    @property
    def findings(self) -> list[str]:
        return self.data["findings"]


def rehearse(port: int, json: bool = True, **options: Any) -> Run:
    stdout, code, said = io.StringIO(), 0, ""
    wanted = {"instance": "acme-1", "origin": ORIGIN, "url": f"http://127.0.0.1:{port}"} | options
    try:
        call_command("rehearse", json=json, stdout=stdout, **wanted)
    except CommandError as error:
        code, said = error.returncode, str(error)
    assert not any(secret in stdout.getvalue() + said for secret in SECRETS)
    return Run(code, stdout.getvalue())


class Backend:
    """An HTTP server in this process.

    `answer(hook, body)` gives the status and the content: bytes as they are, or data for JSON.
    """

    def __init__(
        self,
        answer: Callable[[str, dict[str, Any]], tuple[int, Any]],
        content_type: str = "application/json",
        sign: Callable[[bytes], str] | None = None,
    ):
        """With `sign`, a hook that is signed in another way is refused."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.connections: set[Any] = set()
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.loads(raw)
                hook = self.path.rpartition("/")[2]
                backend.asked.append((hook, body))
                backend.connections.add(self.client_address)
                is_signed = sign is None or self.headers["Authorization"] == f"WCS {sign(raw)}"
                status, content = answer(hook, body) if is_signed else (403, {})
                if status == 0:
                    self.close_connection = True
                    return
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Backend:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()
        return self

    def __exit__(self, *arguments: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wrap(self, context: ssl.SSLContext) -> None:
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)


ARTICLE_CONFIG = {
    "call": {
        "clientExclude": "",
        "restExclude": "",
        "restOnError": "LOG",
        "restPolicy": "OVERWRITE",
        "restOverwrite": "callee",
    }
}


def naive_php(hook: str, body: dict[str, Any]) -> tuple[int, Any]:
    """The vendor's article: a substring of the origin, an echo, no look at the signature."""
    if hook == "connect":
        if "www.acme.example" not in body.get("origin", ""):
            return 403, {}
        account = {
            name: value
            for name, value in ACCOUNT.items()
            if name not in ("sipProxy", "sipVisibleName", "sipContactParams")
        }
        return 200, {**body, **account, "restClientConfig": ARTICLE_CONFIG}
    return 200, {**body, "callee": SALES} if hook == "call" else body


def safe(**changes: Any) -> Callable[[str, dict[str, Any]], tuple[int, Any]]:
    """A backend that answers like ours, with changes; a value of `...` removes the field."""
    given = {**ACCOUNT, "restClientConfig": REST_CLIENT_CONFIG, **changes}
    connect = {name: value for name, value in given.items() if value is not ...}
    connects: list[str] = []

    def answer(hook: str, body: dict[str, Any]) -> tuple[int, Any]:
        if hook == "connect":
            connects.append(body["origin"])
            # The second to the fourth are strangers'.
            return (200, connect) if len(connects) in (1, 5) else (403, {})
        if hook == "call":
            return (
                (403, {})
                if body["callee"] == "+88213000000"
                else (200, call_answer(SALES, "10001"))
            )
        return (200, {}) if hook.endswith("StatusEvent") or hook == "hangup" else (403, {})

    return answer


def changed(method: str, **changes: str) -> dict[str, Any]:
    return {**REST_CLIENT_CONFIG, method: {**REST_CLIENT_CONFIG[method], **changes}}


def but(
    hook_changed: str, status: int, content: Any
) -> Callable[[str, dict[str, Any]], tuple[int, Any]]:
    ours = safe()
    return lambda hook, body: (status, content) if hook == hook_changed else ours(hook, body)
