"""The table of methods and the restClientConfig that is made from it."""

from __future__ import annotations

import pytest

from hooks.methods import CALL_FIELDS, METHODS, REST_CLIENT_CONFIG, SIP_FIELDS, Kind, find
from hooks.reasons.neutral import Subject
from hooks.streams.methods import STREAM_FIELDS

KEYS = {"clientExclude", "restExclude", "restOnError", "restPolicy", "restOverwrite"}
STREAMS = {"publishStream", "playStream", "playHLS"}
ENDS = {"unPublishStream", "stopStream"}
ALLOWED_INVOCATIONS = {"connect", "call", "hangup", "sendDtmf", "OnDataEvent", *STREAMS, *ENDS}
HIDDEN = {
    *("sipLogin", "sipAuthenticationName", "sipPassword", "sipDomain", "sipOutboundProxy"),
    *("sipProxy", "sipPort", "sipVisibleName", "sipContactParams", "restClientConfig"),
    *("callee", "caller", "visibleName", "inviteParameters", "target", "sipMessageRaw"),
    *("name", "recordName", "rtmpUrl", "rtmpStream", "history"),
}
SPARED = {"sipPassword", "sipAuthenticationName", "restClientConfig", "sipMessageRaw"}
BULKY = {"sdp", "sipSDP", "localMediaInfo"}


def names(text: str) -> set[str]:
    return set(filter(None, text.split(",")))


def test_it_configures_every_method():
    assert set(REST_CLIENT_CONFIG) == set(METHODS)
    assert len(METHODS) >= 40
    for entry in REST_CLIENT_CONFIG.values():
        assert set(entry) == KEYS
        assert all(isinstance(value, str) for value in entry.values())


@pytest.mark.parametrize("name", METHODS)
def test_a_method_fails_closed_unless_it_has_happened_already(name):
    method, entry = METHODS[name], REST_CLIENT_CONFIG[name]
    has_happened = method.kind is Kind.EVENT or name == "hangup"

    assert entry["restOnError"] == ("LOG" if has_happened else "FAIL")
    assert method.allowed == (has_happened or name in ALLOWED_INVOCATIONS)


@pytest.mark.parametrize("name", METHODS)
def test_wcs_takes_our_fields_where_we_set_any(name):
    entry = REST_CLIENT_CONFIG[name]
    expected = {
        "connect": {*SIP_FIELDS, "restClientConfig"},
        "call": set(CALL_FIELDS),
        "sendDtmf": {"dtmf", "type"},
        **dict.fromkeys(STREAMS, set(STREAM_FIELDS)),
        **dict.fromkeys(ENDS, {"name"}),
    }

    assert names(entry["restOverwrite"]) == expected.get(name, set())
    assert entry["restPolicy"] == ("OVERWRITE" if name in expected else "NOTIFY")


@pytest.mark.parametrize("name", METHODS)
def test_the_browser_learns_no_secret_and_neither_do_we(name):
    method, entry = METHODS[name], REST_CLIENT_CONFIG[name]
    sets = {"connect", "call", "sendDtmf", *STREAMS, *ENDS}
    spared = SPARED if name in sets else SPARED | BULKY

    assert names(entry["clientExclude"]) == (HIDDEN if method.allowed else set())
    assert names(entry["restExclude"]) == (spared if method.allowed else set())


def test_whether_to_wait_for_registration_is_not_hidden():
    assert "sipRegisterRequired" not in HIDDEN
    assert {*SIP_FIELDS} - HIDDEN == {"sipRegisterRequired"}


@pytest.mark.parametrize(
    ("name", "kind", "allowed"),
    [
        ("NovelEvent", Kind.EVENT, True),
        ("OnNovelEvent", Kind.INVOCATION, False),
        ("novel", Kind.INVOCATION, False),
        ("Connect", Kind.INVOCATION, False),
        ("callstatusevent", Kind.INVOCATION, False),
    ],
)
def test_of_what_is_not_in_the_table_only_events_are_noted(name, kind, allowed):
    method = find(name)

    assert (method.name, method.kind, method.allowed) == (name, kind, allowed)
    assert method.fails_closed is not allowed


def test_each_method_names_the_fields_its_body_must_have():
    required = {name: set(method.requires) for name, method in METHODS.items() if method.requires}

    assert required == {
        "connect": {"sessionId"},
        "call": {"sessionId", "callId"},
        "sendDtmf": {"sessionId", "callId", "dtmf"},
        **dict.fromkeys(STREAMS, {"sessionId", "mediaSessionId", "name"}),
        **dict.fromkeys(ENDS, {"sessionId", "mediaSessionId"}),
        "OnDataEvent": {"sessionId", "operationId", "payload"},
        "ConnectionStatusEvent": {"status"},
        "RegistrationStatusEvent": {"status"},
        "CallStatusEvent": {"status"},
        "StreamStatusEvent": {"status"},
    }
    assert {name for name, method in METHODS.items() if method.forbids} == {"connect"}
    assert set(METHODS["connect"].forbids) == {"status", "callId"}


def test_a_method_is_about_what_its_page_asked_for():
    """A refused one tells the visitor of that."""
    about = {method.name: method.about for method in METHODS.values() if method.kind != Kind.EVENT}

    assert {name for name, what in about.items() if what is Subject.MESSAGES} == {
        *("OnDataEvent", "sendData", "sendMessage", "OnMessageEvent")
    }
    assert {name for name, what in about.items() if what is Subject.STREAMS} == {
        *STREAMS,
        *ENDS,
        *("pauseStream", "snapshot", "availableStream", "playRTSP", "sendStreamEvent"),
        *("StreamEvent", "StreamKeepAliveEvent"),
    }
    assert find("novel").about is Subject.CALLS
