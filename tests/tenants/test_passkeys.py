"""Passkeys as a second factor: added after a code, used in place of one, never anybody else's."""

from __future__ import annotations

import json
import time

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.models import AuditEntry, Passkey, SecondFactor
from tenants.sign_in import passkeys
from tests import cast as casting
from tests.manager import person, signed_in
from tests.tenants.authenticator import PRESENT, Authenticator

INSIDE = "/admin/"


def post(browser, name, body=None):
    return browser.post(reverse(f"admin:{name}"), body or {}, content_type="application/json")


def add(browser, key, name="My phone"):
    options = post(browser, "new_passkey_options").json()
    return post(browser, "add_passkey", {"name": name, "credential": key.create(options)})


def use(browser, key, query=""):
    options = post(browser, "passkey_options").json()
    url = reverse("admin:passkey") + query
    return browser.post(url, {"credential": key.get(options)}, content_type="application/json")


@pytest.fixture
def key():
    return Authenticator()


@pytest.fixture
def lena(db, key):
    """Has an app and a passkey; her browser is signed in."""
    browser = signed_in("manager", casting.assemble().acme, name="lena")
    SecondFactor.objects.filter(user=browser.user).update(confirmed=True)
    assert add(browser, key).status_code == 200
    return browser


@pytest.fixture
def half_in(lena):
    """Another browser of Lena's, in which she has given her password."""
    browser = Client()
    browser.force_login(lena.user)
    return browser


def is_inside(browser):
    return browser.get(INSIDE).status_code == 200


def is_refused(browser, answer):
    assert answer.status_code == 400
    assert answer.json() == passkeys.NO
    assert not is_inside(browser)


def test_a_passkey_takes_the_place_of_a_code(lena, half_in, key):
    assert not is_inside(half_in)
    page = half_in.get(reverse("admin:code")).content.decode()
    assert "Use a passkey" in page
    session = half_in.session.session_key

    answer = use(half_in, key, "?next=/admin/tenants/tenant/")
    assert answer.json() == {"next": "/admin/tenants/tenant/"}
    assert is_inside(half_in)
    assert half_in.session.session_key != session
    assert time.time() - half_in.session["confirmed_at"] < 60
    kept = Passkey.objects.get()
    assert kept.sign_count == 1
    assert kept.last_used_at is not None


def test_the_page_shows_passkeys_and_removes_them(lena, key):
    page = lena.get(reverse("admin:second_factor")).content.decode()
    assert "<strong>My phone</strong>" in page
    passkey = Passkey.objects.get()
    lena.post(reverse("admin:remove_passkey", args=[passkey.pk]))
    assert not Passkey.objects.exists()
    entries = AuditEntry.objects.filter(object_table="tenants_passkey")
    assert [entry.object_name for entry in entries] == ["My phone", "My phone"]


def test_a_session_ends_with_the_passkey_that_verified_it(lena, half_in, key):
    use(half_in, key)
    Passkey.objects.all().delete()
    assert not is_inside(half_in)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: setattr(key, "flags", PRESENT),  # touched, but by whom?
        lambda key: setattr(key, "flags", 0),
        lambda key: setattr(key, "host", "evil.example"),
        lambda key: setattr(key, "origin", "https://evil.example"),
        lambda key: setattr(key, "key", Authenticator().key),
        lambda key: setattr(key, "credential_id", b"unknown"),
        lambda key: setattr(key, "count", -1),  # used before on a copy
    ],
    ids=["not verified", "not present", "host", "origin", "key", "id", "copy"],
)
def test_what_a_browser_may_not_say(lena, half_in, key, spoil):
    Passkey.objects.update(sign_count=5)
    key.count = 5
    spoil(key)
    is_refused(half_in, use(half_in, key))


@pytest.mark.parametrize("flags", [PRESENT, 0])
def test_a_key_that_does_not_verify_the_person_is_not_added(lena, flags):
    careless = Authenticator()
    careless.flags = flags
    assert add(lena, careless).status_code == 400
    assert Passkey.objects.count() == 1


