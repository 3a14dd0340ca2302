"""The checks of every test notice a secret in a browser, and an INVITE that was not allowed."""

from __future__ import annotations

import json

import pytest

from tests.cast import ACME_PASSWORD
from tests.demo.stand_in import StandIn
from tests.e2e.callers import Client
from tests.e2e.phones import ACME, ACME_LINE, KINDS
from tests.e2e.stage import leaks
from tests.e2e.test_hostile import HOSTILE_CALL, PREMIUM
from tests.hooks.unsafe_backend import ARTICLE_CONFIG, Backend

pytestmark = pytest.mark.proof


def naive(hook, body):
    """As the vendor's article has it: an echo, and no word of what the browser must not learn."""
    if hook == "connect":
        account = {
            "sipLogin": ACME_LINE,
            "sipAuthenticationName": "auth-10001",
            "sipPassword": ACME_PASSWORD,
            "sipDomain": ACME,
        }
        return 200, {**body, **account, "sipPort": 9, "restClientConfig": ARTICLE_CONFIG}
    return (200, {**body, "callee": "+4930123456"}) if hook == "call" else (200, body)


@pytest.fixture
def unprotected(stage):
    """A media server whose backend is the article's."""
    stage.unsafe = True
    with Backend(naive) as backend:
        wcs = StandIn("--hooks", f"http://127.0.0.1:{backend.port}")
        yield wcs
        wcs.stop()


def test_the_articles_backend_gives_the_password_and_the_number_to_every_visitor(
    unprotected, stage, pages
):
    caller = Client(unprotected, pages.origin("www.acme.localhost"), "sales")
    caller.dial()
    caller.wait("failed")
    caller.leave()
    assert leaks(caller.everything) == [ACME_PASSWORD, ACME, ACME_LINE, "auth-10001", "4930123456"]


def test_the_articles_backend_dials_what_the_browser_said_when_it_fails(unprotected, stage, pages):
    """restOnError LOG: only FAIL stands between a hook that is down and a premium number."""

    def broken(hook, body):
        return (500, {}) if hook == "call" else naive(hook, body)

    with Backend(broken) as backend:
        wcs = StandIn("--hooks", f"http://127.0.0.1:{backend.port}")
        caller = Client(wcs, pages.origin("www.acme.localhost"), "+88213000000")
        caller.dial()
        caller.wait("failed")
        caller.leave()
        assert wcs.find_lines(what="invite")[0]["target"] == f"sip:+88213000000@{ACME}"
        wcs.stop()


@pytest.fixture
def reachable(stage):
    """One whose backend is the article's, and tells the way to the SIP server."""
    stage.unsafe = True
    server = {"sipOutboundProxy": "127.0.0.1", "sipPort": stage.building.sip.port}

    def answer(hook, body):
        status, fields = naive(hook, body)
        return status, {**fields, **server} if hook == "connect" else fields

    with Backend(answer) as backend, StandIn("--hooks", f"http://127.0.0.1:{backend.port}") as wcs:
        yield wcs


def test_the_check_of_invites_sees_one_that_nobody_allowed(stage, pages, reachable):
    stage.phone("sales")
    caller = Client(reachable, pages.origin("www.acme.localhost"), "sales")
    caller.dial()
    caller.wait("talking")
    caller.leave()
    assert {(invite.caller, invite.callee) for invite in stage.invites_not_allowed()} == {
        (f"{ACME_LINE}@{ACME}", f"+4930123456@{ACME}")
    }


@pytest.mark.parametrize(
    ("caller", "outcome"), [(None, "talking"), (HOSTILE_CALL["caller"], "failed")]
)
def test_the_articles_backend_lets_a_page_say_who_is_calling(
    stage, pages, reachable, caller, outcome
):
    """The SIP server does not let one account call as another, but it was asked to."""
    stage.phone("sales")
    page = Client(reachable, pages.origin("www.acme.localhost"), "sales")
    page.dial(**{**HOSTILE_CALL, "caller": caller})
    page.wait(outcome)
    page.leave()
    line, identity = caller or ACME_LINE, f"<sip:{PREMIUM}@bank.test>"
    for invite in stage.invites():
        assert invite.sender == f'"The Bank" <sip:{line}@{ACME}>'
        assert sorted(invite.strange) == [
            ("diversion", identity),
            ("p-asserted-identity", identity),
        ]
    assert stage.invites_not_allowed() == stage.invites() != []


@pytest.mark.parametrize("alias", ["sales", "support", "frontdesk"])
def test_a_number_is_seen(stage, pages, alias):
    """Also one that stands in no address; one that is like it is none."""
    stage.unsafe = True
    callee, number = KINDS[alias].user, KINDS[alias].user.lstrip("+")

    def dialling(hook, body):
        return (200, {**body, "callee": callee}) if hook == "call" else naive(hook, body)

    with (
        Backend(dialling) as backend,
        StandIn("--hooks", f"http://127.0.0.1:{backend.port}") as wcs,
    ):
        caller = Client(wcs, pages.origin("www.acme.localhost"), alias)
        caller.dial()
        caller.wait("failed")
        caller.leave()
    assert number in leaks(caller.everything)
    assert leaks(json.dumps({"callee": number, "o": f"{number[:-1]} 1{number[1:]}"})) == [number]
