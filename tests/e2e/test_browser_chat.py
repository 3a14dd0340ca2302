"""A text message to all connected clients, with the vendor's SDK in real browsers."""

from __future__ import annotations

import pytest

from hooks.models import DataMessage
from tests.duties.running import running_worker
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, Button

NOTES = """() => {
    document.texts = [];
    addEventListener("clickhook:message", ({ detail }) => document.texts.push(detail.text));
}"""
TEXT = "We close in ten minutes. <b>Hurry!</b>"


@pytest.fixture
def visit(stage, pages, chromium):
    """A visitor in a call with a phone."""

    def come(host: str, wcs: str, alias: str) -> Button:
        stage.phone(alias)
        address = pages.with_button(pages.origin(host), stage.wcs(wcs).url, alias)
        visitor = Button(chromium, address)
        stage.callers.append(visitor)
        visitor.page.evaluate(NOTES)
        visitor.dial()
        visitor.wait("talking")
        return visitor

    return come


def test_all_connected_visitors_of_a_tenant_get_it_and_nobody_else(stage, visit, manage):
    stage.has_rest_api()
    sales = visit("www.acme.localhost", "acme-1", "sales")
    support = visit("www.acme.localhost", "acme-1", "support")
    globexs = visit("www.globex.localhost", "globex-1", "frontdesk")
    with running_worker():
        done = manage("send_message", "acme", "--everybody", "--text", TEXT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "WCS took it for 2 of 2 visitors" in done.stdout

    for visitor in (sales, support):
        heard = "document.texts.length"
        visitor.page.wait_for_function(heard, timeout=PAGE_WITHIN_MILLISECONDS)
        assert visitor.page.evaluate("document.texts") == [TEXT]
    assert globexs.page.evaluate("document.texts") == []
    assert DataMessage.objects.get().count_recipients()["taken"] == 2
    for visitor in (sales, support, globexs):
        visitor.hang_up()
        visitor.wait("ended")