def test_a_challenge_is_good_once_and_for_one_thing(lena, half_in, key):
    options = post(half_in, "passkey_options").json()
    credential = key.get(options)
    broken = credential | {"response": credential["response"] | {"signature": "AAAA"}}
    is_refused(half_in, post(half_in, "passkey", {"credential": broken}))
    is_refused(half_in, post(half_in, "passkey", {"credential": credential}))

    options = post(lena, "new_passkey_options").json()
    is_refused(half_in, post(half_in, "passkey", {"credential": key.get(options)}))
    assert post(lena, "passkey", {"credential": key.get(options)}).status_code == 400


def test_a_challenge_ends(lena, half_in, key, monkeypatch):
    monkeypatch.setattr(passkeys, "LASTS", -1)
    is_refused(half_in, use(half_in, key))


def test_a_challenge_is_of_one_browser(lena, half_in, key):
    options = post(lena, "passkey_options").json()
    is_refused(half_in, post(half_in, "passkey", {"credential": key.get(options)}))


def test_somebody_elses_passkey_opens_nothing(lena, key):
    otto = person("administrator", name="otto")
    SecondFactor.objects.create(user=otto, confirmed=True)
    browser = Client()
    browser.force_login(otto)
    assert post(browser, "passkey_options").status_code == 404  # they have none

    own = Authenticator()
    Passkey.objects.create(user=otto, name="own", credential_id=b"own", public_key=b"x")
    is_refused(browser, use(browser, key))
    assert own.count == 0


def test_a_key_belongs_to_one_person(lena, key):
    otto = signed_in("administrator", name="otto")
    assert add(otto, key).status_code == 400
    assert Passkey.objects.get().user == lena.user


def test_adding_needs_a_code_of_the_last_minutes(lena):
    session = lena.session
    del session["confirmed_at"]
    session.save()
    assert post(lena, "new_passkey_options").status_code == 403
    assert post(lena, "add_passkey", {"name": "x", "credential": {}}).status_code == 403
    passkey = Passkey.objects.get()
    lena.post(reverse("admin:remove_passkey", args=[passkey.pk]))
    assert Passkey.objects.exists()
    assert "Add a passkey" in lena.get(reverse("admin:second_factor")).content.decode()


def test_nobody_has_more_than_ten(lena):
    for number in range(9):
        assert add(lena, Authenticator(), f"key {number}").status_code == 200
    assert post(lena, "new_passkey_options").status_code == 409


@pytest.mark.parametrize(
    "name", ["passkey_options", "passkey", "new_passkey_options", "add_passkey"]
)
def test_strangers_reach_none_of_it(db, name):
    assert post(Client(), name).status_code in (302, 404)
    assert Client().get(reverse(f"admin:{name}")).status_code in (302, 405)


def test_an_administrator_resets_passkeys_too(lena, half_in, key):
    administrator = signed_in("administrator", name="anna")
    form = {"action": "reset_second_factor", "_selected_action": [lena.user.pk]}
    administrator.post("/admin/auth/user/", form)
    assert not Passkey.objects.filter(user=lena.user).exists()


def test_the_command_resets_them_too(lena, capsys):
    call_command("reset_second_factor", "lena")
    assert not Passkey.objects.exists()


def test_a_passkey_of_another_person_is_not_removed(lena):
    otto = signed_in("administrator", name="otto")
    passkey = Passkey.objects.get()
    assert otto.post(reverse("admin:remove_passkey", args=[passkey.pk])).status_code == 404


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("AAAA"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
WORDS = ["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature"]
shapes = st.dictionaries(
    st.sampled_from([*WORDS, "attestationObject"]),
    values | st.dictionaries(st.sampled_from([*WORDS, "attestationObject"]), values),
)


@pytest.mark.proof
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=shapes.map(lambda shape: {"credential": shape, "name": "x"}) | values)
def test_nothing_malformed_is_a_fault(lena, half_in, body):
    for browser, begin, end in (
        (half_in, "passkey_options", "passkey"),
        (lena, "new_passkey_options", "add_passkey"),
    ):
        post(browser, begin)
        assert post(browser, end, json.dumps(body)).status_code == 400
