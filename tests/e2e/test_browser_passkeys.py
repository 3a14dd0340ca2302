"""A passkey in a real browser: added on the page, and used at the next sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tenants.models import Passkey, SecondFactor
from tests.manager import signed_in

PASSWORD = "correct horse battery"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """With a phone nearby that verifies its owner."""
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def test_a_passkey_is_added_and_used(gateway, page, cast):
    lena = signed_in("manager", cast.acme, name="lena")
    SecondFactor.objects.filter(user=lena.user).update(confirmed=True)
    base = f"http://localhost:{gateway.port}"
    session = {"name": "sessionid", "value": lena.session.session_key, "url": base}
    page.context.add_cookies([session])

    page.goto(f"{base}/admin/second-factor/")
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Remove My phone").wait_for()
    assert Passkey.objects.get().user == lena.user

    page.context.clear_cookies()
    lena.user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # as the gateway does
    lena.user.save()
    page.goto(f"{base}/admin/tenants/tenant/")
    page.get_by_label("Username").fill("lena")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("link", name="acme", exact=True).wait_for()
    assert page.url == f"{base}/admin/tenants/tenant/"
    assert Passkey.objects.get().last_used_at is not None
