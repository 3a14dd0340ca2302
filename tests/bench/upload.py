"""A manager's browser that uploads a file to a running gateway and confirms it."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from pathlib import Path

SIGN_IN = (
    "from tests.manager import signed_in; "
    "print('cookie', signed_in(name='bench').cookies['sessionid'].value)"
)
ADD = "/admin/tenants/importrun/add/"


class Browser:
    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._session = session

    def preview(self, path: Path) -> tuple[float, str]:
        """Its wall time in seconds, and the preview's address."""
        fields = {"csrfmiddlewaretoken": self._token(ADD), "table": "callees", "tenant": ""}
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
        )
        body = "".join(parts).encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        begun = time.perf_counter()
        status, headers, _ = self._ask(
            "POST", ADD, body, f"multipart/form-data; boundary={boundary}"
        )
        if status != 302:
            raise SystemExit(f"The upload was answered {status}")
        return time.perf_counter() - begun, headers["location"]

    def confirm(self, address: str) -> float:
        """Its wall time in seconds."""
        body = f"csrfmiddlewaretoken={self._token(address)}&confirm=x".encode()
        begun = time.perf_counter()
        status, headers, _ = self._ask("POST", address, body, "application/x-www-form-urlencoded")
        if status != 302 or headers["location"] == ADD:
            raise SystemExit(
                f"The confirmation was answered {status}, and leads to {headers.get('location')}"
            )
        return time.perf_counter() - begun

    def _token(self, address: str) -> str:
        _, headers, page = self._ask("GET", address)
        self._csrf = re.search(r"csrftoken=(\w+)", headers["set-cookie"]).group(1)
        return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)

    def _ask(
        self, method: str, address: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, dict[str, str], str]:
        cookie = f"sessionid={self._session}; csrftoken={getattr(self, '_csrf', '')}"
        self._connection.request(
            method, address, body, {"Cookie": cookie, "Content-Type": kind, "Host": "localhost"}
        )
        answer = self._connection.getresponse()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read().decode(),
        )
