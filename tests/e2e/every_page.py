"""The pages there are, one of each kind, in the browser of an administrator and of an auditor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from axes.models import AccessAttempt, AccessLog
from django.core.management import call_command

from tests import cast as casting
from tests.manager import signed_in
from tests.walk import a_day_of, addresses, an_import_by

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [(DESK, "light"), (PHONE, "dark"), (DESK, "dark"), (PHONE, "light")]
MOST_USED = [
    *("index", "hooks_call_live", "hooks_my_settings", "tenants_new_customer"),
    *("tenants_tenant_overview", "tenants_tenant_change"),
]
# Addresses without a page, or that end the visit.
NO_PAGES = {
    "logout",
    "jsi18n",
    "autocomplete",
    "enrol_qr",
    *("hooks_hang_up", "hooks_end_stream"),  # they take posts alone
    "/healthz",
    "/readyz",
    "/button.js",
    "hooks_call_live_stream",
    "hooks_call_live_board",  # a part of the live page
    *("passkey", "passkey_options", "add_passkey", "new_passkey_options", "remove_passkey"),
}


def visiting(gateway, django_db_blocker, chromium) -> Iterator[Any]:
    """An administrator's browser, and the pages there are: one of each kind."""
    with django_db_blocker.unblock():
        cast = casting.assemble()
        a_day_of(cast.acme, cast.acme_1, cast.shared_1)
        browser = signed_in("administrator")
        an_import_by(browser.user, cast.acme)
        AccessAttempt.objects.create(
            username="mary", ip_address="203.0.113.9", failures_since_start=1
        )
        AccessLog.objects.create(username="mary", ip_address="203.0.113.9")
        pages = {
            place.name: place.path
            for place in addresses(lambda model: list(model._default_manager.all()[:1]))
        }
        auditor = signed_in("auditor")
    base = f"http://127.0.0.1:{gateway.port}"
    contexts = [opened(chromium, base, browser), opened(chromium, base, auditor)]
    pages = {
        name: path for name, path in pages.items() if name not in NO_PAGES and "export" not in name
    }
    yield base, contexts[0], pages, contexts[1]
    for context in contexts:
        context.close()
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)


def opened(chromium, base, browser) -> Any:
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": base}])
    return context


def shown(page, base, path, look) -> tuple[list[str], int]:
    """What the page's own policy refuses of it, and its status."""
    viewport, scheme = look
    refused: list[str] = []

    def note(message) -> None:
        if "Content Security" in message.text:
            refused.append(f"{path}: {message.text}")

    page.on("console", note)
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    status = page.goto(base + path).status
    page.remove_listener("console", note)
    return refused, status


def found_by_axe(page) -> list[str]:
    """It sets styles of its own, which the page's policy refuses."""
    options = {"resultTypes": ["violations"]}  # telling all that is right takes as long again
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.url} {page.viewport_size['width']}: {one['id']} {one['nodes'][0]['html'][:160]}"
        for one in found
    ]
