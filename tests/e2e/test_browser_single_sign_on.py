"""Staff sign in at a real provider of OpenID Connect, in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tenants.models import SsoIdentity
from tests.conftest import Gateway
from tests.manager import person
from tests.ports import find_port

LENA = {"sub": "subject-of-lena", "email": "lena@acme.example", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = find_port()
    command = ["-m", "oidc_provider_mock", "--port", str(port), "--user-claims", json.dumps(LENA)]
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        issuer = f"http://127.0.0.1:{port}"
        wait_for(f"{issuer}/.well-known/openid-configuration")
        yield issuer
        process.terminate()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.URLError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture(scope="module")
def entrance(provider: str, gateway: Gateway) -> Iterator[str]:
    """A gateway whose staff sign in there."""
    running = Gateway(
        {
            **gateway.environment,
            "CLICKHOOK_OIDC_ISSUER": provider,
            "CLICKHOOK_OIDC_CLIENT_ID": "clickhook",
            "CLICKHOOK_OIDC_CLIENT_SECRET": "client-secret-8d1f",
            "CLICKHOOK_OIDC_SECOND_FACTOR": "provider",
            "CLICKHOOK_OIDC_TITLE": "Acme's account",
        },
        workers=1,
    ).start()
    yield f"http://127.0.0.1:{running.port}"
    running.kill()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_a_person_signs_in_at_the_provider(entrance, provider, page, cast, tmp_path):
    lena = person("manager", cast.acme, name="lena")
    lena.email = LENA["email"]
    lena.save()

    page.goto(f"{entrance}/admin/tenants/tenant/")
    page.get_by_role("link", name="Sign in with Acme's account").click()
    page.get_by_role("button", name=LENA["sub"]).click()

    page.get_by_role("link", name="acme", exact=True).wait_for()
    assert page.url == f"{entrance}/admin/tenants/tenant/"
    assert SsoIdentity.objects.get().user == lena

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{provider}/oauth2/end_session?*")
    page.get_by_role("button").first.click()
    page.get_by_text("You are signed out, here and at Acme's account.").wait_for()
    assert page.url.startswith(f"{entrance}/admin/sso/left/?state=")


def test_who_is_denied_there_reads_so_here(entrance, provider, page, cast):
    page.goto(f"{entrance}/admin/login/")
    page.get_by_role("link", name="Sign in with Acme's account").click()
    page.get_by_role("button", name="Deny").click()
    page.get_by_role("heading", name="Not signed in").wait_for()
    page.get_by_role("link", name="Back to signing in").click()
    page.get_by_role("textbox", name="Username").wait_for()
