"""A provider that says whatever a test wants: wrong names, wrong times, wrong signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "clickhook", "client-secret-8d1f"
KEY, OTHER_KEY = (rsa.generate_private_key(65537, 2048) for _ in range(2))


class Provider:
    """`claims` replace those of an honest ID token; None leaves one out."""

    def __init__(self) -> None:
        self.claims: dict = {}
        self.metadata: dict = {}
        self.key, self.algorithm, self.key_id = KEY, "RS256", "one"
        self.answers_with: bytes | None = None  # instead of a token
        self.asked: list[dict] = []  # the queries of browsers
        self.codes: dict[str, dict] = {}
        self.keys_read = 0

    def sign_in(self, address: str) -> str:
        """As a person would on the provider's page: the address that the browser is sent to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(query)
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        answer = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def exchange(self, form: dict[str, str]) -> tuple[int, bytes]:
        query = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if query is None or query["code_challenge"] != challenge:
            return 400, b'{"error": "invalid_grant"}'
        if self.answers_with is not None:
            return 200, self.answers_with
        return 200, json.dumps(self._tokens(query)).encode()

    def _tokens(self, query: dict[str, str]) -> dict:
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "sub": "subject-of-lena",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": query["nonce"],
            "email": "lena@acme.example",
            "email_verified": True,
            "amr": ["pwd", "otp"],
        }
        said = honest | self.claims
        claims = {name: value for name, value in said.items() if value is not None}
        headers = {"kid": self.key_id} if self.key_id else {}
        token = jwt.encode(claims, self.key, algorithm=self.algorithm, headers=headers)
        return {"access_token": "access-token-77aa", "token_type": "Bearer", "id_token": token}

    def describe(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        } | self.metadata

    def public_keys(self) -> dict:
        self.keys_read += 1
        key = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [key | {"kid": "one", "use": "sig", "alg": "RS256"}]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        is_metadata = self.path == "/.well-known/openid-configuration"
        said = self.provider.describe() if is_metadata else self.provider.public_keys()
        self._answer(200, json.dumps(said).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {basic}":
            return self._answer(401, b'{"error": "invalid_client"}')
        return self._answer(*self.provider.exchange(form))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def running():
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
