"""Tones: for callees who want them, in an established call, slowly, and written down nowhere."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from hooks.limits.keypad import Tones
from hooks.models import Call, Event, Keypad
from hooks.redaction import KEPT
from tenants.models import Callee, Domain
from tests.cast import ACME_SIGNING

PIN = "97531"


def test_five_tones_in_a_second_and_sixty_in_a_call():
    tones = Tones()
    for number in range(60):
        tones = tones.press(1, number * 0.21)
    assert (tones.sent, tones.presses) == (60, 60)
    assert len(tones.last) <= 5
    assert tones.press(1, 99.0) is None


def test_five_tones_may_come_at_once():
    tones = Tones().press(5, 10.0)
    assert tones.press(1, 10.99) is None
    assert tones.press(5, 11.0) is not None
    assert Tones().press(6, 10.0) is None
    assert Tones().press(2, 10.0).press(3, 10.5).press(1, 11.2).sent == 6


@pytest.fixture
def talking(cast, acme):
    Callee.objects.update(keypad=True)
    acme.connected()
    assert acme.post("call").status == 200
    assert acme.post("CallStatusEvent", "call_established").status == 200
    return acme


def last_reason() -> str:
    return Event.objects.latest("id").reason


def test_tones_reach_the_phone_of_a_callee_who_wants_them(talking):
    answer = talking.post("sendDtmf", dtmf="7*#")

    assert answer.json == {"dtmf": "7*#", "type": "RFC2833"}
    assert last_reason() == "allowed"
    assert Event.objects.latest("id").call == Call.objects.get()
    assert Keypad.objects.values_list("presses", "sent").get() == (1, 3)


def test_the_digits_are_written_nowhere(talking, gateway):
    """They may be somebody's PIN."""
    assert talking.post("sendDtmf", dtmf=PIN).status == 200
    assert talking.post("sendDtmf", dtmf=PIN).status == 403
    assert talking.post("sendDtmf", dtmf=f"{PIN}x").status == 403
    assert talking.post("sendDtmf", dtmf=[PIN]).status == 400

    assert "dtmf" not in KEPT
    rows = [*Event.objects.values(), *Call.objects.values(), *Keypad.objects.values()]
    assert PIN not in json.dumps(rows, default=str)
    assert PIN not in gateway.log
    bodies = [event.body for event in Event.objects.filter(method="sendDtmf") if event.body]
    assert all("dtmf" in body["omitted"] for body in bodies)


def test_it_is_off_unless_the_callee_wants_it(cast, talking):
    Callee.objects.filter(alias="sales").update(keypad=False)

    assert talking.post("sendDtmf").is_neutral_refusal
    assert last_reason() == "method_refused"


@pytest.mark.parametrize("digits", ["12a", "A", "+49", " 1", "1,2", "\u0661", "1\n"])
def test_only_digits_star_and_hash_are_sent(talking, digits):
    assert talking.post("sendDtmf", dtmf=digits).is_neutral_refusal
    assert last_reason() == "keypad_digits"


@pytest.mark.parametrize("digits", [..., None, "", 7, "1" * 65])
def test_a_body_without_digits_is_none_of_wcs(talking, digits):
    assert talking.post("sendDtmf", dtmf=digits).status == 400


def test_only_in_an_answered_call_that_goes_on(cast, acme):
    Callee.objects.update(keypad=True)
    acme.connected()
    assert acme.post("sendDtmf").is_neutral_refusal
    assert last_reason() == "method_refused"  # there is no call, so nobody who wants tones

    acme.post("call")
    for file, status, reason in (
        ("call_ring", 403, "keypad_no_talk"),
        ("call_established", 200, "allowed"),
        ("call_finish", 403, "keypad_no_talk"),
    ):
        acme.post("CallStatusEvent", file)
        assert acme.post("sendDtmf").status == status
        assert last_reason() == reason


def test_another_session_sends_no_tones_into_the_call(talking, gateway, cast):
    with closing(gateway.wcs(cast.acme_1.key, ACME_SIGNING)) as stranger:
        stranger.connected()
        assert stranger.post("sendDtmf").is_neutral_refusal
    assert not Keypad.objects.exists()


@pytest.mark.parametrize("callee", ["", None])
def test_a_default_callee_may_want_tones(cast, acme, callee):
    Callee.objects.filter(alias="support").update(keypad=True)
    Domain.objects.filter(origin="https://www.acme.example").update(default_callee=cast.support)
    acme.connected()
    acme.post("call", callee=callee)
    acme.post("CallStatusEvent", "call_established")

    assert acme.post("sendDtmf").status == 200
    Domain.objects.update(default_callee=None)  # sales, who wants none, and is not who was called
    assert acme.post("sendDtmf").is_neutral_refusal


def test_many_tones_at_once_are_counted_to_the_tone(talking, gateway, cast):
    """From connections of their own, in several batches."""

    def press(_number: int) -> int:
        with closing(gateway.wcs(cast.acme_1.key, ACME_SIGNING)) as wcs:
            return wcs.post("sendDtmf", sessionId=talking.session).status

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(press, range(20)))

    allowed = statuses.count(200)
    keypad = Keypad.objects.get()
    assert (keypad.presses, keypad.sent) == (allowed, allowed)
    times = keypad.last
    assert 5 <= allowed <= 20
    assert len([at for at in times if at > times[-1] - 1]) <= 5
    assert Event.objects.filter(method="sendDtmf").count() == 20
