"""Every page in Chromium: what axe-core finds wrong, and what the page's own policy refuses."""

from __future__ import annotations

import pytest
from django.contrib import admin

from tests.e2e.every_page import LOOKS, found_by_axe, shown


@pytest.mark.early
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


def test_the_pages_are_those_of_every_table(visitor):
    """So that the list above cannot shrink unseen."""
    pages = visitor[2]
    lists = {
        f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    }
    assert lists <= set(pages)
