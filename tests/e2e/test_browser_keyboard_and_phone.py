"""Every page fits a phone, and people who use the keyboard see where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.every_page import LOOKS, MOST_USED, shown


@pytest.mark.early
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
