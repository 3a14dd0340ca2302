"""Without a microphone there is no call, and no connection is made for it."""

from __future__ import annotations

import pytest

from tests.e2e.button.test_calls import last_event


def test_no_microphone_no_connection(visit, wcs):
    page = visit(microphone=False).opens()
    page.notes_events()
    page.button.click()
    page.says("The microphone is blocked. Allow it for this page in your browser, then call again.")
    assert last_event(page) == ("failed", "microphone-denied")
    assert wcs.nobody_came()


def test_it_asks_for_the_microphone_and_can_be_cancelled_meanwhile(visit, wcs):
    page = visit()
    page.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => new Promise((resolve) => { document.allow = "
        "resolve })"
    )
    page.opens().notes_events()
    page.button.click()
    page.says("Please allow the use of your microphone.")
    page.button.click()
    page.is_in_state("ended")
    page.page.evaluate(
        "document.allow(document.stream = new AudioContext().createMediaStreamDestination().stream)"
    )
    page.page.wait_for_function("document.stream.getTracks()[0].readyState === 'ended'")
    assert [name for name, _detail in page.events] == ["connecting", "ended"]
    assert wcs.nobody_came()


def test_a_page_without_https_has_no_microphone_to_give(visit, wcs):
    page = visit()
    page.page.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
    )
    page.opens().button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert "https://" in page.console[0]
    assert wcs.nobody_came()


@pytest.mark.parametrize("error", ["NotFoundError", "NotReadableError"])
def test_a_microphone_that_is_missing_or_taken(visit, wcs, error):
    page = visit()
    page.has_no_microphone(error)
    page.opens().notes_events()
    page.button.click()
    page.says("No microphone can be used. Please connect one, then call again.")
    assert last_event(page) == ("failed", "microphone-missing")
    assert wcs.nobody_came()
