"""The button on customers' pages: strict policies, other scripts, several buttons, wrong values."""

from __future__ import annotations

import http.client

import pytest
from playwright.sync_api import expect

from clickhook.button import websdk
from tests.e2e.button.customers_page import CustomersPage
from tests.e2e.button.test_calls import dialled, talking

# The page itself takes the callee's part and answers the button's offer with a tone.
ANSWER = """async (offer) => {
    const peer = document.peer = new RTCPeerConnection();
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    peer.addTrack(out.stream.getTracks()[0], out.stream);
    await peer.setRemoteDescription({ type: "offer", sdp: offer });
    await peer.setLocalDescription(await peer.createAnswer());
    while (peer.iceGatheringState !== "complete") await new Promise((tell) => setTimeout(tell, 20));
    return peer.localDescription.sdp;
}"""
IS_HEARD = """() => {
    const video = document.querySelector("clickhook-button").shadowRoot.querySelector("video");
    const plays = !video.paused && !video.muted && video.currentTime > 0;
    return document.peer.connectionState === "connected" && plays;
}"""
VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) => (document.violations ??= "
    "[]).push(event.violatedDirective));"
)


def strict_policy(page: CustomersPage) -> str:
    return (
        f"default-src 'none'; script-src {page.gateway}; connect-src {page.wcs}; style-src "
        "'none'; img-src data:"
    )


@pytest.mark.parametrize("style", ["", "none"])
def test_a_call_with_sound_under_a_strict_policy(visit, wcs, style):
    page = visit()
    page.page.add_init_script(VIOLATIONS)
    page.opens(page.tag(style=style), policy=strict_policy(page))
    visitor, call = dialled(page, wcs)
    call.becomes("RING")
    visitor.sends(
        "setRemoteSDP", call.asked["callId"], page.page.evaluate(ANSWER, call.asked["sdp"]), True
    )
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    page.page.wait_for_function(IS_HEARD if not style else IS_HEARD.replace(".shadowRoot", ""))
    page.button.click()
    page.is_in_state("ended")

    assert page.page.evaluate("document.violations") is None
    colour = page.button.evaluate("button => getComputedStyle(button).backgroundColor")
    assert (colour == "rgb(11, 110, 79)") is not style
    page.page.evaluate(
        "document.body.setAttribute('style', 'color: red')"
    )  # the policy is in force
    page.page.wait_for_function("document.violations?.[0] === 'style-src-attr'")


def test_a_first_call_loads_little(gateway):
    size = 0
    for path in ("/button.js", f"/{websdk.URL_PATH}"):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
        size += len(answer.read())
        connection.close()
    assert size <= 116_000  # the server adds some random bytes


def test_a_policy_that_knows_scripts_by_nonce(visit, wcs):
    page = visit()
    page.opens(
        page.tag(nonce="").replace("<script ", '<script nonce="n0nce" '),
        policy="script-src 'nonce-n0nce'",
    )
    dialled(page, wcs)


def test_nothing_is_left_in_the_window(visit, wcs):
    page = visit().opens("<p>nothing yet</p>")
    before = page.page.evaluate("Object.getOwnPropertyNames(window)")
    page.page.evaluate(
        "tag => document.body.append(document.createRange().createContextualFragment(tag))",
        page.tag(),
    )
    talking(page, wcs)
    page.button.click()
    page.is_in_state("ended")
    assert page.page.evaluate("Object.getOwnPropertyNames(window)") == before


@pytest.mark.parametrize("declaration", ["window.Flashphoner = 'ours'", "var Flashphoner = 'ours'"])
def test_the_pages_own_sdk_stays(visit, wcs, declaration):
    page = visit()
    page.opens(page.tag(), head=f"<script>{declaration}</script>")
    dialled(page, wcs)
    assert page.page.evaluate("Flashphoner") == "ours"


def test_a_page_with_an_amd_loader(visit, wcs):
    page = visit()
    loader = (
        "document.defined = 0; function define() { document.defined += 1 }; define.amd = { "
        "jQuery: true };"
    )
    page.opens(page.tag(), head=f"<script>{loader}</script>")
    dialled(page, wcs)
    assert page.page.evaluate("[document.defined, define.amd]") == [0, {"jQuery": True}]


def test_two_buttons_make_one_call_at_a_time(visit, wcs):
    page = visit()
    page.opens(page.tag() + "<p>or</p>" + page.tag(callee="support", label="Support"))
    sales, support = (
        page.element.nth(0).get_by_role("button").first,
        page.element.nth(1).get_by_role("button").first,
    )
    sales.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    assert visitor.calls().asked["callee"] == "sales"
    support.click()
    expect(page.element.nth(1).get_by_role("status")).to_have_text(
        "Another call on this page is still going on."
    )
    assert wcs.nobody_came()

    sales.click()
    visitor.receives("gone")
    support.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    assert visitor.calls().asked["callee"] == "support"


