"""Requests as bytes: those that everybody counts alike, and those that two servers may not.

Each form is a signed connect. Most of the doubtful ones hold a second, whole one, which is a
request to whoever sees the end of the first too early. Sources: RFC 9112 (sections 2.2, 3, 5, 6.1
to 6.3, 7.1, 11.2), RFC 9110 (5.5, 6.5.1, 8.6).
"""

from __future__ import annotations

import json

from tests.cast_secrets import ACME_SIGNING
from tests.wcs import payload, sign

PATH = "/hooks/key-of-acme-1/connect"
FIRST, SECOND = "the first", "the second"
CHUNKED = "Transfer-Encoding: chunked"
END = b"0\r\n\r\n"


def connect(session: str) -> bytes:
    return json.dumps(payload("connect", sessionId=session)).encode()


BODY = connect(FIRST)
LENGTH = f"Content-Length: {len(BODY)}"


def post(
    *headers: str,
    raw: bytes = BODY,
    signed: bytes = BODY,
    line: str = f"POST {PATH} HTTP/1.1",
    host: str = "Host: localhost",
) -> bytes:
    """`raw`: what follows the head."""
    own = ("Content-Type: application/json", f"Authorization: WCS {sign(ACME_SIGNING, signed)}")
    head = "\r\n".join((line, host, *own, *headers))
    return head.encode("latin-1") + b"\r\n\r\n" + raw


def chunk(data: bytes, size: str = "{:x}", end: bytes = b"\r\n") -> bytes:
    return size.format(len(data)).encode() + b"\r\n" + data + end


OTHER = connect(SECOND)
INNER = post(f"Content-Length: {len(OTHER)}", raw=OTHER, signed=OTHER)
IN_CHUNKS = chunk(BODY) + END
# To whoever goes by the length, the second request is part of the body; to others it is not.
LONGER = f"Content-Length: {len(IN_CHUNKS + INNER)}"

UNDERSTOOD = {
    "a length": post(LENGTH),
    "a length with zeros before": post(f"Content-Length: 000{len(BODY)}"),
    "spaces around the length": post(f"Content-Length: \t {len(BODY)} \t"),
    "an empty line before": b"\r\n" + post(LENGTH),
    "a name in capitals": post(LENGTH.upper()),
    "one chunk": post(CHUNKED, raw=IN_CHUNKS),
    "CHUNKED": post("transfer-encoding: CHUNKED", raw=IN_CHUNKS),
    "two chunks": post(CHUNKED, raw=chunk(BODY[:9]) + chunk(BODY[9:]) + END),
    "a chunk size with zeros": post(CHUNKED, raw=chunk(BODY, "0000{:X}") + END),
    "a chunk's extension": post(CHUNKED, raw=chunk(BODY, '{:x};name="value"') + END),
    "a trailer": post(CHUNKED, raw=chunk(BODY) + b"0\r\nX-Checked: yes\r\n\r\n"),
    "an expectation": post(LENGTH, "Expect: 100-continue"),
    "an upgrade that nobody makes": post(LENGTH, "Connection: Upgrade", "Upgrade: h2c"),
    "a WebSocket": post(LENGTH, "Connection: Upgrade", "Upgrade: websocket"),
    "a length with an underscore": post(LENGTH, f"Content_Length: {len(BODY) + 9}"),
    "a coding with an underscore": post(LENGTH, "Transfer_Encoding: chunked"),
}

