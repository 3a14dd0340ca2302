"""The start page: where something was refused lately, and why."""

from __future__ import annotations

from html import unescape

import pytest

from hooks.reasons import Reason
from tests.manager import assert_tells_nothing, signed_in, url


def overview(tenant):
    return url(tenant, "overview", tenant.pk)


@pytest.fixture
def start(cast):
    def read(*who):
        html = unescape(signed_in(*who).get("/admin/").content.decode())
        assert_tells_nothing(html)
        return html.partition('aria-labelledby="trouble"')[2].partition("</section>")[0]

    return read


def test_it_names_who_was_refused_most_and_what_to_do(start, cast, acme, globex):
    assert "Nothing." in start("auditor")
    globex.connected(origin="https://globex.example:8443")
    for number in range(3):
        globex.post("call", callId=str(number), callee="boss")
    acme.connected()
    acme.post("call", callId="one", callee="boss")
    acme.post("connect", origin="https://unknown.example")
    html = start()
    assert html.index(overview(cast.globex)) < html.index(overview(cast.acme))
    assert Reason.CALLEE_UNKNOWN.remedy in html
    assert Reason.ORIGIN_UNKNOWN.sentence in html
    assert "no tenant" in html


def test_a_manager_finds_only_their_tenants(start, cast, acme, globex):
    globex.post("connect", origin="https://unknown.example")
    globex.connected(origin="https://globex.example:8443").post("call", callId="c", callee="boss")
    acme.connected().post("call", callId="c", callee="boss")
    html = start("manager", cast.acme)
    assert overview(cast.acme) in html
    assert overview(cast.globex) not in html
    assert "no tenant" not in html


def test_it_offers_what_people_may_do(cast):
    def offered(*who):
        html = signed_in(*who).get("/admin/").content.decode()
        return [words for words in ("Live</a>", "Charts</a>", "New customer</a>") if words in html]

    assert offered("manager", cast.acme) == ["Live</a>", "Charts</a>", "New customer</a>"]
    assert offered("auditor") == ["Live</a>", "Charts</a>"]
    assert offered("nobody") == []
