"""The checks of every test, that no secret reaches a browser and no INVITE is ours that we did not allow: they see one."""

from __future__ import annotations

import pytest

from tests.cast import ACME_PASSWORD
from tests.demo.stand_in import StandIn
from tests.e2e.callers import Client
from tests.e2e.phones import ACME
from tests.e2e.stage import leaks
from tests.hooks.unsafe_backend import ARTICLE_CONFIG, Backend


def naive(hook, body):
    """As the vendor's article has it: an echo, and no word of what the browser must not learn."""
    if hook == "connect":
        account = {
            "sipLogin": "10001",
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


def test_the_articles_backend_gives_the_password_and_the_number_to_every_visitor(unprotected, stage, pages):
    caller = Client(unprotected, pages.origin("www.acme.localhost"), "sales")
    caller.dial()
    caller.wait("failed")
    caller.leave()
    assert leaks(caller.everything) == [ACME_PASSWORD, ACME, "auth-10001", "4930123456", "sip:+4930123456"]


def test_the_articles_backend_dials_what_the_browser_said_when_it_fails(unprotected, stage, pages):
    """restOnError LOG: nothing but our FAIL stands between a hook that is down and a premium number."""

    def broken(hook, body):
        return (500, {}) if hook == "call" else naive(hook, body)

    with Backend(broken) as backend:
        wcs = StandIn("--hooks", f"http://127.0.0.1:{backend.port}")
        caller = Client(wcs, pages.origin("www.acme.localhost"), "+88213000000")
        caller.dial()
        caller.wait("failed")
        caller.leave()
        assert wcs.said(what="invite")[0]["target"] == f"sip:+88213000000@{ACME}"
        wcs.stop()


def test_the_check_of_invites_sees_one_that_nobody_allowed(stage, pages):
    stage.unsafe = True
    stage.phone("sales")
    server = {"sipOutboundProxy": "127.0.0.1", "sipPort": stage.building.sip.port}

    def reachable(hook, body):
        status, answer = naive(hook, body)
        return status, {**answer, **server} if hook == "connect" else answer

    with Backend(reachable) as backend, StandIn("--hooks", f"http://127.0.0.1:{backend.port}") as wcs:
        caller = Client(wcs, pages.origin("www.acme.localhost"), "sales")
        caller.dial()
        caller.wait("talking")
        caller.leave()
    assert {(invite.caller, invite.callee) for invite in stage.invites_not_allowed()} == {
        (f"10001@{ACME}", f"+4930123456@{ACME}")
    }
