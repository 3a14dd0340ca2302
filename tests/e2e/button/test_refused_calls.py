"""A call that the gateway refuses, and what its failed hooks leave alone."""

from __future__ import annotations

import pytest

from tests.e2e.button.test_calls import dialled, last_event


@pytest.mark.parametrize(
    ("info", "reason", "sentence"),
    [
        ("Calls are not available here", "refused-here", "Calls are not available here."),
        (
            "Calls are not available now",
            "refused-now",
            "Calls are not available now. Please try again later.",
        ),
        ("Forbidden", "refused-here", "Calls are not available here."),
        (
            "<b>No</b> <img src=x onerror=alert(1)>",
            "refused",
            "<b>No</b> <img src=x onerror=alert(1)>",
        ),
        ("x" * 1000, "refused", "x" * 200),
        (None, "refused", "The call was refused."),
    ],
)
def test_the_gateway_refuses_the_connection(page, wcs, info, reason, sentence):
    page.button.click()
    visitor = wcs.visitor()
    visitor.receives("connection")
    visitor.sends("fail", {"status": "FAILED", "info": info, "apiMethod": "ConnectionStatusEvent"})

    page.is_in_state("refused")
    page.says(sentence)
    visitor.receives("gone")
    assert last_event(page) == ("refused", reason)
    assert page.element.locator("b, img").count() == 0
    assert page.microphones == ["ended"]


def test_the_gateway_refuses_the_call(page, wcs):
    visitor, _call = dialled(page, wcs)
    visitor.sends(
        "fail",
        {
            "status": "FAILED",
            "info": "Calls are not available here",
            "apiMethod": "CallStatusEvent",
        },
    )
    page.says("Calls are not available here.")
    visitor.receives("gone")


def test_a_failed_hook_of_an_event_ends_no_call(page, wcs):
    page.button.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.sends(
        "fail",
        {"status": "FAILED", "info": "Service Unavailable", "apiMethod": "ConnectionStatusEvent"},
    )
    call = visitor.calls()
    call.becomes("RING")
    call.becomes("ESTABLISHED")
    visitor.sends(
        "fail", {"status": "FAILED", "info": "Service Unavailable", "apiMethod": "CallStatusEvent"}
    )
    visitor.sends("ping")
    visitor.receives("pong")
    page.is_in_state("talking")


def test_a_refusal_without_a_word(page, wcs):
    page.button.click()
    visitor = wcs.visitor()
    visitor.receives("connection")
    visitor.hangs_up_the_socket()
    page.says("Calls are not available at the moment. Please try again later.")
    assert last_event(page) == ("failed", "unavailable")
