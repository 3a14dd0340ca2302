"""Closed groups: logins and passwords, and tokens of the customer's own."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from hooks.models import Event, Session
from tenants.models import TicketKey, TokenKey, VisitorLogin
from tests.conftest import Gateway
from tests.hooks.tickets.making import KID, ORIGIN, SECRET, encode_part, make_ticket
from tests.wcs import Answer, Wcs

PASSWORD = "a member's pässword"
TOKEN_SECRET = "a shared secret of more than 32 characters"
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def jwk(private, algorithm, **more) -> dict:
    public = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    return {name: public[name] for name in public if name != "key_ops"} | more


JWKS = {"keys": [jwk(RSA_KEY, "RS256", kid="r1"), jwk(ED_KEY, "EdDSA", kid="e1")]}


@pytest.fixture(scope="module")
def gateway(django_db_setup):
    """A password's slow digest is Django's business."""
    running = Gateway({"DJANGO_SETTINGS_MODULE": "tests.quick_settings"}).start()
    yield running
    running.stop()


@pytest.fixture
def closed(cast):
    cast.acme.visitors = "members"
    cast.acme.save(update_fields=["visitors"])
    member = VisitorLogin(tenant=cast.acme, login="ann")
    # As the gateway hashes; fewer iterations, since the test's own hasher is another.
    member.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    member.save()
    return cast.acme


def connect(wcs: Wcs, session: str = "one", **custom) -> Answer:
    return wcs.post("connect", sessionId=session, custom=custom)


def last_reason() -> str:
    return Event.objects.latest("id").reason


def make_token(key=TOKEN_SECRET, algorithm: str = "HS256", kid: str | None = None, **changes):
    claims = {"sub": "ann@acme.example", "exp": time.time() + 60, "aud": ORIGIN, **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(claims, key, algorithm, {"kid": kid} if kid else None)


def test_a_member_connects(acme, closed):
    assert connect(acme, login="ann", password=PASSWORD).status == 200
    session = Session.objects.get()
    assert (session.visitor_display, session.label, session.ticketed) == ("ann", "ann", False)
    assert session.visitor.isalnum()


@pytest.mark.parametrize(
    ("custom", "reason"),
    [
        ({}, "member_missing"),
        ({"login": "ann"}, "login_wrong"),
        ({"login": "ann", "password": ""}, "login_wrong"),
        ({"login": "ann", "password": "guessed"}, "login_wrong"),
        ({"login": "bob", "password": PASSWORD}, "login_wrong"),
        ({"login": "ANN", "password": PASSWORD}, "login_wrong"),
        ({"login": 5, "password": PASSWORD}, "ticket_malformed"),
        ({"login": "ann", "password": "x" * 10_000}, "ticket_malformed"),
        ({"login": "a\ud83d", "password": "x"}, None),
    ],
)
def test_nobody_else_does(acme, closed, custom, reason):
    answer = connect(acme, **custom)

    assert answer.status in (400, 403)
    assert reason in (None, last_reason())
    assert not Session.objects.exists()


def test_a_login_of_another_tenant_counts_for_nothing(shared, cast, closed):
    cast.globex.visitors = "members"
    cast.globex.save(update_fields=["visitors"])
    origin = "https://globex.example:8443"

    answer = shared.post("connect", origin=origin, custom={"login": "ann", "password": PASSWORD})
    assert answer.is_neutral_refusal


def test_a_login_from_an_app_is_looked_for_at_the_instances_customer(acme, globex, cast, closed):
    app = "capacitor://localhost"
    cast.shared_1.tenants.remove(cast.acme)
    cast.globex.visitors = "members"
    cast.globex.save(update_fields=["visitors"])
    for tenant in (cast.acme, cast.globex):
        tenant.domains.create(origin=app)

    credentials = {"login": "ann", "password": PASSWORD}
    assert acme.post("connect", origin=app, custom=credentials).status == 200
    answer = globex.post("connect", origin=app, custom=credentials)
    assert answer.is_neutral_refusal
    assert last_reason() == "login_wrong"


def test_a_disabled_login_counts_for_nothing(acme, closed):
    VisitorLogin.objects.update(enabled=False)

    assert connect(acme, login="ann", password=PASSWORD).is_neutral_refusal


def test_five_wrong_passwords_block_a_login_for_a_while(acme, closed):
    for number in range(5):
        connect(acme, f"s{number}", login="ann", password="guessed")
        assert last_reason() == "login_wrong"
    assert connect(acme, "s5", login="ann", password=PASSWORD).is_neutral_refusal
    assert last_reason() == "login_throttled"

    earlier = timezone.now() - timedelta(minutes=16)
    VisitorLogin.objects.update(throttling_failure_timestamp=earlier)
    assert connect(acme, "s6", login="ann", password=PASSWORD).status == 200
    assert VisitorLogin.objects.get().throttling_failure_count == 0


def test_a_login_that_does_not_exist_is_blocked_as_well(acme, closed):
    reasons = []
    for number in range(12):  # each of the two processes counts for itself
        connect(acme, f"s{number}", login="nobody", password="guessed")
        reasons.append(last_reason())

    assert reasons[0] == "login_wrong"
    assert reasons[-1] == "login_throttled"


def test_a_flood_of_passwords_waits_for_nobody_else(acme, globex, gateway, closed):
    own = [gateway.wcs(acme.key, acme.secret) for _ in range(40)]
    with ThreadPoolExecutor(40) as pool:
        flood = [
            pool.submit(connect, wcs, f"s{number}", login=f"member{number}", password="x")
            for number, wcs in enumerate(own)
        ]
        answer = globex.post("connect", origin="https://globex.example:8443")
        assert answer.status == 200
        statuses = {one.result().status for one in flood}
    for wcs in own:
        wcs.close()
    assert statuses <= {403, 503}


def test_a_password_is_in_no_event_and_no_log(acme, closed, gateway):
    connect(acme, login="ann", password=PASSWORD)
    connect(acme, "two", login="ann", password=f"not {PASSWORD}")

    bodies = json.dumps([event.body for event in Event.objects.all()], ensure_ascii=False)
    assert PASSWORD not in gateway.log + bodies


def test_a_ticket_of_the_customers_own_vouches_for_a_member(acme, closed):
    TicketKey.objects.create(tenant=closed, kid=KID, secret=SECRET)

    assert connect(acme, ticket=make_ticket(sub="ann")).status == 200


@pytest.fixture
def token_key(closed) -> TokenKey:
    key = TokenKey(tenant=closed, secret=TOKEN_SECRET, jwks=JWKS)
    key.full_clean()
    key.save()
    return key


GOOD_TOKENS = {
    "HS256": lambda: make_token(),
    "RS256": lambda: make_token(RSA_KEY, "RS256", "r1"),
    "RS256 without a kid": lambda: make_token(RSA_KEY, "RS256"),
    "EdDSA": lambda: make_token(ED_KEY, "EdDSA", "e1"),
    "two audiences": lambda: make_token(aud=[ORIGIN, "https://other.example"]),
    "within the skew": lambda: make_token(exp=time.time() - 5),
}


@pytest.mark.parametrize("name", GOOD_TOKENS)
def test_a_token_of_the_customers_own_lets_a_member_in(acme, token_key, name):
    assert connect(acme, token=GOOD_TOKENS[name]()).status == 200
    assert Session.objects.get().visitor_display == "ann@acme.example"


PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def confuse() -> str:
    """Signed by HMAC with the public key as the secret, which PyJWT itself would not do."""
    claims = {"sub": "mallory", "exp": time.time() + 60, "aud": ORIGIN}
    text = f"{encode_part({'alg': 'HS256', 'kid': 'r1'})}.{encode_part(claims)}"
    return f"{text}.{encode_part(hmac.new(PEM, text.encode(), hashlib.sha256).digest())}"


BAD_TOKENS = {
    "another secret": (lambda: make_token("another" * 8), "token_invalid"),
    "another RSA key": (
        lambda: make_token(rsa.generate_private_key(65537, 2048), "RS256", "r1"),
        "token_invalid",
    ),
    "unknown kid": (lambda: make_token(RSA_KEY, "RS256", "r2"), "token_key_unknown"),
    "kid of another kind": (lambda: make_token(RSA_KEY, "RS256", "e1"), "token_key_unknown"),
    "none": (lambda: make_token(None, "none"), "token_key_unknown"),
    "HS512": (lambda: make_token(TOKEN_SECRET * 2, "HS512"), "token_key_unknown"),
    "public key as secret": (lambda: confuse(), "token_invalid"),
    "expired": (lambda: make_token(exp=time.time() - 60), "token_expired"),
    "without an end": (lambda: make_token(exp=...), "token_invalid"),
    "end is a text": (lambda: make_token(exp="9999999999"), "token_invalid"),
    "without a subject": (lambda: make_token(sub=...), "token_invalid"),
    "subject is a number": (lambda: make_token(sub=7), "token_invalid"),
    "NUL in the subject": (lambda: make_token(sub="a\0b"), "token_invalid"),
    "two lines of subject": (lambda: make_token(sub="Ann\nFrom: bank"), "token_invalid"),
    "half a surrogate pair": (lambda: make_token(sub="\ud800"), "token_invalid"),
    "no number ends it": (lambda: make_token(exp=float("nan")), "token_invalid"),
    "never": (lambda: make_token(exp=float("inf")), "token_invalid"),
    "more than never": (lambda: make_token(exp=10**400), "token_invalid"),
    "another origin": (lambda: make_token(aud="https://other.example"), "token_origin"),
    "without an audience": (lambda: make_token(aud=...), "token_origin"),
    "part of the origin": (lambda: make_token(aud="https://www.acme"), "token_origin"),
    "nonsense": (lambda: "a.b.c", "token_invalid"),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_token_is_refused(acme, token_key, name):
    make, reason = BAD_TOKENS[name]

    assert connect(acme, token=make()).is_neutral_refusal
    assert last_reason() == reason


def test_a_tenant_without_a_token_key_may_use_custom_as_it_likes(acme, cast):
    assert connect(acme, token="anything").status == 200
