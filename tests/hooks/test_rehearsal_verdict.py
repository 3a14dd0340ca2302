"""What a WCS would do with broken answers, in sentences."""

from __future__ import annotations

import copy

import pytest

from hooks.methods import METHODS, REST_CLIENT_CONFIG, SIP_FIELDS
from hooks.rewriting import call_answer
from hooks.wcs.rehearsal.verdict import (
    connected,
    entry,
    invoked,
    masked,
    of_call,
    of_config,
    of_connect,
    of_learning,
    posted,
    read_answer,
)
from hooks.wcs.rehearsal.visitor import Visitor, call_status, connection_status

ACCOUNT = {
    "sipLogin": "10001",
    "sipAuthenticationName": "10001",
    "sipPassword": "account-password",
    "sipDomain": "sip.acme.example",
    "sipOutboundProxy": "203.0.113.5",
    "sipProxy": "",
    "sipPort": 5060,
    "sipRegisterRequired": False,
    "sipVisibleName": "10001",
    "sipContactParams": "",
}
BROWSER = Visitor("defaultApp", "https://www.acme.example")
NO_ENTRY = object()
NO_OBJECT = None, "The answer to call is no JSON object, so WCS would take it for an error."


def answer(method: str = "call", change: object = None, **fields: object) -> dict:
    """Our own answer to connect, with one entry of its restClientConfig changed."""
    config = copy.deepcopy(REST_CLIENT_CONFIG)
    if change is NO_ENTRY:
        del config[method]
    else:
        config[method] |= change or {}
    return {**ACCOUNT, "restClientConfig": config, **fields}


def without(method: str, key: str, name: str) -> dict:
    names = [listed for listed in REST_CLIENT_CONFIG[method][key].split(",") if listed != name]
    return answer(method, {key: ",".join(names)})


def of_events(given: dict) -> list[str]:
    """As in a call that was allowed."""
    connection = connection_status(connected(BROWSER.connection, given), "ESTABLISHED")
    asked = BROWSER.call("sales")
    call = call_status(
        invoked(asked, call_answer("+4930123456", "10001"), entry(given, "call")) or {}, "RING", 180
    )
    return [
        *of_learning(BROWSER.connection, connection, entry(given, "ConnectionStatusEvent")),
        *of_learning(BROWSER.connection, connection, entry(given, "RegistrationStatusEvent")),
        *of_learning(asked, call, entry(given, "CallStatusEvent")),
    ]


def of_everything(given: dict) -> list[str]:
    return [*of_connect(BROWSER.connection, given), *of_config(given), *of_events(given)]


def test_it_finds_nothing_wrong_with_our_own_answers():
    given = answer()

    assert of_everything(given) == []
    assert (
        of_call(BROWSER.call("sales"), call_answer("+4930123456", "10001"), entry(given, "call"))
        == []
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            without("ConnectionStatusEvent", "clientExclude", "sipPassword"),
            "The browser would learn sipPassword: clientExclude of ConnectionStatusEvent does not name it.",
        ),
        (
            without("RegistrationStatusEvent", "clientExclude", "sipLogin"),
            "The browser would learn sipLogin: clientExclude of RegistrationStatusEvent does not name it.",
        ),
        (
            without("CallStatusEvent", "clientExclude", "callee"),
            "The browser would learn callee: clientExclude of CallStatusEvent does not name it.",
        ),
        (
            answer("CallStatusEvent", {"clientExclude": ""}),
            "The browser would learn callee, caller, visibleName and sipMessageRaw: "
            "clientExclude of CallStatusEvent does not name them.",
        ),
        (
            answer("call", {"restOnError": "LOG"}),
            "WCS would dial the number the browser sent: restOnError of call is LOG, not FAIL.",
        ),
        (
            answer("call", {"restPolicy": "NOTIFY"}),
            "WCS would dial the number the browser sent: restPolicy of call is NOTIFY, not OVERWRITE.",
        ),
        (
            answer("call", {"restPolicy": "DISABLE"}),
            "WCS would dial the number the browser sent: restPolicy of call is DISABLE, not OVERWRITE.",
        ),
        (
            without("call", "restOverwrite", "callee"),
            "WCS would dial the number the browser sent: restOverwrite of call does not name callee.",
        ),
        (
            without("call", "restOverwrite", "inviteParameters"),
            "WCS would keep the browser's inviteParameters: restOverwrite of call does not name it.",
        ),
        (
            answer("call", NO_ENTRY),
            "WCS would dial the number the browser sent: restClientConfig has no entry for call.",
        ),
        (
            answer("transfer", NO_ENTRY),
            "No refusal would stop transfer: restClientConfig has no entry for it, and WCS's default is LOG.",
        ),
        (
            answer("transfer", {"restOnError": "LOG"}),
            "No refusal would stop transfer: restOnError of it is not FAIL.",
        ),
        (
            answer("OnCallEvent", {"restPolicy": "DISABLE"}),
            "Nobody would stop OnCallEvent: restPolicy of it is DISABLE, so WCS does not ask.",
        ),
        (
            answer("TransferStatusEvent", NO_ENTRY),
            "restClientConfig has no entry for TransferStatusEvent, so WCS would hide nothing of it from the browser.",
        ),
        (
            answer("hangup", {"restOnError": "FAIL"}),
            "Nobody could hang up while the gateway is away: restOnError of hangup is FAIL.",
        ),
        (
            answer("call", {"restExclude": "sdp,callee"}),
            "The gateway would not get callee, which it needs: restExclude of call.",
        ),
        (
            answer(
                "CallStatusEvent",
                {"clientExclude": REST_CLIENT_CONFIG["call"]["clientExclude"] + ",status"},
            ),
            "The page could not follow: clientExclude of CallStatusEvent names status.",
        ),
        (
            answer("transfer", {"restOnError": "fail"}),
            "restOnError of transfer is not written as documented, so what WCS makes of it is unknown.",
        ),
        (
            answer("call", {"clientExclude": "callee, caller"}),
            "clientExclude of call is not written as documented, so what WCS makes of it is unknown.",
        ),
        (
            {**ACCOUNT, "restClientConfig": {**REST_CLIENT_CONFIG, "call": None}},
            "The entry of restClientConfig for call is no object, so WCS would take its defaults.",
        ),
        (
            ACCOUNT,
            "The answer has no restClientConfig, so WCS would take its defaults and dial the number the browser sent.",
        ),
        (
            {name: value for name, value in answer().items() if name != "sipContactParams"},
            "sipContactParams is missing from the answer, so WCS would keep the browser's value.",
        ),
        (
            {
                name: value
                for name, value in answer().items()
                if name not in ("sipProxy", "sipVisibleName")
            },
            "sipProxy and sipVisibleName are missing from the answer, so WCS would keep the browser's values.",
        ),
        (answer(sipDomain="browser.invalid"), "sipDomain in the answer is what the browser sent."),
        (
            answer(sipPassword=""),
            "sipPassword is empty in the answer, so the SIP server would not know the caller.",
        ),
    ],
)
def test_it_says_what_is_broken(given, sentence):
    assert sentence in of_everything(given)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "connect"])
