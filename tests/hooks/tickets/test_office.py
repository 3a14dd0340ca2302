"""The gateway's own tickets: who gets one, at what price, and what they are good for."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import altcha.v2 as altcha
import pytest
from django.utils import timezone

from hooks.models import Event, Session, SpentTicket
from hooks.tickets import challenge
from hooks.tickets.office import MOST_REQUESTS
from tests.hooks.lost_connections import lose_connections
from tests.hooks.tickets.asking import ORIGIN, Page, addresses, connect


@pytest.fixture
def gateway(behind_proxy):
    return behind_proxy


def test_a_solved_challenge_gives_a_ticket_that_opens_one_session(acme, page):
    offer = page.ticket().json

    assert (offer["open"], offer["next_opening"], offer["keypad"]) == (True, None, False)
    assert connect(acme, offer["ticket"]).status == 200
    session = Session.objects.get()
    assert (session.ticketed, session.ticket_alias) == (True, "sales")
    assert session.visitor_display == "198.51.100.…"
    assert connect(acme, offer["ticket"], "two").is_neutral_refusal
    assert Event.objects.latest("id").reason == "ticket_replayed"


def test_a_connection_that_was_lost_while_nobody_asked_costs_no_ticket(page):
    assert [page.ask().status for _ in range(4)] == [200] * 4  # of both processes
    lose_connections()
    assert [page.ask().status for _ in range(4)] == [200] * 4


def test_one_address_is_one_visitor(acme, page, cast):
    other = Page(acme, cast.acme.public_key, "2001:db8:1:2::1")
    same = Page(acme, cast.acme.public_key, "2001:db8:1:2::ffff")
    for number, one in enumerate((page, page, other, same)):
        assert connect(acme, one.ticket().json["ticket"], f"s{number}").status == 200
    named = list(Session.objects.order_by("opened_at").values_list("visitor", flat=True))

    assert named[0] == named[1] != named[2] == named[3]


def test_a_ticket_of_one_tenant_is_worth_nothing_at_another(shared, page, cast):
    cast.globex.domains.create(origin="https://www.globex.example")
    ticket = page.ticket().json["ticket"]

    assert connect(shared, ticket).status == 200
    answer = shared.post(
        "connect",
        sessionId="two",
        origin="https://www.globex.example",
        custom={"ticket": page.ticket().json["ticket"]},
    )
    assert answer.is_neutral_refusal
    assert Event.objects.latest("id").reason == "ticket_signature"


def test_apps_of_one_origin_get_the_tickets_of_their_customers(acme, globex, cast):
    app = "capacitor://localhost"
    cast.shared_1.tenants.remove(cast.acme)
    for tenant, wcs, alias in ((cast.acme, acme, "sales"), (cast.globex, globex, "frontdesk")):
        page = Page(wcs, tenant.public_key, next(addresses), app)
        assert page.ask().status == 404
        tenant.domains.create(origin=app)
        ticket = page.ticket(alias).json["ticket"]

        assert wcs.post("connect", origin=app, custom={"ticket": ticket}).status == 200
        assert tenant.sessions.get().ticketed
    # The last ticket was Globex's, and is worth nothing at Acme's.
    other = page.ticket(alias).json["ticket"]
    assert acme.post(
        "connect", sessionId="two", origin=app, custom={"ticket": other}
    ).is_neutral_refusal
    assert Event.objects.latest("id").reason == "ticket_signature"


def test_a_solution_is_good_for_one_ticket(page):
    solved = page.solve()

    assert page.ask("POST", {**solved, "alias": "sales"}).status == 200
    assert page.ask("POST", {**solved, "alias": "sales"}).status == 403


def test_of_many_at_once_one_gets_the_ticket(page, gateway):
    solved = {**page.solve(), "alias": "sales"}

    def post(number: int) -> int:
        own = Page(gateway.wcs("any", None), "", "")
        own.path, own.headers = page.path, page.headers
        status = own.ask("POST", solved).status
        own.wcs.close()
        return status

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(post, range(20)))
    assert sorted(statuses) == [200] + [403] * 19


def test_without_work_there_is_no_ticket(page):
    solved = page.solve()
    prefix = solved["challenge"]["parameters"]["keyPrefix"]
    for counter, key in ((0, "00" * 32), (0, prefix * 64), (-1, ""), (2**40, ""), ("1", None)):
        wrong = {**page.solve(), "solution": {"counter": counter, "derivedKey": key}}
        assert page.ask("POST", {**wrong, "alias": "sales"}).status == 403


def test_a_real_key_that_does_not_fit_the_prefix_is_no_work(page):
    given = altcha.Challenge.from_dict(page.ask().json["challenge"])
    counter = 0
    while True:
        password = altcha._make_password(bytes.fromhex(given.parameters.nonce), counter)
        salt = bytes.fromhex(given.parameters.salt)
        key = altcha.derive_key_pbkdf2(given.parameters, salt, password).hex()
        if not key.startswith(given.parameters.key_prefix):
            break
        counter += 1
    payload = altcha.Payload(given, altcha.Solution(counter, key)).to_dict()

    assert page.ask("POST", {**payload, "alias": "sales"}).status == 403
    # It was marked as spent before the work was looked at.
    assert SpentTicket.objects.filter(jti=f"challenge {given.parameters.nonce}").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("cost", 1), ("keyPrefix", ""), ("expiresAt", 9_999_999_999), ("data", {}), ("cost", "x")],
)
def test_a_changed_challenge_is_no_challenge(page, name, value):
    solved = page.solve()
    solved["challenge"]["parameters"][name] = value

    assert page.ask("POST", {**solved, "alias": "sales"}).status == 403


def test_a_challenge_is_for_one_page_and_one_visitor(acme, page, cast):
    solved = {**page.solve(), "alias": "sales"}
    elsewhere = Page(acme, cast.acme.public_key, next(addresses))
    other_page = Page(acme, cast.acme.public_key, "", "https://shops.acme.example")
    other_page.headers["X-Forwarded-For"] = page.headers["X-Forwarded-For"]

    assert elsewhere.ask("POST", solved).status == other_page.ask("POST", solved).status == 403
    assert page.ask("POST", solved).status == 200


def test_a_challenge_expires(settings, monkeypatch):
    made = challenge.make_challenge({})
    solved = altcha.solve_challenge(altcha.Challenge.from_dict(made))
    given = {"challenge": made, "solution": solved.to_dict()}
    assert challenge.open_solution(given)

    later = time.time() + challenge.LIFE + 1
    monkeypatch.setattr("altcha.v2.time.time", lambda: later)
    assert challenge.open_solution(given) is None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://globex.example:8443", "null", ""]
)
def test_other_origins_get_nothing_to_read(acme, cast, origin):
    page = Page(acme, cast.acme.public_key, next(addresses), origin)
    for verb in ("GET", "POST", "OPTIONS"):
        answer = page.ask(verb, b"{}")
        assert answer.status in (403, 404)
        assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_the_tenant_may_read_the_answers(page):
    for verb in ("GET", "OPTIONS"):
        answer = page.ask(verb)
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["vary"] == "origin"
        assert answer.headers["cache-control"] == "no-store"
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'{"alias": 5}', b"x" * 5000, b"[" * 3000]
)
def test_nonsense_is_refused(page, body):
    assert page.ask("POST", body).status in (400, 403, 413)


@pytest.mark.parametrize("alias", ["unknown", "+4930123456", "x" * 64, "a\0b", [], {"a": 1}])
def test_only_an_alias_of_the_tenant_gets_a_ticket(page, alias):
    assert page.ticket(alias).status in (400, 404)


def test_no_alias_is_the_default_one(acme, page):
    assert connect(acme, page.ticket(None).json["ticket"]).status == 200
    assert Session.objects.get().ticket_alias == "sales"


@pytest.mark.parametrize("changes", [{"tickets": "off"}, {"status": "suspended"}])
def test_a_tenant_without_tickets_gives_none(page, cast, changes):
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(**changes)

    assert page.ask().status == 404


def test_a_closed_tenant_says_when_it_opens(page, cast):
    tomorrow = timezone.now() + timedelta(days=1)
    day = f"{tomorrow:%a}".lower()
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(
        hours={day: ["09:00-17:00"]}, time_zone="UTC"
    )
    offer = page.ticket().json

    assert (offer["open"], offer["ticket"]) == (False, None)
    assert offer["next_opening"] == f"{tomorrow:%Y-%m-%d}T09:00:00+00:00"
    assert offer["sentence"].startswith(f"We are closed. We open again on {tomorrow:%A}")


def test_an_address_that_asks_too_often_waits(acme, page, cast):
    statuses = [page.ask().status for _ in range(MOST_REQUESTS)]
    refused = page.ask()

    assert set(statuses) == {200}
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert Page(acme, cast.acme.public_key, next(addresses)).ask().status == 200


@pytest.mark.early
@pytest.mark.proof
def test_a_flood_of_one_address_is_refused_whole(page):
    """The door lets 200 of them in at once, and 50 a second after that: see test_door_visits."""
    for _ in range(MOST_REQUESTS):
        page.ask()
    assert {page.ask().status for _ in range(500)} == {429}
