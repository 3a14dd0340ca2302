"""Calls that are allowed, from the button to the phone and back, each ending in its rows."""

from __future__ import annotations

import pytest

from hooks.models import Call, Session
from tests.e2e.phones import ACME_LINE, GLOBEX_LINE, KINDS, NO_PHONE
from tests.e2e.rows import TALKED

pytestmark = pytest.mark.proof

RUNG = "TRYING RING FINISH, 200, finish"
# Who gives up where nobody answers, by the callee with whom that happens.
TIRED = {
    "the phone": ("tired", 480, "SIP 480 TEMPORARILY UNAVAILABLE"),
    "the SIP server": ("unheard", 408, "SIP 408 REQUEST TIMEOUT"),
}


def test_the_default_callee_rings_where_the_page_names_nobody(stage, dials):
    stage.phone("sales")
    dials().wait("talking")
    assert stage.call().target == "+4930123456"
    stage.ends_with(f"default: {TALKED}")


def test_the_page_chooses_among_the_callees(stage, dials):
    stage.phone("sales"), stage.phone("support")
    dials("support").wait("talking")
    stage.heard("support", call="answered")
    assert stage.rang("sales") == 0
    assert stage.call().target == KINDS["support"].user
    stage.ends_with(f"support: {TALKED}")


def test_two_calls_in_a_row(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("talking")
    caller.hang_up()
    caller.wait("ended")
    caller.dial()
    caller.wait("talking")
    caller.hang_up()
    caller.wait("ended")
    assert stage.rang("sales") == 2
    stage.ends_with(f"sales: {TALKED}", f"sales: {TALKED}", sessions=2)


def test_two_tabs_hold_a_call_each(stage, dials):
    stage.phone("sales"), stage.phone("support")
    first, second = dials("sales"), dials("support")
    first.wait("talking")
    second.wait("talking")
    first.leave()
    stage.heard("sales", call="ended")
    stage.ended(alias="sales")
    assert Call.objects.get(alias="support").ended_at is None
    second.hang_up()
    stage.ends_with(f"sales: {TALKED}", f"support: {TALKED}", sessions=2)


def test_two_tenants_at_once_are_not_mixed_up(stage, dials):
    """Over the same media server, at the same time."""
    stage.phone("sales"), stage.phone("frontdesk")
    acme = dials(wcs="shared-1")
    globex = dials(host="www.globex.localhost", wcs="shared-1")
    acme.wait("talking")
    globex.wait("talking")
    stage.heard("sales", call="answered", **{"from": f"sip:{ACME_LINE}@sip.acme.example"})
    stage.heard("frontdesk", call="answered", **{"from": f"sip:{GLOBEX_LINE}@sip.globex.example"})
    rows = {
        (call.tenant.slug, call.target, call.caller, call.session.origin)
        for call in Call.objects.all()
    }
    pages = {session.origin for session in Session.objects.all()}
    assert rows == {
        ("acme", "+4930123456", ACME_LINE, next(page for page in pages if "acme" in page)),
        (
            "globex",
            KINDS["frontdesk"].user,
            GLOBEX_LINE,
            next(page for page in pages if "globex" in page),
        ),
    }
    acme.leave()
    stage.ended(tenant__slug="acme")
    stage.ends_with(f"default: {TALKED}", f"default: {TALKED}", sessions=2)


def test_the_phone_hangs_up(stage, dials):
    stage.phone("hasty")
    caller = dials("hasty")
    caller.wait("talking")
    caller.wait("ended")
    stage.ends_with(f"hasty: {TALKED}")


def test_the_callee_is_busy(stage, dials):
    stage.phone("busy")
    dials("busy").wait("busy")
    stage.ends_with("busy: TRYING RING BUSY, 486, busy")


def test_the_callee_is_unknown_to_the_sip_server(stage, dials):
    dials("unknown").wait("failed")
    call = stage.ended()
    assert (call.target, call.end_info) == (NO_PHONE, "SIP 404 NOT FOUND")
    stage.ends_with("unknown: TRYING FAILED, 404, failed")


def test_nobody_answers_until_somebody_gives_up(stage, dials, kind, tired):
    alias, status, info = TIRED[tired]
    stage.phone(alias)
    caller = dials(alias)
    caller.wait("ringing")
    caller.wait("failed")
    if kind == "button":
        caller.says("The call did not go through. Please try again later.")
    if tired == "the SIP server":
        stage.heard(alias, call="ended")  # it need not ring any more
    assert stage.rang(alias) == 1
    assert stage.ended().end_info == info
    stage.ends_with(f"{alias}: TRYING RING FAILED, {status}, failed")


def test_nobody_answers_and_the_visitor_gives_up_while_it_rings(stage, dials):
    stage.phone("silent")
    caller = dials("silent")
    caller.wait("ringing")
    caller.hang_up()
    stage.heard("silent", call="ended")  # the CANCEL came to the phone
    stage.ends_with(f"silent: {RUNG}")
    assert not [line for line in stage.phone("silent").lines if line.get("call") == "answered"]


def test_the_tab_is_closed_while_talking(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("talking")
    caller.leave()
    stage.heard("sales", call="ended")
    stage.ends_with(f"sales: {TALKED}")


def test_the_tab_is_closed_while_it_rings(stage, dials):
    stage.phone("silent")
    caller = dials("silent")
    caller.wait("ringing")
    caller.leave()
    stage.heard("silent", call="ended")
    stage.ends_with(f"silent: {RUNG}")
