"""Reading a ticket: what is good, and every way in which one is bad."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from hooks.reasons import Reason
from hooks.tickets.claims import Malformed, parse_claims
from hooks.tickets.ticket import Ticket, read_ticket
from tests.hooks.tickets.making import KID, SECRET, encode_part, make_claims, make_ticket

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
AT = NOW.timestamp()
KEYS = {KID: SECRET}


def made(**changes: Any) -> str:
    return make_ticket(now=int(AT), **changes)


def signed(header: Any, claims: Any) -> str:
    text = f"{encode_part(header)}.{encode_part(claims)}"
    digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{encode_part(digest)}"


def test_a_good_ticket_says_what_it_claims():
    ticket = read_ticket(
        made(sub="customer-7", label="Ann at Acme", context=["basket 12", "gold"]), KEYS, NOW
    )

    assert isinstance(ticket, Ticket)
    assert ticket.claims.sub == "customer-7"
    assert ticket.claims.label == "Ann at Acme"
    assert ticket.claims.context == ("basket 12", "gold")
    assert not ticket.is_of_gateway
    assert ticket.spent_until == int(AT) + 150


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iat": AT - 149, "exp": AT - 29}, None),
        ({"iat": AT - 151, "exp": AT - 31}, Reason.TICKET_EXPIRED),
        ({"iat": AT, "exp": AT}, Reason.TICKET_EXPIRED),
        ({"iat": AT, "exp": AT - 1}, Reason.TICKET_EXPIRED),
        ({"iat": AT + 29, "exp": AT + 149}, None),
        ({"iat": AT + 31, "exp": AT + 60}, Reason.TICKET_FUTURE),
        ({"exp": AT + 121}, Reason.TICKET_TOO_LONG_LIVED),
        ({"iat": 0, "exp": AT + 60}, Reason.TICKET_TOO_LONG_LIVED),
        ({"exp": 1e300}, Reason.TICKET_TOO_LONG_LIVED),
        ({"alias": ""}, None),
    ],
)
def test_times_are_held_to(changes, reason):
    read = read_ticket(made(**changes), KEYS, NOW)

    assert read is reason or (reason is None and isinstance(read, Ticket))


WRONG = [None, 5, True, [], {}, ["x"], "x" * 300, "a\nb", "\u2028"]
CLAIMS = {
    "origin": WRONG + ["", ...],
    "alias": [*WRONG, "+4930123456", "sip:x@y", "Sales", ...],
    "jti": WRONG + ["", ...],
    "sub": WRONG,
    "label": WRONG,
    "iat": [None, "5", True, [], {}, ...],
    "exp": [None, "5", True, [], {}, ...],
    "context": [None, 5, "text", {}, ["x"] * 6, [5], [None], [["x"]], ["x" * 101], ["a\0b"]],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in CLAIMS.items() for value in values]
)
def test_every_claim_has_its_type(name, value):
    assert read_ticket(made(**{name: value}), KEYS, NOW) is Reason.TICKET_MALFORMED


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_time_is_a_number(number):
    raw = b'{"origin":"https://www.acme.example","alias":"","jti":"1","iat":1,"exp":%s}'
    text = signed({"alg": "HS256", "kid": KID}, raw % number.encode())

    assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_a_signature_by_another_key_is_refused():
    assert read_ticket(made(secret="another" * 6), KEYS, NOW) is Reason.TICKET_SIGNATURE


@pytest.mark.parametrize(
    "kid", ["tk-2", "../../dev/null", "/dev/null", "tk-1\0", "", "x" * 65, None, 5, ["tk-1"], "*"]
)
def test_only_a_key_of_the_tenant_counts(kid):
    text = signed({"alg": "HS256", "kid": kid}, make_claims(now=int(AT)))
    expected = {"tk-2": Reason.TICKET_KEY_UNKNOWN}.get(str(kid), Reason.TICKET_MALFORMED)

    assert read_ticket(text, KEYS, NOW) is expected


@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS512", "RS256", "hs256", "", None, 5])
def test_only_one_algorithm_counts(algorithm):
    text = signed({"alg": algorithm, "kid": KID}, make_claims(now=int(AT)))

    assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_a_ticket_without_a_signature_is_refused():
    unsigned = jwt.encode(make_claims(now=int(AT)), None, "none", {"kid": KID})
    head, claims, _ = made().split(".")

    for text in (unsigned, f"{head}.{claims}.", f"{head}.{claims}"):
        assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_an_rsa_signature_is_no_hmac():
    private = rsa.generate_private_key(65537, 2048)
    text = jwt.encode(make_claims(now=int(AT)), private, "RS256", {"kid": KID})

    assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_what_the_header_asks_for_is_not_done():
    for more in ({"b64": False, "crit": ["b64"]}, {"crit": ["exp"]}):
        text = signed({"alg": "HS256", "kid": KID, **more}, make_claims(now=int(AT)))
        assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_every_truncated_ticket_is_refused():
    text = made()
    refused = (Reason.TICKET_MALFORMED, Reason.TICKET_SIGNATURE)

    assert all(read_ticket(text[:end], KEYS, NOW) in refused for end in range(len(text)))


def test_every_changed_letter_is_noticed():
    text = made()
    for at in range(len(text) - 1):  # of the last one, two bits are unused
        changed = "A" if text[at] != "A" else "B"
        assert isinstance(read_ticket(text[:at] + changed + text[at + 1 :], KEYS, NOW), Reason)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "." * 100_000,
        "ключ.билет.подпись",
        "\ud800.a.b",
        "a.b.c.d",
        "[" * 1000,
        f"{encode_part(b'[' * 700)}.{encode_part(b'[' * 700)}.x",
        f"{encode_part([])}.{encode_part('text')}.x",
    ],
)
def test_nonsense_is_refused(text):
    assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED


def test_a_large_ticket_is_not_decoded(monkeypatch):
    monkeypatch.setattr("hooks.tickets.claims.base64.b64decode", lambda *a, **k: 1 / 0)

    with pytest.raises(Malformed):
        parse_claims(made(label="x") + "A" * 2048)


@given(st.text(max_size=300))
def test_no_text_is_a_fault(text):
    assert read_ticket(text, KEYS, NOW) is Reason.TICKET_MALFORMED
