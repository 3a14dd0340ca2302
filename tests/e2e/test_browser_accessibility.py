"""Every page in Chromium: what axe-core finds wrong, and what the page's own policy refuses."""

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


@pytest.fixture(scope="module")
def visitor(gateway, django_db_blocker, chromium) -> Iterator[Any]:
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


def test_nothing_is_wider_than_a_phone(visitor):
    base, context, pages, _ = visitor
    page, wide = context.new_page(), []
    for path in pages.values():
        shown(page, base, path, LOOKS[1])
        if excess := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            wide.append((path, excess))
    page.close()
    assert wide == []


def test_the_shared_set_up_is_text_that_fits_a_phone(visitor):
    base, context, pages, _ = visitor
    page = context.new_page()
    shown(page, base, pages["tenants_tenant_overview"], LOOKS[1])
    page.locator("summary", has_text="what to set on this WCS").first.click()
    page.get_by_role("link", name="Link to this text").first.click()
    page.wait_for_url("**/set-up-text/**")
    assert page.locator("body").inner_text().startswith("WCS instance instance-of-acme")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def found_by_axe(page) -> list[str]:
    """It sets styles of its own, which the page's policy refuses."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {page.viewport_size['width']}: {one['id']} {one['nodes'][0]['html'][:160]}"
        for one in found
    ]


def test_every_page_can_be_used_by_everybody(visitor):
    base, context, pages, _ = visitor
    page, found, seen = context.new_page(), [], set()
    assert len(pages) > 40, sorted(pages)
    for number, path in enumerate(pages.values()):
        refused, status = shown(page, base, path, LOOKS[number % len(LOOKS)])
        assert status in (200, 403, 404), path
        kind = page.url if status == 200 else status  # some addresses lead to the same page
        found += refused + (found_by_axe(page) if kind not in seen else [])
        seen.add(kind)
    assert found == [], "\n".join(found)
    assert {403, 404} <= seen


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", MOST_USED)
def test_the_pages_that_are_used_most_can_be_used_in_every_look(visitor, name, look):
    base, context, pages, _ = visitor
    page = context.new_page()
    refused, status = shown(page, base, pages[name], look)
    assert status == 200
    assert refused + found_by_axe(page) == []
    page.close()


@pytest.mark.parametrize(
    "name",
    ["index", *(f"tenants_{kind}_change" for kind in ("tenant", "wcsinstance", "importrun"))],
)
def test_a_page_that_only_shows_can_be_used_by_everybody(visitor, name):
    base, _, pages, auditors = visitor
    page = auditors.new_page()
    refused, status = shown(page, base, pages[name], LOOKS[0])
    assert status == 200
    assert page.get_by_role("button", name="Save", exact=True).count() == 0
    assert refused + found_by_axe(page) == []
    page.close()


def refused_file(page) -> None:
    page.set_input_files(
        "#id_file", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"tenant,alias\nacme,()\n"}
    )
    page.get_by_role("button", name="Show what would change").click()


def rows_to_delete(page) -> None:
    page.locator(".action-select").first.check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.locator("button[name=index]").click()


def opened_choice(page) -> None:
    page.get_by_role("combobox", name="Tenant").click()
    page.get_by_role("option", name="acme").wait_for()


def made_test_call(page) -> None:
    page.get_by_role("button", name="Make a test call").click()
    page.get_by_text("The test call").first.wait_for()
    for summary in page.locator("details summary").all():
        summary.click()


# What no address shows: a page after something was done on it.
STATES = {
    "/admin/tenants/importrun/add/": refused_file,
    "/admin/tenants/callee/": rows_to_delete,
    "/admin/tenants/callee/add/": opened_choice,
    "/admin/tenants/tenant/add/": lambda page: page.get_by_role(
        "button", name="Save", exact=True
    ).click(),
    "/admin/second-factor/": lambda page: page.get_by_role("button", name="Make new").click(),
    "/admin/tenants/tenant/new-customer/": lambda page: page.get_by_role(
        "button", name="Add this customer"
    ).click(),
    "tenants_tenant_overview": made_test_call,
    "/admin/code/?recovery": lambda page: page.get_by_role("button", name="Continue").click(),
    "/admin/hooks/call/charts/?tenant=nobody": lambda page: page.locator(".errornote").wait_for(),
}


@pytest.mark.parametrize("path", STATES)
def test_a_page_can_be_used_by_everybody_after_something_was_done_on_it(visitor, path):
    base, context, pages, _ = visitor
    page = context.new_page()
    for look in LOOKS[1:3]:
        refused, _ = shown(page, base, pages.get(path, path), look)
        STATES[path](page)
        page.wait_for_load_state()
        assert refused + found_by_axe(page) == []
    page.close()


FOCUSED = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  if (element === document.body) return null;
  const style = getComputedStyle(element);
  return {
    name: element.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight
      && box.left < innerWidth && box.right > 0,
  };
}"""
MOST_STOPS = 200


def walked_with_tab(page) -> Iterator[dict[str, Any]]:
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(FOCUSED)) is None:
            return
        yield stop


@pytest.mark.parametrize("name", [*MOST_USED, "hooks_call_changelist"])
def test_whoever_walks_with_the_keyboard_sees_where_they_are(visitor, name):
    base, context, pages, _ = visitor
    page = context.new_page()
    for look in LOOKS[:2]:
        shown(page, base, pages[name], look)
        stops = list(walked_with_tab(page))
        assert 10 < len(stops) < MOST_STOPS
        assert [stop for stop in stops if not (stop["outlined"] and stop["inside"])] == []
    page.close()


def test_the_live_page_is_reached_and_paused_by_the_keyboard(visitor):
    base, context, pages, _ = visitor
    page = context.new_page()
    page.goto(base + pages["index"])
    page.get_by_role("link", name="Live", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{pages['hooks_call_live']}")
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Go on").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Refresh"
    page.close()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_way_in_can_be_used_by_everybody(gateway, chromium, look):
    context = chromium.new_context()
    page = context.new_page()
    refused, _ = shown(page, f"http://127.0.0.1:{gateway.port}", "/admin/login/", look)
    assert refused + found_by_axe(page) == []
    context.close()


def test_the_pages_have_their_style(visitor):
    """Without it nothing above would mean much."""
    base, context, *_ = visitor
    page = context.new_page()
    page.goto(f"{base}/admin/")
    assert page.evaluate("document.styleSheets.length") > 3
    assert page.evaluate("getComputedStyle(document.getElementById('header')).display") == "flex"


def test_the_pages_are_those_of_every_table(visitor):
    """So that the list above cannot shrink unseen."""
    pages = visitor[2]
    lists = {
        f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    }
    assert lists <= set(pages)
