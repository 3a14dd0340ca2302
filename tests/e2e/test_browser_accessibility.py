"""Every page in Chromium: what axe-core finds wrong for eyes and ears, and what the pages' own policy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.core.management import call_command

from tests import cast as casting
from tests.manager import signed_in
from tests.walk import a_day_of, addresses, an_import_by

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [(DESK, "light"), (PHONE, "dark"), (DESK, "dark"), (PHONE, "light")]
# No page, or one that ends the visit.
NO_PAGES = {"logout", "jsi18n", "autocomplete", "enrol_qr", "healthz", "readyz", "button.js", "hooks_call_live_stream"}

# Two of axe's recommendations, which no standard asks for, that Django's own templates do not follow: the first head of a
# page's table is empty, and the search box is named by a picture.
WIDGET = {"exclude": [[".select2"]]}  # Django's choice with a search, which names itself by what is chosen
LEFT_OUT = ["empty-table-header", "label-title-only"]


@pytest.fixture(scope="module")
def visitor(gateway, django_db_blocker, chromium) -> Iterator[Any]:
    """An administrator's browser, and the pages there are: one of each kind."""
    with django_db_blocker.unblock():
        cast = casting.assemble()
        a_day_of(cast.acme, cast.acme_1, cast.shared_1)
        browser = signed_in("administrator")
        an_import_by(browser.user, cast.acme)
        AccessAttempt.objects.create(username="mary", ip_address="203.0.113.9", failures_since_start=1)
        AccessLog.objects.create(username="mary", ip_address="203.0.113.9")
        pages = {place.name: place.path for place in addresses(lambda model: list(model._default_manager.all()[:1]))}
    base = f"http://127.0.0.1:{gateway.port}"
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": browser.session.session_key, "url": base}])
    yield base, context, {name: path for name, path in pages.items() if name not in NO_PAGES and "export" not in name}
    context.close()
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)


def problems(page, base, path, look) -> list[str]:
    """What the page's own policy refuses of it, and what axe says; axe itself sets styles that the policy refuses."""
    viewport, scheme = look
    refused: list[str] = []

    def note(message) -> None:
        if "Content Security" in message.text:
            refused.append(message.text)

    page.on("console", note)
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    answer = page.goto(base + path)
    page.remove_listener("console", note)
    if answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
        return []
    found = (
        Axe()
        .run(page, context=WIDGET, options={"rules": dict.fromkeys(LEFT_OUT, {"enabled": False})})
        .response["violations"]
    )
    wrong = [f"{path} {scheme} {viewport['width']}: {one['id']} {one['nodes'][0]['html'][:160]}" for one in found]
    return [f"{path}: {text}" for text in refused] + wrong


def test_every_page_can_be_used_by_everybody(visitor):
    base, context, pages = visitor
    page, found = context.new_page(), []
    assert len(pages) > 40, sorted(pages)
    for number, path in enumerate(pages.values()):
        found += problems(page, base, path, LOOKS[number % len(LOOKS)])
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_way_in_can_be_used_by_everybody(gateway, chromium, look):
    context = chromium.new_context()
    assert problems(context.new_page(), f"http://127.0.0.1:{gateway.port}", "/admin/login/", look) == []
    context.close()


def test_the_pages_have_their_style(visitor):
    """Without it nothing above would mean much."""
    base, context, _ = visitor
    page = context.new_page()
    page.goto(f"{base}/admin/")
    assert page.evaluate("document.styleSheets.length") > 3
    assert page.evaluate("getComputedStyle(document.getElementById('header')).display") == "flex"


def test_the_pages_are_those_of_every_table(visitor):
    """So that the list above cannot shrink unseen."""
    _, _, pages = visitor
    lists = {f"{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry}
    assert lists <= set(pages)
