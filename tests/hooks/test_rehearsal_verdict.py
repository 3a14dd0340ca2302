"""What a WCS would do with broken answers, in sentences."""

from __future__ import annotations

import copy

import pytest

from hooks.methods import REST_CLIENT_CONFIG
from hooks.rewriting import call_answer
from hooks.wcs.model.answers import accept_connection, continue_with
from hooks.wcs.model.methods import CONNECTION_FIELDS, POSTED_METHODS
from hooks.wcs.model.rest_client_config import read_entry
from hooks.wcs.model.statuses import call_status, connection_status
from hooks.wcs.rehearsal.steps import mask_number
from hooks.wcs.rehearsal.verdict import (
    judge_call,
    judge_config,
    judge_connect,
    judge_disclosure,
)
from hooks.wcs.rehearsal.visitor import Visitor

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


def judge_events(given: dict) -> list[str]:
    """As in a call that was allowed."""
    connection = connection_status(accept_connection(BROWSER.connection, given), "ESTABLISHED")
    asked = BROWSER.call("sales")
    call = call_status(
        continue_with(asked, call_answer("+4930123456", "10001"), read_entry(given, "call")) or {},
        "RING",
        180,
    )
    return [
        *judge_disclosure(
            BROWSER.connection, connection, read_entry(given, "ConnectionStatusEvent")
        ),
        *judge_disclosure(
            BROWSER.connection, connection, read_entry(given, "RegistrationStatusEvent")
        ),
        *judge_disclosure(asked, call, read_entry(given, "CallStatusEvent")),
    ]


def judge_everything(given: dict) -> list[str]:
    return [*judge_connect(BROWSER.connection, given), *judge_config(given), *judge_events(given)]


def test_it_finds_nothing_wrong_with_our_own_answers():
    given = answer()

    assert judge_everything(given) == []
    assert (
        judge_call(
            BROWSER.call("sales"), call_answer("+4930123456", "10001"), read_entry(given, "call")
        )
        == []
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            without("ConnectionStatusEvent", "clientExclude", "sipPassword"),
            "The browser would learn sipPassword: clientExclude of ConnectionStatusEvent does not "
            "name it.",
        ),
        (
            without("RegistrationStatusEvent", "clientExclude", "sipLogin"),
            "The browser would learn sipLogin: clientExclude of RegistrationStatusEvent does not "
            "name it.",
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
            "WCS would dial the number the browser sent: restPolicy of call is NOTIFY, not "
            "OVERWRITE.",
        ),
        (
            answer("call", {"restPolicy": "DISABLE"}),
            "WCS would dial the number the browser sent: restPolicy of call is DISABLE, not "
            "OVERWRITE.",
        ),
        (
            without("call", "restOverwrite", "callee"),
            "WCS would dial the number the browser sent: restOverwrite of call does not name "
            "callee.",
        ),
        (
            without("call", "restOverwrite", "inviteParameters"),
            "WCS would keep the browser's inviteParameters: restOverwrite of call does not name "
            "it.",
        ),
        (
            answer("call", NO_ENTRY),
            "WCS would dial the number the browser sent: restClientConfig has no entry for call.",
        ),
        (
            answer("transfer", NO_ENTRY),
            "No refusal would stop transfer: restClientConfig has no entry for it, and WCS's "
            "default is LOG.",
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
            "restClientConfig has no entry for TransferStatusEvent, so WCS would hide nothing of "
            "it from the browser.",
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
            "restOnError of transfer is not written as documented, so what WCS makes of it is "
            "unknown.",
        ),
        (
            answer("call", {"clientExclude": "callee, caller"}),
            "clientExclude of call is not written as documented, so what WCS makes of it is "
            "unknown.",
        ),
        (
            {**ACCOUNT, "restClientConfig": {**REST_CLIENT_CONFIG, "call": None}},
            "The entry of restClientConfig for call is no object, so WCS would take its defaults.",
        ),
        (
            ACCOUNT,
            "The answer has no restClientConfig, so WCS would take its defaults and dial the "
            "number the browser sent.",
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
            "sipProxy and sipVisibleName are missing from the answer, so WCS would keep the "
            "browser's values.",
        ),
        (answer(sipDomain="browser.invalid"), "sipDomain in the answer is what the browser sent."),
        (
            answer(sipPassword=""),
            "sipPassword is empty in the answer, so the SIP server would not know the caller.",
        ),
    ],
)
def test_it_says_what_is_broken(given, sentence):
    assert sentence in judge_everything(given)


@pytest.mark.parametrize("method", [name for name in POSTED_METHODS if name != "connect"])
def test_it_misses_every_entry(method):
    assert any(method in sentence for sentence in judge_config(answer(method, NO_ENTRY)))


@pytest.mark.parametrize("name", CONNECTION_FIELDS)
def test_it_misses_every_sip_field(name):
    given = {field: value for field, value in answer().items() if field != name}

    assert (
        judge_everything(given)[0]
        == f"{name} is missing from the answer, so WCS would keep the browser's value."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"callee": ...},
            "callee is missing from the answer to call, so WCS would dial the number the browser "
            "sent.",
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

    assert judge_call(BROWSER.call("sales"), given, read_entry(answer(), "call")) == [sentence]


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
    assert mask_number(number) == shown
