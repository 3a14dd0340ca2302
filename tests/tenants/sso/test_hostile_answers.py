"""Answers that no honest provider gives, and returns that no honest browser makes."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client

from tenants.models import SsoIdentity
from tests.tenants.sso.conftest import Traveller
from tests.tenants.sso.provider import CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY

PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
IN_A_CENTURY = 4_900_000_000


def stays_out(browser, answer, log):
    assert answer.status_code == 403
    assert b"You were not signed in" in answer.content
    assert not browser.is_inside
    assert not SsoIdentity.objects.exists()
    assert "Single sign-on refused" in log.text
    for secret in (CLIENT_SECRET, "access-token-77aa", "code-0"):
        assert secret not in log.text + answer.content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["a"]},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": ["another-client"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"aud": None},
        {"aud": None, "azp": CLIENT_ID},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"iat": IN_A_CENTURY},
        {"iat": None},
        {"nbf": IN_A_CENTURY},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "of-another-token"},
        {"amr": "otp"},
        {"auth_time": "just now"},
    ],
    ids=str,
)
def test_an_id_token_for_somebody_else_or_another_time(browser, provider, caplog, claims):
    provider.claims = claims
    stays_out(browser, browser.sign_in(), caplog)


@pytest.mark.parametrize(
    ("key", "algorithm", "key_id"),
    [
        (OTHER_KEY, "RS256", "one"),
        (OTHER_KEY, "RS256", "unknown"),
        (OTHER_KEY, "RS256", ""),
        (None, "none", ""),
        (CLIENT_SECRET * 3, "HS256", ""),
    ],
)
def test_an_id_token_that_the_provider_did_not_sign(
    browser, provider, caplog, key, algorithm, key_id
):
    provider.key, provider.algorithm, provider.key_id = key, algorithm, key_id
    stays_out(browser, browser.sign_in(), caplog)


def test_an_id_token_signed_with_the_public_key(browser, provider, caplog, monkeypatch):
    monkeypatch.setattr(jwt.algorithms.HMACAlgorithm, "prepare_key", lambda self, key: key)
    provider.key, provider.algorithm, provider.key_id = PEM, "HS256", "one"
    stays_out(browser, browser.sign_in(), caplog)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"id_token"',
        b"{}",
        b'{"access_token": "a", "token_type": "Bearer"}',
        b'{"access_token": "a", "token_type": "Bearer", "id_token": "a.b.c"}',
        b'{"access_token": "a", "token_type": "Bearer", "id_token": 7}',
        b'{"access_token": "a", "token_type": "Bearer", "id_token": null}',
        b'{"error": 7}',
        b"\xff\xfe",
    ],
)
def test_something_else_than_tokens(browser, provider, caplog, said):
    provider.answers_with = said
    stays_out(browser, browser.sign_in(), caplog)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://127.0.0.1:1/"},
        {"jwks_uri": "http://127.0.0.1:1/"},
        {"jwks_uri": None},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly(browser, provider, caplog, metadata):
    provider.metadata = metadata
    answer = browser.get("/admin/sso/")
    if answer.status_code == 302:
        answer = browser.come_back(provider.sign_in(answer.url))
    stays_out(browser, answer, caplog)


def test_a_provider_that_is_away_is_asked_again_later(browser, provider, caplog):
    provider.metadata = {"issuer": "https://evil.example"}
    stays_out(browser, browser.get("/admin/sso/"), caplog)
    provider.metadata = {}
    browser.sign_in()
    assert browser.is_inside


def test_its_keys_are_read_once_and_again_for_an_unknown_one(browser, provider):
    browser.sign_in()
    browser.logout()
    browser.sign_in()
    assert provider.keys_read == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("state=", "state=x"),
        lambda address: address.partition("&state")[0],
        lambda address: address.replace("code=code-0", "code=guessed"),
        lambda address: address.replace("code=code-0", "code="),
        lambda address: address.replace("code=code-0", "error=access_denied"),
        lambda address: address.replace("code=code-0", "error=%0A%1B[31m" + "x" * 3000),
    ],
    ids=["state", "no state", "code", "no code", "error", "long error"],
)
def test_a_changed_return(browser, provider, caplog, change):
    address = provider.sign_in(browser.begin())
    stays_out(browser, browser.come_back(change(address)), caplog)
    assert "\x1b" not in caplog.text
    assert max(map(len, caplog.text.splitlines())) < 400


@pytest.mark.parametrize("issuer", ["", "https://evil.example", "&iss=https://evil.example"])
def test_a_return_of_another_provider(browser, provider, caplog, issuer):
    """RFC 9207: a provider that names itself in its answers does so in every one."""
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    address = provider.sign_in(browser.begin())
    stays_out(browser, browser.come_back(f"{address}&iss={issuer}" if issuer else address), caplog)

    browser.come_back(f"{provider.sign_in(browser.begin())}&iss={provider.issuer}")
    assert browser.is_inside


def test_a_provider_that_does_not_promise_to_name_itself_may_do_so(browser, provider, caplog):
    address = provider.sign_in(browser.begin())
    stays_out(browser, browser.come_back(f"{address}&iss=https://evil.example"), caplog)
    browser.come_back(f"{provider.sign_in(browser.begin())}&iss={provider.issuer}")
    assert browser.is_inside


def test_a_return_in_another_browser_signs_nobody_in(browser, provider, caplog):
    """Otherwise a stranger could sign somebody in as the stranger."""
    address = provider.sign_in(browser.begin())
    victim = Client()
    stays_out(Traveller(), victim.get(address), caplog)
    other = Traveller()
    other.begin()
    stays_out(other, other.get(address), caplog)


def test_a_return_counts_once(browser, provider, caplog):
    address = provider.sign_in(browser.begin())
    browser.come_back(address)
    assert browser.is_inside
    browser.logout()
    assert browser.come_back(address).status_code == 403
    assert not browser.is_inside


def test_a_cookie_that_is_not_ours_or_too_old(browser, provider, caplog, monkeypatch):
    address = provider.sign_in(browser.begin())
    cookie = browser.cookies["sso_visit"].value
    browser.cookies["sso_visit"] = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
    stays_out(browser, browser.come_back(address), caplog)

    address = provider.sign_in(browser.begin())
    monkeypatch.setattr("tenants.sign_in.sso.visit.LASTS", -1)
    stays_out(browser, browser.come_back(address), caplog)


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/" * 2000]
)
def test_nobody_is_led_elsewhere(browser, next_page):
    assert browser.sign_in(f"?next={next_page}").url == "/admin/"


def test_strangers_leave_nothing_in_the_database(browser, provider, django_assert_num_queries):
    browser.get("/admin/sso/")
    with django_assert_num_queries(0):
        browser.get("/admin/sso/")
        Client().get("/admin/sso/return/?code=1&state=2")


def test_the_cookie_is_for_the_way_back_alone(browser, settings):
    browser.begin()
    cookie = browser.cookies["sso_visit"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/admin/sso/", "Lax", True)
    assert json.dumps(CLIENT_SECRET) not in cookie.value