def test_it_misses_every_entry(method):
    assert any(method in sentence for sentence in of_config(answer(method, NO_ENTRY)))


@pytest.mark.parametrize("name", SIP_FIELDS)
def test_it_misses_every_sip_field(name):
    given = {field: value for field, value in answer().items() if field != name}

    assert (
        of_everything(given)[0]
        == f"{name} is missing from the answer, so WCS would keep the browser's value."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"callee": ...},
            "callee is missing from the answer to call, so WCS would dial the number the browser sent.",
        ),
        (
            {"caller": ...},
            "caller is missing from the answer to call, so WCS would keep the browser's value.",
        ),
        ({"callee": ""}, "The answer to call names no callee, so WCS would dial nobody."),
        (
            {"inviteParameters": "rehearsal=1"},
            "inviteParameters in the answer to call is what the browser sent.",
        ),
    ],
)
def test_it_says_what_is_broken_in_an_answer_to_call(changes, sentence):
    fields = {**call_answer("+4930123456", "10001"), **changes}
    given = {name: value for name, value in fields.items() if value is not ...}

    assert of_call(BROWSER.call("sales"), given, entry(answer(), "call")) == [sentence]


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
    call = invoked(BROWSER.call("+88213000000"), reply, entry(answer("call", change), "call"))

    assert (call and call["callee"]) == dialled


def test_no_answer_changes_whose_session_it_is():
    everything = answer("call", {"restOverwrite": "sessionId,callee"})

    assert (
        connected(BROWSER.connection, {"sessionId": "x"})["sessionId"]
        == BROWSER.context["sessionId"]
    )
    call = (
        invoked(BROWSER.call(None), {"sessionId": "x", "callee": "1"}, entry(everything, "call"))
        or {}
    )
    assert (call["sessionId"], call["callee"]) == (BROWSER.context["sessionId"], "1")


def test_it_posts_nothing_that_rest_exclude_names():
    fields = posted(
        BROWSER.call("sales"), entry(answer("call", {"restExclude": "sdp,sipSDP"}), "call")
    )

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
        (
            200, "text/html", b"{}",
            ({}, "The Content-Type of the answer to call is text/html, where WCS asks for application/json."),
        ),
        (200, "", b"{}", ({}, "The Content-Type of the answer to call is missing, where WCS asks for application/json.")),
    ],
)  # fmt: skip
def test_it_reads_answers_as_a_wcs_does(status, content_type, body, expected):
    assert read_answer("call", status, content_type, body) == expected


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+4930123456", "+49…56"),
        ("10002", "1…"),
        ("sip:help@pbx.acme.example", "sip…le"),
        (None, "nobody"),
        ("", "nobody"),
    ],
)
def test_a_number_is_masked(number, shown):
    assert masked(number) == shown
