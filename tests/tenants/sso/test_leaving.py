"""Who came from the provider is signed out here and led there; nobody is led anywhere else."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.manager import signed_in

OUT, LEFT = "/admin/logout/", "/admin/sso/left/"


def led_to(answer) -> str:
    """Where the page sends the browser: by itself, and by its link."""
    text = answer.content.decode()
    refreshed = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', text)
    linked = re.findall(r'<a href="([^"]+)" class="button"', text)
    assert refreshed == linked
    return html.unescape(refreshed[0]) if refreshed else ""


@pytest.fixture
def endpoint(provider):
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/leave?realm=staff"}
    return provider.metadata["end_session_endpoint"]


def test_a_person_leaves_both(browser, provider, endpoint):
    browser.sign_in()
    assert browser.is_inside
    address = led_to(browser.post(OUT))
    assert address.startswith(f"{endpoint}&")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked.keys() == {"realm", "client_id", "post_logout_redirect_uri", "state"}
    assert asked["client_id"] == "clickhook"
    assert asked["post_logout_redirect_uri"].endswith(f"://testserver{LEFT}")
    assert not browser.is_inside

    came_back = browser.get(LEFT, {"state": asked["state"], "next": "https://evil.example/"})
    assert came_back.status_code == 200
    assert "signed out, here and at Acme" in came_back.content.decode()
    assert "evil.example" not in came_back.content.decode()
    assert browser.get(LEFT, {"state": asked["state"]}).status_code == 403  # once


@pytest.mark.proof
@pytest.mark.parametrize("state", ["", "other", "ü", "\0"])
def test_an_answer_to_no_sign_out_is_refused(browser, endpoint, state):
    browser.sign_in()
    assert browser.get(LEFT, {"state": state}).status_code == 403
    assert browser.is_inside
    browser.post(OUT)
    assert browser.get(LEFT, {"state": state}).status_code == 403


@pytest.mark.parametrize(
    "named",
    [
        None,
        5,
        "",
        "http://login.acme.example/leave",
        "javascript:alert(1)",
        "//evil.example/",
        "https://ann@evil.example/",
        "https://login.acme.example/\nleave",
        "https://[::1",
    ],
)
def test_a_provider_without_such_an_address_is_left_alone(browser, provider, named):
    provider.metadata = {"end_session_endpoint": named} if named is not None else {}
    browser.sign_in()
    answer = browser.post(OUT)
    assert answer.status_code in (200, 302)
    assert led_to(answer) == ""
    assert not browser.is_inside


def test_who_has_a_password_here_is_led_nowhere(browser, endpoint, db):
    person = signed_in("administrator")
    assert led_to(person.post(OUT)) == ""
    assert person.get("/admin/").status_code == 302


def test_a_link_of_a_stranger_signs_nobody_out(browser, endpoint):
    browser.sign_in()
    assert browser.get(OUT).status_code == 405
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = browser.cookies
    assert checked.post(OUT).status_code == 403
    assert browser.is_inside
