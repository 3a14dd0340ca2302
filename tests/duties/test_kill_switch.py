"""The kill switch: no call after its commit, and living calls are asked to end."""

from __future__ import annotations

import html
import json
import time

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from hooks.calls.admin.switch import OF_A_MOVE
from hooks.models import Call, Event, Session, Switch
from hooks.wcs.kill_switch.switching import switch_off, switch_on_again
from hooks.wcs.kill_switch.targets import UnknownTarget, find_target
from tenants.models import AuditEntry
from tests.cast import SECRETS
from tests.duties.conftest import REST_PASSWORD
from tests.manager import signed_in

NAMES = {
    "tenant": "acme",
    "domain": "https://www.acme.example",
    "callee": "acme/sales",
    "account": "acme/10001",
    "instance": "acme-1",
    "everything": "",
}
OTHERS = {"tenant": "globex", "callee": "acme/support", "instance": "globex-1"}


def last_reason() -> tuple[str, str]:
    event = Event.objects.latest("id")
    return event.reason, event.detail


@pytest.mark.parametrize("kind", NAMES)
def test_from_then_on_calls_are_refused_and_later_allowed_again(acme, kind):
    target = find_target(kind, NAMES[kind])
    acme.connected()
    switch_off(target, "a test", "somebody")
    assert acme.post("call").is_neutral_refusal
    assert last_reason() == ("switched_off", target.key)

    assert switch_on_again(target, "over", "somebody")
    assert acme.post("call", callId="second").status == 200


def test_one_visitor_is_switched_off_and_no_other(acme):
    """By the address in a session id of the old kind."""
    for address in ("203.0.113.5", "203.0.113.6"):
        acme.session = f"/{address}:41234/198.51.100.7:8443"
        acme.connected()
    first, second = Session.objects.order_by("opened_at")
    target = find_target("visitor", f"acme/{first.visitor}")
    switch_off(target, "a test", "somebody")

    assert acme.post("call", sessionId=first.wcs_session_id).is_neutral_refusal
    assert last_reason() == ("switched_off", target.key)
    assert acme.post("call", sessionId=second.wcs_session_id).status == 200


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "callee"])
def test_a_connect_is_refused_too(acme, kind):
    switch_off(find_target(kind, NAMES[kind]), "a test", "somebody")
    assert acme.post("connect").is_neutral_refusal


@pytest.mark.parametrize("kind", OTHERS)
def test_others_go_on(acme, kind):
    switch_off(find_target(kind, OTHERS[kind]), "a test", "somebody")
    acme.connected()
    assert acme.post("call").status == 200


def test_a_call_that_is_being_decided_is_decided_again(acme, cast):
    """What the lane has read before the switch must not be written after it."""
    from hooks.models import Meter

    acme.connected()
    assert acme.post("call", callId="first").status == 200
    before = Meter.objects.get(tenant=cast.acme, scope="tenant").version
    switch_off(find_target("tenant", "acme"), "a test", "somebody")
    assert Meter.objects.get(tenant=cast.acme, scope="tenant").version > before
    assert Meter.objects.filter(tenant=cast.globex).count() == 0


def test_living_calls_are_ended_with_the_result_of_each(living_call, rest):
    done = switch_off(find_target("tenant", "acme"), "a test", "somebody")
    assert [(call.call, call.result) for call in done.calls] == [("call-1", "asked")]
    assert rest.calls == {}


@pytest.mark.parametrize("kind", ["tenant", "domain", "callee", "account", "visitor", "instance"])
def test_what_is_not_there_is_named(transactional_db, kind):
    with pytest.raises(UnknownTarget, match="There is no|is named like|named like"):
        find_target(kind, "nobody/nothing")