# No server may take more than the first request of any of these.
DOUBTFUL = {
    # A length and a coding
    "CL.TE": post(LONGER, CHUNKED, raw=IN_CHUNKS + INNER),
    "TE.CL": post(CHUNKED, LENGTH, raw=IN_CHUNKS + INNER),
    "CL.TE, nothing of the body": post("Content-Length: 5", CHUNKED, raw=END + INNER),
    "CL.0": post("Content-Length: 0", CHUNKED, raw=INNER),
    "a length in HTTP/1.0, and chunks": post(
        LONGER, CHUNKED, raw=IN_CHUNKS + INNER, line=f"POST {PATH} HTTP/1.0"
    ),
    # Two codings, or one that is not quite chunked
    "TE.TE": post(CHUNKED, "Transfer-Encoding: identity", LONGER, raw=IN_CHUNKS + INNER),
    "chunked twice": post(CHUNKED, CHUNKED, raw=IN_CHUNKS + INNER),
    "chunked, chunked": post(f"{CHUNKED}, chunked", raw=IN_CHUNKS + INNER),
    "chunked, identity": post(f"{CHUNKED}, identity", raw=IN_CHUNKS + INNER),
    "identity": post("Transfer-Encoding: identity", LONGER, raw=IN_CHUNKS + INNER),
    "xchunked": post("Transfer-Encoding: xchunked", LONGER, raw=IN_CHUNKS + INNER),
    "a coding in quotation marks": post(
        'Transfer-Encoding: "chunked"', LONGER, raw=IN_CHUNKS + INNER
    ),
    "gzip": post("Transfer-Encoding: gzip", LONGER, raw=IN_CHUNKS + INNER),
    "an empty coding": post("Transfer-Encoding: ", LONGER, raw=IN_CHUNKS + INNER),
    "a vertical tab before chunked": post(
        "Transfer-Encoding: \x0bchunked", LONGER, raw=IN_CHUNKS + INNER
    ),
    "a NUL behind chunked": post(f"{CHUNKED}\0", LONGER, raw=IN_CHUNKS + INNER),
    "a space before the colon": post("Transfer-Encoding : chunked", LONGER, raw=IN_CHUNKS + INNER),
    "a space before the name": post(f" {CHUNKED}", LONGER, raw=IN_CHUNKS + INNER),
    "a folded coding": post("Transfer-Encoding:", " chunked", LONGER, raw=IN_CHUNKS + INNER),
    "a coding behind a bare LF": post(f"X: x\n{CHUNKED}", LONGER, raw=IN_CHUNKS + INNER),
    "a coding behind a bare CR": post(f"X: x\r{CHUNKED}", LONGER, raw=IN_CHUNKS + INNER),
    # Two lengths, or one that is no number
    "two lengths": post(LENGTH, LONGER, raw=BODY + INNER),
    "two lengths, the longer first": post(LONGER, LENGTH, raw=BODY + INNER),
    "one length twice": post(LENGTH, LENGTH),
    "two lengths in a list": post(f"{LENGTH}, {len(BODY + INNER)}", raw=BODY + INNER),
    "one length twice in a list": post(f"{LENGTH}, {len(BODY)}"),
    "a plus before the length": post(f"Content-Length: +{len(BODY)}"),
    "a minus before the length": post(f"Content-Length: -{len(BODY)}"),
    "an underscore in the length": post(f"Content-Length: {len(BODY):_d}_0"),
    "a length in base 16": post(f"Content-Length: 0x{len(BODY):x}"),
    "a length with a point": post(f"{LENGTH}.0"),
    "a length with a space in it": post(f"Content-Length: {len(BODY) // 10} {len(BODY) % 10}"),
    "a superscript in the length": post(f"{LENGTH}\xb2"),
    "no length in the length": post("Content-Length: "),
    "a NUL behind the length": post(f"{LENGTH}\0"),
    "a folded length": post("Content-Length:", f" {len(BODY)}"),
    "a space before the length's colon": post(f"Content-Length : {len(BODY)}"),
    "a length of 30 digits": post(f"Content-Length: {10**29}"),
    # Chunks
    "a chunk size in base 16, marked": post(CHUNKED, raw=chunk(BODY, "0x{:x}") + END),
    "a plus before a chunk's size": post(CHUNKED, raw=chunk(BODY, "+{:x}") + END),
    "a space before a chunk's size": post(CHUNKED, raw=chunk(BODY, " {:x}") + END),
    "an underscore in a chunk's size": post(CHUNKED, raw=chunk(BODY, "0_{:x}") + END),
    "a chunk size of 70 bits": post(CHUNKED, raw=chunk(BODY, "400000000000{:08x}") + END),
    "a chunk without its end": post(CHUNKED, raw=chunk(BODY, end=b"") + END),
    "a chunk that ends otherwise": post(CHUNKED, raw=chunk(BODY, end=b"XX") + END),
    "a chunk that ends with LF": post(CHUNKED, raw=chunk(BODY, end=b"\n") + END),
    "a chunk that says too little": post(CHUNKED, raw=b"5\r\n" + BODY + b"\r\n" + END),
    "a bare LF behind a chunk's size": post(CHUNKED, raw=b"%x\n%s\r\n" % (len(BODY), BODY) + END),
    "a bare LF in a chunk's extension": post(CHUNKED, raw=chunk(BODY, "{:x};a\nb") + END),
    "a bare CR in a chunk's extension": post(CHUNKED, raw=chunk(BODY, "{:x};a\rb") + END),
    "no size": post(CHUNKED, raw=b"\r\n" + BODY + b"\r\n" + END),
    "no chunks": post(CHUNKED),
    "a length in the trailer": post(
        CHUNKED, raw=chunk(BODY) + b"0\r\n" + LENGTH.encode() + b"\r\n\r\n"
    ),
    "a signature in the trailer": post(
        CHUNKED, raw=chunk(BODY) + b"0\r\nAuthorization: WCS 0\r\n\r\n"
    ),
    "chunks in HTTP/1.0": post(CHUNKED, raw=IN_CHUNKS, line=f"POST {PATH} HTTP/1.0"),
    # The head
    "bare LF": post(LENGTH).replace(b"\r\n", b"\n"),
    "bare CR": post(LENGTH).replace(b"\r\n", b"\r"),
    "a NUL in a field": post(LENGTH, "X: a\0b"),
    "a NUL in a name": post(LENGTH, "X\0: a"),
    "a line without colon": post(LENGTH, "X"),
    "a field without name": post(LENGTH, ": x"),
    "two hosts": post(LENGTH, "Host: other.example"),
    "a line before the head's first": b" X: x\r\n" + post(LENGTH),
    "a folded first field": post(LENGTH, host=" folded: x\r\nHost: localhost"),
    # The request line
    "two spaces": post(LENGTH, line=f"POST  {PATH} HTTP/1.1"),
    "a tab": post(LENGTH, line=f"POST\t{PATH} HTTP/1.1"),
    "a space in the path": post(LENGTH, line=f"POST {PATH} x HTTP/1.1"),
    "a NUL in the path": post(LENGTH, line=f"POST {PATH}\0 HTTP/1.1"),
    "an 8-bit path": post(LENGTH, line=f"POST {PATH}\xff HTTP/1.1"),
    "a small method": post(LENGTH, line=f"post {PATH} HTTP/1.1"),
    "no version": post(LENGTH, line=f"POST {PATH}"),
    "HTTP/0.9": f"POST {PATH}\r\n".encode() + INNER,
    "HTTP/1.2": post(LENGTH, line=f"POST {PATH} HTTP/1.2"),
    "HTTP/2.0": post(LENGTH, line=f"POST {PATH} HTTP/2.0"),
    "HTTP/1.1 twice": post(LENGTH, line=f"POST {PATH} HTTP/1.1 HTTP/1.1"),
    "HTTP/1.01": post(LENGTH, line=f"POST {PATH} HTTP/1.01"),
    "http/1.1": post(LENGTH, line=f"POST {PATH} http/1.1"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + INNER,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + INNER,
    "a path that is an asterisk": post(LENGTH, line="POST * HTTP/1.1"),
    "a path without slash": post(LENGTH, line=f"POST {PATH[1:]} HTTP/1.1"),
    "CONNECT": post(LENGTH, line="CONNECT localhost:443 HTTP/1.1", raw=INNER),
}

# Whether it is a hook's path, to nginx and to the gateway.
PATHS = {
    PATH: True,
    f"{PATH}/": True,
    f"{PATH}//": True,
    f"//{PATH}": True,
    PATH.replace("/", "//"): True,
    "/" + PATH[1:].replace("/", "%2f"): True,
    PATH.replace("hooks", "%68ooks"): True,
    f"{PATH}?x=1": True,
    f"{PATH}?/../../metrics": True,
    f"{PATH};x=1": False,
    PATH.replace("/connect", ";x/connect"): False,
    f"{PATH}%00": False,
    f"{PATH}%0d%0aX:%20x": False,
    f"{PATH}%20": False,
    f"{PATH}%c0%af": False,
    f"{PATH}/..": False,
    f"{PATH}/x": False,
    f"/.{PATH}": False,
    f"/x/..{PATH}": False,
    f"/x/..%2f{PATH[1:]}": False,
    PATH.replace("hooks", "%2568ooks"): False,
    PATH.replace("/hooks/", "/HOOKS/"): False,
    PATH.replace("/hooks/", "\\hooks\\"): False,
    PATH.replace("/", "\\"): False,
    f"/hooks{PATH}": False,
    f"/metrics/..{PATH}": False,
}
# No answer of these through nginx may hold a metric.
METRICS = (
    "/metrics",
    "//metrics",
    "/metrics/",
    "/%6detrics",
    "/metrics?x",
    "/metrics%3f",
    "/metrics%23",
    "/./metrics",
    "/x/../metrics",
    "/x/..%2fmetrics",
    "/metrics;x",
    "http://localhost/metrics",
    "http://localhost:9999//metrics",
)