def test_the_button_stands_where_its_tag_stands(visit):
    page = visit()
    page.opens(f"<h1>Acme</h1>{page.tag()}<p>after</p>")
    expect(page.button).to_be_visible()
    names = "[...document.body.children].map((element) => element.localName)"
    assert page.page.evaluate(names) == ["h1", "script", "clickhook-button", "p"]


def test_a_tag_in_the_head_puts_the_button_at_the_end(visit):
    page = visit()
    page.opens("<p>text</p>", head=page.tag().replace(" async", ""))
    expect(page.button).to_be_visible()
    assert page.page.evaluate("document.body.lastElementChild.localName") == "clickhook-button"
    assert "stands in <head>" in page.console[0]


def test_a_style_of_the_pages_own(visit):
    page = visit()
    page.opens(
        page.tag(style="none"), head="<style>.clickhook-button { background: rgb(1, 2, 3) }</style>"
    )
    expect(page.button).to_have_css("background-color", "rgb(1, 2, 3)")
    assert page.element.evaluate("element => element.shadowRoot") is None
    names = page.element.evaluate(
        "element => [...element.querySelectorAll('[class]')].map((part) => part.className)"
    )
    assert names == [
        "clickhook",
        "clickhook-button",
        "clickhook-label",
        "clickhook-news",
        "clickhook-status",
        "clickhook-timer",
        "clickhook-sound",
    ]


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"wcs": ""}, "data-wcs is missing"),
        ({"wcs": "wcs.example"}, 'data-wcs is "wcs.example"'),
        ({"wcs": "https://wcs.example"}, 'data-wcs is "https://wcs.example"'),
        ({"callee": "+4930123456"}, 'data-callee is "+4930123456", but is an alias'),
        ({"callee": "sip:sales@pbx.example"}, "data-callee is"),
        ({"style": "dark"}, 'data-style is "dark"'),
        ({"keypad": "no"}, 'data-keypad is "no"'),
        ({"retry": "always"}, 'data-retry is "always"'),
        ({"language": "it"}, 'data-language is "it"'),
        ({"sdk": "https://"}, "data-sdk"),
        ({"hours": "Mo-Fr 09:00-17:30"}, "data-hours and data-timezone need each other"),
        ({"timezone": "Europe/Berlin"}, "data-hours and data-timezone need each other"),
        (
            {"hours": "Mon-Fri 9-17", "timezone": "Europe/Berlin"},
            "data-hours or data-timezone is wrong",
        ),
        (
            {"hours": "Mo 17:00-09:00", "timezone": "Europe/Berlin"},
            "data-hours or data-timezone is wrong",
        ),
        (
            {"hours": "Mo 09:00-17:00", "timezone": "Europe/Berlim"},
            "data-hours or data-timezone is wrong",
        ),
    ],
)
def test_a_wrong_attribute_is_said(visit, wcs, attributes, problem):
    page = visit()
    page.opens(page.tag(**attributes))
    expect(page.button).to_have_text("Calls not available")
    expect(page.button).to_be_disabled()
    page.is_in_state("unavailable")
    (said,) = page.console
    assert said.startswith(f"error: clickhook-button: {problem}")


def test_an_sdk_that_cannot_be_loaded_is_asked_for_again(visit, wcs):
    page = visit().opens()
    page.page.route("**/websdk/**", lambda route: route.abort())
    page.button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert any("The Web SDK cannot be loaded from" in line for line in page.console)
    page.page.unroute("**/websdk/**")
    dialled(page, wcs)


def test_an_sdk_that_was_changed_does_not_run(visit, wcs):
    page = visit().opens()
    page.page.route(
        "**/websdk/**",
        lambda route: route.fulfill(body="document.ran = true", content_type="text/javascript"),
    )
    page.button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert page.page.evaluate("document.ran") is None


def test_the_customers_own_copy_of_the_sdk(visit, wcs):
    page = visit()
    own = "http://cdn.acme.localhost/flashphoner.js"
    page.page.route("**/static/websdk/**", lambda route: route.abort())
    source = page.page.request.get(
        f"{page.gateway}/static/websdk/2.0.276/flashphoner-webrtc-only.min.js"
    ).text()
    page.page.route(own, lambda route: route.fulfill(body=source, content_type="text/javascript"))
    page.opens(page.tag(sdk=own))
    with page.page.expect_response(own):
        page.button.click()
    wcs.visitor().is_accepted()