def test_the_command_tells_the_result(living_call, manage, cast):
    began_at = time.monotonic()
    done = manage("kill_switch", "on", "--tenant", "acme", "--because", "copied page", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (told["on"], told["was_on"]) == (True, False)
    assert [call["result"] for call in told["calls"]] == ["asked"]
    assert time.monotonic() - began_at < 20  # a command takes a while to start on a busy machine

    again = manage("kill_switch", "on", "--tenant", "acme", "--because", "again", "--json")
    assert json.loads(again.stdout)["was_on"] is True
    off = manage("kill_switch", "off", "--tenant", "acme", "--because", "over")
    assert "calls are allowed again" in off.stdout
    assert not Switch.objects.filter(off_at=None).exists()
    entry = AuditEntry.objects.filter(action="kill_switch:switched_off").get()
    assert (entry.tenant, entry.after["because"]) == (cast.acme, "copied page")


def test_the_command_says_what_could_not_be_ended(living_call, manage):
    type(living_call.session.instance).objects.update(rest_api_url="")
    done = manage("kill_switch", "on", "--everything", "--because", "test")
    assert done.returncode == 2
    assert "no REST API" in done.stdout
    assert Switch.objects.filter(key="everything", off_at=None).exists()


def test_the_command_refuses_what_it_does_not_know(manage):
    done = manage("kill_switch", "on", "--tenant", "nobody", "--because", "test")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no tenant 'nobody'." in done.stderr


def test_the_page_switches_off_and_shows_each_call(living_call, rest, manager):
    address = reverse("admin:hooks_switch_off")
    assert manager.get(address).status_code == 200
    page = manager.post(address, {"kind": "tenant", "name": "acme", "because": "copied"})
    assert "WCS was told to end it." in page.content.decode()
    assert rest.calls == {}
    assert not any(secret in page.content.decode() for secret in (*SECRETS, REST_PASSWORD))

    switch = Switch.objects.get()
    listed = manager.get(reverse("admin:hooks_switch_changelist")).content.decode()
    assert "SWITCHED OFF" in listed
    manager.post(reverse("admin:hooks_switch_on", args=[switch.pk]), {"because": "over"})
    assert not Switch.objects.filter(off_at=None).exists()


def test_the_page_asks_for_a_code_first(cast, manager):
    session = manager.session
    session["confirmed_at"] = 0
    session.save()
    answer = manager.post(reverse("admin:hooks_switch_off"), {"kind": "everything", "because": "x"})
    assert answer.status_code == 302
    assert not Switch.objects.exists()


def test_a_manager_switches_their_own_and_nothing_else(cast):
    client = signed_in("manager", cast.acme)
    address = reverse("admin:hooks_switch_off")
    for kind, name in (
        ("tenant", "globex"),
        ("tenant", "nobody"),
        ("everything", ""),
        ("instance", "acme-1"),
        ("callee", "globex/frontdesk"),
    ):
        client.post(address, {"kind": kind, "name": name, "because": "x"})
    assert not Switch.objects.exists()
    client.post(address, {"kind": "callee", "name": "acme/sales", "because": "x"})
    assert Switch.objects.get().tenant == cast.acme


@pytest.mark.parametrize(
    ("by", "switches_on"), [("carla", True), ("root", False), ("shell", False)]
)
def test_a_manager_switches_on_again_what_a_manager_switched_off(cast, by, switches_on):
    User.objects.create_user("carla", is_staff=True)
    User.objects.create_superuser("root")
    switch_off(find_target("tenant", "acme"), "abuse", by)
    address = reverse("admin:hooks_switch_on", args=[Switch.objects.get().pk])

    signed_in("manager", cast.acme).post(address, {"because": "sorry"})
    assert (Switch.objects.get().off_at is not None) is switches_on


def test_nobody_switches_on_what_is_not_theirs(cast, manager):
    switch_off(find_target("tenant", "acme"), "abuse", "root")
    switch = Switch.objects.get()
    address, because = reverse("admin:hooks_switch_on", args=[switch.pk]), {"because": "sorry"}
    assert signed_in("manager", cast.globex).post(address, because).status_code == 404
    assert signed_in("auditor").post(address, because).status_code == 403

    # A tenant that moves to another cell is switched on by the move alone.
    Switch.objects.update(key=f"move of tenant {cast.acme.pk}")
    page = manager.post(address, because, follow=True).content.decode()
    assert OF_A_MOVE in html.unescape(page)
    switch.refresh_from_db()
    assert switch.off_at is None


def test_an_auditor_switches_nothing(cast):
    client = signed_in("auditor")
    data = {"kind": "tenant", "name": "acme", "because": "x"}
    client.post(reverse("admin:hooks_switch_off"), data)
    assert not Switch.objects.exists()


def test_the_button_hangs_one_call_up(living_call, rest, manager, cast):
    address = reverse("admin:hooks_hang_up", args=[living_call.pk])
    assert manager.get(address).status_code == 405
    answer = manager.post(address, {"next": "/admin/hooks/call/live/"})
    assert answer["Location"] == "/admin/hooks/call/live/"
    assert rest.calls == {}
    assert AuditEntry.objects.filter(action="call:hung_up").count() == 1
    elsewhere = manager.post(address, {"next": "https://evil.example/"})
    assert elsewhere["Location"].startswith("/admin/")


def test_nobody_hangs_up_the_calls_of_others(living_call, rest, cast):
    address = reverse("admin:hooks_hang_up", args=[living_call.pk])
    assert signed_in("manager", cast.globex).post(address).status_code == 404
    assert signed_in("auditor").post(address).status_code == 403
    assert set(rest.calls) == {"call-1"}
    assert Call.objects.get().ended_at is None
