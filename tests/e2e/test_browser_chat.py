"""A text message to all connected clients, with the vendor's SDK in real browsers."""

from __future__ import annotations

import pytest

from hooks.models import DataMessage, Event, PageMessage
from tenants.models import WebhookEndpoint
from tests.duties.running import running_worker
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, Button
from tests.hooks.messages.test_taking import takes_messages
from tests.hooks.webhooks.receiver import SECRET, receiving, reply

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
        heard = "() => document.texts.length"
        visitor.page.wait_for_function(heard, timeout=PAGE_WITHIN_MILLISECONDS)
        assert visitor.page.evaluate("document.texts") == [TEXT]
    assert globexs.page.evaluate("document.texts") == []
    assert DataMessage.objects.get().count_recipients()["taken"] == 2
    for visitor in (sales, support, globexs):
        visitor.hang_up()
        visitor.wait("ended")


def test_a_visitor_asks_and_the_customers_system_answers(stage, visit):
    stage.has_rest_api()
    takes_messages(stage.cast.acme)
    visitor = visit("www.acme.localhost", "acme-1", "sales")
    asks = "(what) => document.querySelector('clickhook-button').send(...what)"
    with receiving() as system:
        system.answer = lambda request, received: reply(request, 200, b'{"text": "At nine."}')
        WebhookEndpoint.objects.create(
            tenant=stage.cast.acme, url=system.url, secret=SECRET, events=["message.received"]
        )
        with running_worker(CLICKHOOK_WEBHOOK_ALLOW=f"127.0.0.0/8:{system.port}"):
            assert visitor.page.evaluate(asks, ["chat", "When do you open?"]) is None
            heard = "() => document.texts.length"
            visitor.page.wait_for_function(heard, timeout=PAGE_WITHIN_MILLISECONDS)
    assert visitor.page.evaluate("document.texts") == ["At nine."]
    assert system.received[0].verify()["data"]["text"] == "When do you open?"

    refused = f"(what) => ({asks})(what).then(() => 'taken', (error) => error.name)"
    assert visitor.page.evaluate(refused, ["chat", 7]) == "TypeError"
    assert visitor.page.evaluate(refused, ["order", "one"]) == "NotAllowedError"
    assert Event.objects.filter(method="OnDataEvent").latest("id").reason == "message_operation"
    assert PageMessage.objects.count() == 1
    visitor.hang_up()
    visitor.wait("ended")
