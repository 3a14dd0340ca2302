"""Pages in Chromium in several looks, and after something was done on them."""

from __future__ import annotations

import pytest

from tests.e2e.every_page import LOOKS, MOST_USED, found_by_axe, shown


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
