"""Posts as bytes: keys, methods, signatures, heads and framing, each right or nearly right."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from hooks.methods import METHODS
from tests import cast_secrets as cast
from tests.attack.forms import DOUBTFUL, UNDERSTOOD
from tests.fuzz.bodies import BODIES, NONCE, SNIPPETS, near_hooks
from tests.wcs import sign

SECRETS = {
    "key-of-acme-1": cast.ACME_SIGNING,
    "key-of-globex-1": cast.GLOBEX_SIGNING,
    "key-of-shared-1": cast.SHARED_SIGNING,
}
KEYS = st.sampled_from([*SECRETS, *SECRETS, "key-of-nobody", "%00", "a" * 65, "\xe9"])
NAMES = st.sampled_from(
    [*METHODS, "UnknownEvent", "OnUnknownEvent", "unknown", "connect/", "", "0"]
)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Expect: 100-continue",
            "Connection: close",
            "Connection: upgrade\r\nUpgrade: h2c",
            "Connection: upgrade\r\nUpgrade: websocket",
            "Content-Type: text/plain",
            "Content-Encoding: gzip",
            "Authorization: WCS 0",
            "Authorization: Basic eDp5",
            "X-Forwarded-For: \xff, 1.2.3.4",
            "Transfer-Encoding: chunked",
            "Content-Length: 0",
            "X: " + "x" * 9000,
            "\r\n".join(f"X{number}: x" for number in range(120)),
            "X-\0: x",
        ]
    ),
    max_size=2,
)
JSON = "application/json;charset=UTF-8"
TYPES = st.sampled_from(
    [JSON] * 6
    + ["APPLICATION/JSON ; x", "application/json;charset=utf-16", "text/html", "\xff", ""]
)
SIGNATURES = st.sampled_from(["its own"] * 12 + ["none", "another's", "of another body", "broken"])


@dataclass(frozen=True)
class Post:
    key: str
    method: str
    body: bytes
    signature: str
    content_type: str
    headers: list[str]
    chunk_sizes: list[int]  # none: a length
    edits: list[tuple[int, bytes]]  # put into the whole request at these places
    cut_at: int | None

    def render(self, nonce: str) -> bytes:
        body = self.body.replace(NONCE.encode(), nonce.encode())
        lines = [
            f"POST /hooks/{self.key}/{self.method} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {self.content_type}",
            *self._authorization(body),
            *self.headers,
            "Transfer-Encoding: chunked" if self.chunk_sizes else f"Content-Length: {len(body)}",
        ]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return self._edit(head + (self._chunked(body) if self.chunk_sizes else body))

    @property
    def is_whole(self) -> bool:
        """Its end is where everybody sees it, so it has to be answered."""
        return not self.edits and self.cut_at is None

    def _authorization(self, body: bytes) -> list[str]:
        secret = SECRETS.get(self.key, "")
        match self.signature:
            case "none":
                return []
            case "another's":
                secret = next(other for other in SECRETS.values() if other != secret)
            case "of another body":
                body += b" "
            case "broken":
                return [f"Authorization: WCS {sign(secret, body)[:-1]}\xe9"]
        return [f"Authorization: WCS {sign(secret, body)}"]

    def _chunked(self, body: bytes) -> bytes:
        written, place = b"", 0
        for size in self.chunk_sizes:
            piece, place = body[place : place + size], place + size
            written += b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""
        rest = body[place:]
        return written + (b"%x\r\n%s\r\n" % (len(rest), rest) if rest else b"") + b"0\r\n\r\n"

    def _edit(self, sent: bytes) -> bytes:
        for place, put in self.edits:
            at = place % (len(sent) + 1)
            sent = sent[:at] + put + sent[at:]
        return sent if self.cut_at is None else sent[: self.cut_at % (len(sent) + 1)]


RARELY = st.integers(0, 15)


@st.composite
def posts(draw: st.DrawFn) -> Post:
    name = draw(NAMES)
    fitting = near_hooks(name) if name in ("connect", "call", "sendDtmf") else BODIES
    body = draw(fitting | BODIES)
    bent = draw(RARELY) == 0
    return Post(
        draw(KEYS) if draw(RARELY) < 8 else "key-of-acme-1",
        name,
        body,
        draw(SIGNATURES),
        draw(TYPES),
        draw(HEADERS) if draw(RARELY) < 3 else [],
        draw(st.lists(st.integers(1, 400), min_size=1, max_size=4)) if draw(RARELY) < 3 else [],
        draw(st.lists(st.tuples(st.integers(0, 3000), PUTS), max_size=3)) if bent else [],
        draw(st.integers(0, 3000)) if draw(RARELY) == 0 else None,
    )


PUTS = st.binary(max_size=4) | st.sampled_from([*SNIPPETS, b"\r\n", b"\n", b"\r\n\r\n", b" "])


@dataclass(frozen=True)
class Bytes:
    """Nothing that anybody would have to answer."""

    sent: bytes
    is_whole = False

    def render(self, nonce: str) -> bytes:
        return self.sent


@st.composite
def lives(draw: st.DrawFn) -> list[Post]:
    """Of one visitor: mostly whole hooks in odd orders, on sessions and calls that exist."""
    key = draw(st.sampled_from([*SECRETS]))
    order = draw(st.permutations(LIFE))[: draw(st.integers(1, 6))]
    if draw(st.integers(0, 3)):
        order = [LIFE[0], *order]

    most_edits = draw(st.sampled_from([0, 0, 1]))
    return [
        Post(key, method, draw(near_hooks(file, most_edits)), "its own", JSON, [], [], [], None)
        for method, file in order
    ]


LIFE = [
    ("connect", "connect"),
    ("ConnectionStatusEvent", "connection_established"),
    ("call", "call"),
    ("call", "call"),
    ("CallStatusEvent", "call_ring"),
    ("CallStatusEvent", "call_established"),
    ("sendDtmf", "sendDtmf"),
    ("CallStatusEvent", "call_finish"),
    ("hangup", "hangup"),
    ("transfer", "transfer"),
    ("ConnectionStatusEvent", "connection_disconnected"),
]
RAW = st.one_of(
    st.binary(max_size=300).map(Bytes),
    st.sampled_from([*DOUBTFUL.values(), *UNDERSTOOD.values()]).map(Bytes),
)
EXAMPLES = st.one_of(
    lives(),
    lives(),
    st.lists(posts(), min_size=1, max_size=4),
    st.lists(RAW, min_size=1, max_size=2),
)
