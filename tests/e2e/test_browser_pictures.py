"""Takes the README's pictures anew.

Run it with `pytest --real --pictures .pictures tests/e2e/test_browser_pictures.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from hooks.models import Call, Event, Session
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tests.hooks import history
from tests.manager import signed_in, url

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
NAMES = ["Acme Ltd", "Globex Corp", "Initech", "Hooli", "Umbrella Care"]


@pytest.fixture(scope="module")
def admin(gateway, django_db_blocker, chromium) -> Iterator[Any]:
    with django_db_blocker.unblock():
        acme = nine_days()
        browser = signed_in(name="mary")
    base = f"http://127.0.0.1:{gateway.port}"

    def take(name: str, path: str, viewport: dict[str, int], scheme: str, directory: Path) -> None:
        context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        context.add_cookies(
            [{"name": "sessionid", "value": browser.session.session_key, "url": base}]
        )
        page = context.new_page()
        page.goto(base + path)
        page.wait_for_timeout(1200)  # the live page's first news
        page.screenshot(path=directory / f"{name}.png")
        context.close()

    yield take, acme
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)


def nine_days() -> Tenant:
    """Of five customers, the first with all that a customer has."""
    history.fill(calls=11_500, tenants=len(NAMES), days=9)  # today, and the same day last week
    for tenant, name in zip(Tenant.objects.order_by("pk"), NAMES, strict=True):
        tenant.name, tenant.slug = name, name.split()[0].lower()
        tenant.save(update_fields=["name", "slug"])
    acme = Tenant.objects.get(slug="acme")
    Domain.objects.create(tenant=acme, origin="https://www.acme.example")
    Callee.objects.create(tenant=acme, alias="sales", target="+4930123456", default=True)
    Callee.objects.create(tenant=acme, alias="support", target="10003")
    account = SipAccount.objects.create(
        tenant=acme, login="10001", password="x", domain="sip.acme.example"
    )
    instance = WcsInstance.objects.create(pk=history.INSTANCE, name="acme-1", signing_secret="x")
    instance.tenants.add(acme)
    Session.objects.filter(tenant=acme).update(
        sip_account=account, origin="https://www.acme.example"
    )
    newest = Session.objects.order_by("-opened_at")[:6]
    Session.objects.filter(pk__in=[session.pk for session in newest]).update(
        ended_at=None, ended_by=""
    )
    Call.objects.filter(session__in=newest, decision="allowed").update(
        ended_at=None, ended_by="", sip_status=None
    )
    Event.objects.filter(session__in=newest).update(method="call")
    return acme


@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [
        ("tenant", DESK, "light"),
        ("tenant-phone", PHONE, "dark"),
        ("charts", DESK, "light"),
        ("charts-dark", DESK, "dark"),
        ("charts-phone", PHONE, "light"),
        ("calls", DESK, "light"),
        ("live", DESK, "dark"),
        ("live-phone", PHONE, "light"),
        ("customer", DESK, "light"),
        ("start", DESK, "light"),
        ("start-phone", PHONE, "dark"),
    ],
)
def test_picture(admin, request, name, viewport, scheme):
    take, acme = admin
    paths = {
        "tenant": url(acme, "overview", acme.pk),
        "customer": reverse("admin:tenants_new_customer"),
        "charts": reverse("admin:hooks_call_charts") + "?tenant=acme&period=7d",
        "calls": url(Call) + "?tenant=acme",
        "live": reverse("admin:hooks_call_live"),
        "start": "/admin/",
    }
    directory = Path(request.config.getoption("pictures"))
    directory.mkdir(exist_ok=True)
    take(name, paths[name.split("-")[0]], viewport, scheme, directory)
    assert (directory / f"{name}.png").stat().st_size > 10_000
