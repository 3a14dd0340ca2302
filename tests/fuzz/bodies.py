"""JSON that is nearly a hook's: the payload files with fields, values and bytes changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from hypothesis import strategies as st

from tests.wcs import PAYLOADS, payload

# In each example it becomes a text of its own, so that no session or call is known yet.
NONCE = "@N@"
TICKET_KID, TICKET_SECRET = "fuzz", "ticket-secret-of-acme-0123456789"
FILES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
ORIGINS = [
    "https://www.acme.example",
    "https://WWW.acme.example:443",
    "https://a.shops.acme.example",
    "https://globex.example:8443",
    "https://hooli.example",
    "https://www.acme.example.evil.example",
    "https://evil.example/https://www.acme.example",
    "https://[bad",
    "https://[::1]:443",
    "https://xn--",
    "https://xn--a.example",
    "https://\u0430cme.example",
    "https://a.b@www.acme.example",
    "https://" + "a." * 500,
    "https://www.acme.example:99999999999999999999",
    "capacitor://localhost",
    "file://",
    "null",
    "",
]
CALLEES = ["sales", "support", "frontdesk", "+4930123456", "20002", "SALES", "sales\n", "", None]
STATUSES = [
    *("PENDING", "TRYING", "RING", "ESTABLISHED", "HOLD", "FINISH", "BUSY", "FAILED"),
    *("DISCONNECTED", "REGISTERED", "finish", "", None),
]
NAMES = sorted(
    {name for file in FILES for name in payload(file)}
    | {"dtmf", "type", "target", "info", "sipMessageRaw", "sipHeaders", "__proto__", ""}
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e", "\x85", "'; --", "%s", "{}"]
    ),
    st.sampled_from([64, 255, 256, 512, 513, 2049, 9000, 70_000]).map(lambda size: "x" * size),
    st.sampled_from([256, 513]).map(lambda size: "\U0001f600" * size),
)
NUMBERS = st.one_of(
    st.integers(-9, 700),
    st.sampled_from([2**31, 2**32, 2**63, -(2**63) - 1, 2**64, 10**40, 10**400]),
    st.sampled_from([1e308, -0.0, 5e-324, 1.5, 200.0, float("nan"), float("inf")]),
)
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def _deep(depth: int) -> object:
    value: object = 1
    for level in range(depth):
        value = {"a": value} if level % 2 else [value]
    return value


VALUES = st.one_of(
    PLAIN,
    NESTED,
    st.sampled_from([31, 32, 33, 200]).map(_deep),
    st.sampled_from([50, 1999, 2001]).map(lambda size: [1] * size),
)


def _encode(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _ticket(header: object, claims: object, kid_fits: bool) -> str:
    text = f"{_encode(header)}.{_encode(claims)}"
    secret = TICKET_SECRET if kid_fits else "another"
    digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@st.composite
def tickets(draw: st.DrawFn) -> object:
    """Mostly signed by the tenant's own back end, which may be hostile too."""
    header: dict[str, object] = {"alg": "HS256", "typ": "JWT", "kid": TICKET_KID}
    now = int(time.time())
    claims: dict[str, object] = {
        "origin": ORIGINS[0],
        "alias": "sales",
        "jti": f"{NONCE}{draw(st.integers(0, 3))}",
        "iat": now,
        "exp": now + 90,
    }
    names = ["origin", "alias", "jti", "iat", "exp", "sub", "label", "context", "nbf"]
    claims |= draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=2))
    if draw(st.integers(0, 4)) == 0:
        header |= draw(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit"]), PLAIN))
    return _ticket(header, claims, draw(st.integers(0, 9)) > 0)


CUSTOM = st.one_of(
    VALUES,
    st.builds(lambda ticket: {"ticket": ticket}, tickets()),
    st.dictionaries(st.sampled_from(["ticket", "token", "login", "password"]), VALUES, max_size=4),
)
FIELDS = {
    "origin": st.sampled_from(ORIGINS),
    "callee": st.sampled_from(CALLEES),
    "status": st.sampled_from(STATUSES),
    "custom": CUSTOM,
    "appKey": st.sampled_from(["defaultApp", "other", "", None]),
}
EDITS = st.one_of(
    *(st.tuples(st.just(name), values) for name, values in FIELDS.items()),
    st.tuples(st.sampled_from(NAMES) | TEXTS, VALUES),
    st.tuples(st.sampled_from(NAMES), st.just(...)),
)
SNIPPETS = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xef\xbb\xbf",
    b"\0",
    b"NaN",
    b"1e999",
    b'"sessionId":"other",',
    b'"callee":"support",',
    b"[" * 300,
    b'{"a":' * 300,
    b"\\u0000",
    b"\\ud800",
    b"// x\n",
    b"'",
    b",",
    b"}",
]


MOSTLY_ZERO = st.sampled_from([0, 0, 0, 0, 0, 1])


@st.composite
def near_hooks(draw: st.DrawFn, file: str | None = None, most_edits: int = 3) -> bytes:
    context = {
        "sessionId": f"s{NONCE}{draw(MOSTLY_ZERO)}",
        "callId": f"c{NONCE}{draw(MOSTLY_ZERO)}",
    }
    name = file or draw(st.sampled_from(FILES))
    known = payload(name)
    fields = known | {key: value for key, value in context.items() if key in known}
    for key, value in draw(st.lists(EDITS, max_size=most_edits)):
        fields[key] = value
    fields = {key: value for key, value in fields.items() if value is not ...}
    text = json.dumps(fields, ensure_ascii=draw(st.booleans()))
    body = text.encode("utf-8", "surrogatepass")
    return _break(draw, body) if most_edits else body


def _break(draw: st.DrawFn, body: bytes) -> bytes:
    """One in four: bytes put in or cut off."""
    kind = draw(st.integers(0, 11))
    place = draw(st.integers(0, len(body))) if kind in (1, 2) else 0
    if kind == 1:
        return body[:place] + draw(st.sampled_from(SNIPPETS)) + body[place:]
    if kind == 2:
        return body[:place]
    if kind == 3:
        return body.decode("utf-8", "replace").encode("utf-16")
    return body


BODIES = st.one_of(
    near_hooks(),
    near_hooks(),
    near_hooks("connect"),
    near_hooks("call"),
    st.binary(max_size=60),
    VALUES.map(lambda value: json.dumps(value).encode()),
)
