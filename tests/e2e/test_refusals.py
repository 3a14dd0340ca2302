"""Refused calls: visitors get a neutral sentence, the record says why, no telephone rings."""

from __future__ import annotations

import pytest

from hooks.models import Event
from tests.e2e.phones import KINDS
from tests.e2e.rows import TALKED
from tests.manager import change, signed_in, url

pytestmark = pytest.mark.proof

LOOK_ALIKES = [
    "www.acme.localhost.evil.localhost",
    "xwww.acme.localhost",
    "acme.localhost",
    "www.acme-evil.localhost",
    "shop.www.acme.localhost",
]
SUPPORT = KINDS["support"].user
NEUTRAL = "Calls are not available here"


def reasons(**wanted):
    return list(
        Event.objects.filter(decision="refused", **wanted)
        .order_by("id")
        .values_list("reason", flat=True)
    )


@pytest.mark.parametrize("host", ["www.stranger.localhost", *LOOK_ALIKES])
def test_a_foreign_origin_is_refused(stage, dials, host):
    caller = dials("sales", host=host)
    caller.wait("refused")
    assert NEUTRAL in caller.everything
    assert reasons() == ["origin_unknown"]
    stage.ends_with(sessions=0)
    assert stage.invites() == []


def test_another_customers_page_is_refused_at_a_media_server_that_does_not_serve_it(stage, dials):
    dials("sales", host="www.globex.localhost", wcs="acme-1").wait("refused")
    assert reasons() == ["tenant_not_served"]
    stage.ends_with(sessions=0)
    assert stage.invites() == []


def test_another_customers_alias_is_unknown(stage, dials):
    caller = dials("frontdesk")
    caller.wait("refused")
    assert NEUTRAL in caller.everything
    assert reasons() == ["callee_unknown"]
    assert stage.invites() == []
    stage.ends_with("frontdesk: callee_unknown")


@pytest.mark.parametrize(
    "callee",
    [
        "+88213000000",
        SUPPORT,
        f"sip:{SUPPORT}@sip.acme.example",
        "10003",
        "sip:1@evil.test",
        "sales@evil.test",
    ],
)
def test_a_number_or_an_address_is_no_callee(stage, client, callee):
    caller = client(callee)
    caller.dial()
    caller.wait("refused")
    caller.wait("failed")
    assert stage.invites() == []
    stage.ends_with(f"{callee}: callee_unknown")


def test_a_suspended_customer_is_refused_at_the_very_next_click(stage, dials):
    stage.phone("sales")
    dials("sales").wait("talking")
    stage.cast.acme.status = "suspended"
    stage.cast.acme.save(update_fields=["status"])
    dials("sales").wait("refused")
    assert reasons() == ["tenant_suspended"]
    stage.ends_with(f"sales: {TALKED}")


def test_the_sip_server_refuses_a_wrong_password(stage, dials):
    account = stage.cast.acme_account
    account.password = "no-longer-the-password"
    account.save(update_fields=["password"])
    stage.phone("sales")
    dials("sales").wait("failed")
    call = stage.ended()
    stage.ends_with("sales: TRYING FAILED, 407, failed")
    assert stage.rang("sales") == 0
    manager = signed_in("manager", stage.cast.acme)
    assert "SIP 407" in text_of(manager, overview(stage.cast.acme))
    assert "SIP 407" in text_of(manager, change(call))


def test_the_sip_server_refuses_to_register_with_a_wrong_password(stage, client):
    stage.cast.acme.sip_register_required = True
    stage.cast.acme.save(update_fields=["sip_register_required"])
    account = stage.cast.acme_account
    account.password = "no-longer-the-password"
    account.save(update_fields=["password"])
    caller = client("sales")
    visitor = caller.connect()
    visitor.expect("getUserData")
    visitor.expect("fail")
    manager = signed_in("manager", stage.cast.acme)
    assert "FAILED SIP 401 UNAUTHORIZED" in text_of(manager, overview(stage.cast.acme))
    stage.ends_with()


def overview(tenant) -> str:
    return url(tenant, "overview", tenant.pk)


def text_of(browser, address: str) -> str:
    """A page, as an account manager sees it."""
    page = browser.get(address)
    assert page.status_code == 200
    return page.content.decode()
