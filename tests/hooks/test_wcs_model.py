"""The model of WCS: what it posts, how it signs, and what it does with an answer."""

from __future__ import annotations

import pytest

from hooks.wcs.model.answers import (
    accept_connection,
    continue_with,
    read_answer,
    select_posted,
    select_shown_to_browser,
)
from hooks.wcs.model.methods import POSTED_METHODS
from hooks.wcs.model.rest_client_config import Entry, read_entry
from hooks.wcs.model.signature import authorization_header
from hooks.wcs.rehearsal.visitor import Visitor

BROWSER = Visitor("defaultApp", "https://www.acme.example")
OBEYED = {"restOnError": "FAIL", "restPolicy": "OVERWRITE", "restOverwrite": "callee"}
NO_ENTRY = object()
WRONG_TYPE = "The Content-Type of the answer to call is {}, where WCS asks for application/json."
NO_OBJECT = None, "The answer to call is no JSON object, so WCS would take it for an error."


def entry_of_call(change: object) -> Entry:
    config = {} if change is NO_ENTRY else {"call": {**OBEYED, **change}}
    return read_entry({"restClientConfig": config}, "call")


@pytest.mark.parametrize(
    ("change", "reply", "dialled"),
    [
        ({}, {"callee": "10002"}, "10002"),
        ({}, {}, "+88213000000"),
        ({}, None, None),
        ({"restOnError": "LOG"}, None, "+88213000000"),
        ({"restOnError": "LOG"}, {"callee": "10002"}, "10002"),
        ({"restPolicy": "NOTIFY"}, {"callee": "10002"}, "+88213000000"),
        ({"restPolicy": "DISABLE"}, None, "+88213000000"),
        ({"restOverwrite": "caller"}, {"callee": "10002"}, "+88213000000"),
        (NO_ENTRY, {"callee": "10002"}, "+88213000000"),
        (NO_ENTRY, None, "+88213000000"),
    ],
)
def test_it_dials_what_a_wcs_would_dial(change, reply, dialled):
    call = continue_with(BROWSER.call("+88213000000"), reply, entry_of_call(change))

    assert (call and call["callee"]) == dialled


def test_no_answer_changes_whose_session_it_is():
    entry = entry_of_call({"restOverwrite": "sessionId,callee"})

    assert (
        accept_connection(BROWSER.connection, {"sessionId": "x"})["sessionId"]
        == BROWSER.context["sessionId"]
    )
    call = continue_with(BROWSER.call(None), {"sessionId": "x", "callee": "1"}, entry) or {}
    assert (call["sessionId"], call["callee"]) == (BROWSER.context["sessionId"], "1")


def test_it_posts_nothing_that_rest_exclude_names():
    fields = select_posted(BROWSER.call("sales"), entry_of_call({"restExclude": "sdp,sipSDP"}))

    assert not {"sdp", "sipSDP"} & set(fields)
    assert fields["callee"] == "sales"


@pytest.mark.parametrize(
    ("status", "content_type", "body", "expected"),
    [
        (200, "application/json", b'{"a": 1}', ({"a": 1}, "")),
        (200, "Application/JSON; charset=utf-8", b"{}", ({}, "")),
        (403, "text/html", b"<html>", (None, "")),
        (200, "application/json", b"[1]", NO_OBJECT),
        (200, "application/json", b"", NO_OBJECT),
        (200, "application/json", b"\xff", NO_OBJECT),
        (200, "text/html", b"{}", ({}, WRONG_TYPE.format("text/html"))),
        (200, "", b"{}", ({}, WRONG_TYPE.format("missing"))),
    ],
)
def test_it_reads_answers_as_a_wcs_does(status, content_type, body, expected):
    assert read_answer("call", status, content_type, body) == expected


def test_it_shows_the_browser_nothing_that_client_exclude_names():
    fields = select_shown_to_browser(
        BROWSER.call("sales"), entry_of_call({"clientExclude": "callee,sdp"})
    )

    assert not {"callee", "sdp"} & set(fields)
    assert fields["callId"] == BROWSER.call_id


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        (b"{}", "6ba3d7619d7c1dc5e0f8493b186198d3"),
        ('{"callee":"Zoë"}'.encode(), "d4c8f042379d854397fefa8780ca9fb5"),
    ],
)
def test_it_signs_with_hmac_md5(body, digest):
    """The key is that of the documentation's example."""
    assert authorization_header("1234567890", body) == f"WCS {digest}"


def test_every_method_has_a_grade_and_a_source():
    assert {method.grade for method in POSTED_METHODS.values()} <= set("DSIM")
    without = [method.name for method in POSTED_METHODS.values() if not method.source]
    assert without == [name for name, method in POSTED_METHODS.items() if method.grade == "M"]
