"""Five wrong passwords block sign-in for a user from an address; which address that is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tenants.sign_in.client_address import client_address
from tests.manager import person, signed_in

PASSWORD, GUESS = "correct horse battery", "a guess that is no password"


@pytest.fixture
def lena(db):
    user = person("administrator", name="lena")
    user.set_password(PASSWORD)
    user.save()
    return user


def give(password, name="lena", address="203.0.113.7", **headers):
    typed = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address, **headers).post("/admin/login/", typed)


def guess(times=5, **more):
    return [give(GUESS, **more).status_code for _ in range(times)]


def test_after_five_wrong_passwords_none_is_taken(lena):
    assert guess() == [200, 200, 200, 200, 429]
    answer = give(PASSWORD)
    assert answer.status_code == 429
    html = answer.content.decode()
    assert "This blocks sign-in for 15 minutes" in html
    assert "Content-Security-Policy" in answer
    assert give(PASSWORD, address="203.0.113.8").status_code == 302, (
        "from elsewhere the user signs in"
    )

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert give(PASSWORD).status_code == 302


def test_a_right_password_forgets_the_wrong_ones(lena):
    for _ in range(3):
        assert guess(4) == [200] * 4
        assert give(PASSWORD).status_code == 302


def test_one_address_may_fail_for_one_and_get_in_for_another(lena):
    guess()
    other = person("nobody", name="nora")
    other.set_password(PASSWORD)
    other.save()
    assert give(PASSWORD, name="nora").status_code == 302


def test_who_does_not_exist_is_answered_the_same(lena):
    assert guess(name="nobody-of-that-name") == [200, 200, 200, 200, 429]


def test_an_ipv6_network_is_one_address(lena):
    codes = [give(GUESS, address=f"2001:db8::{number}").status_code for number in range(1, 6)]
    assert codes[-1] == 429
    assert give(PASSWORD, address="2001:db8::ffff").status_code == 429
    assert give(PASSWORD, address="2001:db8:0:1::1").status_code == 302


def test_nobody_invents_an_address(lena):
    for number in range(5):
        give(GUESS, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert give(PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99").status_code == 429


def test_behind_a_trusted_proxy_everybody_has_their_own_address(lena, settings):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1
    for number in range(5):
        give(GUESS, address="10.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, 198.51.100.1")
    assert (
        give(
            PASSWORD, address="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.77, 198.51.100.1"
        ).status_code
        == 429
    )
    assert (
        give(PASSWORD, address="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.2").status_code == 302
    )


@pytest.mark.parametrize("said", ["", "nonsense", "192.0.2.1, ", "1" * 5000])
def test_a_proxy_that_says_no_address_is_no_way_round(lena, settings, said):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1
    assert guess(HTTP_X_FORWARDED_FOR=said)[-1] == 429
    assert give(PASSWORD, HTTP_X_FORWARDED_FOR=said).status_code == 429


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.5:41234", "203.0.113.5"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("[::ffff:203.0.113.5]:80", "203.0.113.5"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("203.0.113.5:", None),
        ("[203.0.113.5", None),
        ("unknown", None),
        ("_hidden:80", None),
    ],
)
def test_a_port_brackets_and_a_zone_are_not_the_address(rf, settings, written, address):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1
    request = rf.get("/", headers={"X-Forwarded-For": written})
    assert client_address(request) == address


def test_a_proxy_that_writes_ports_locks_nobody_out_from_elsewhere(lena, settings):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1
    assert guess(HTTP_X_FORWARDED_FOR="203.0.113.5:41234")[-1] == 429
    assert give(PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.5:41235").status_code == 429
    assert give(PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.6:41234").status_code == 302


def test_ipv4_addresses_inside_ipv6_are_not_one_network(lena):
    assert guess(address="::ffff:203.0.113.5")[-1] == 429
    assert give(PASSWORD, address="::ffff:203.0.113.6").status_code == 302


def test_what_was_typed_is_recorded_without_the_password(lena):
    guess(2)
    attempt = AccessAttempt.objects.get()
    assert (attempt.username, attempt.ip_address, attempt.failures_since_start) == (
        "lena",
        "203.0.113.7",
        2,
    )
    assert GUESS not in str(vars(attempt))


def test_an_administrator_sees_it_and_ends_the_wait(lena):
    guess()
    attempt = AccessAttempt.objects.get()
    page = f"/admin/axes/accessattempt/{attempt.pk}"
    assert signed_in("manager").get(f"{page}/change/").status_code == 403
    administrator = signed_in()
    assert "203.0.113.7" in administrator.get(f"{page}/change/").content.decode()
    administrator.post(f"{page}/delete/", {"post": "yes"})
    assert give(PASSWORD).status_code == 302
