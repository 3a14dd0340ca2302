"""No answer holds what the browser sent, and nothing that is printed or recorded holds a secret."""

from __future__ import annotations

import orjson
import pytest

from hooks.settling import settle
from tests.hooks.pure.pieces import (
    NOW,
    SECRETS,
    SIP_PASSWORD,
    asked_facts,
    call_facts,
    connect_facts,
    event_facts,
    make_hook,
)

NO_CALL = {"call_id": None, "call_decision": None}
MARK = "of-the-browser"
MARKED = {
    **dict.fromkeys(
        ("sipLogin", "sipAuthenticationName", "sipPassword", "sipDomain", "sipOutboundProxy"), MARK
    ),
    **dict.fromkeys(("sipProxy", "sipPort", "sipVisibleName", "sipContactParams"), MARK),
    **dict.fromkeys(("caller", "visibleName", "inviteParameters", "sipSDP", "target"), MARK),
    **dict.fromkeys(("parentCallId", "rtmpUrl", "rtmpStream", "sdp", "info", "callee"), MARK),
    **dict.fromkeys(("sessionId", "nodeId", "appKey", "authToken", "aLaterField"), MARK),
    "sipHeaders": {MARK: MARK},
    "restClientConfig": {MARK: MARK},
    "custom": {MARK: MARK},
    "hasVideo": True,
}
HOOKS = [
    ("connect", "connect", {}, connect_facts()),
    ("connect", "connect", {}, connect_facts(domain_id=None)),
    ("connect", "connect", {}, connect_facts(account_password="v1.lost.AAAA")),
    ("call", "call", {"callId": MARK}, call_facts()),
    ("call", "call", {"callId": MARK}, asked_facts(call_alias=MARK)),
    ("call", "call", {"callId": MARK}, call_facts(callee_target=None)),
    ("hangup", "hangup", {}, event_facts()),
    ("transfer", "transfer", {}, call_facts()),
    ("CallStatusEvent", "call_ring", {"callId": MARK}, event_facts(**NO_CALL)),
    ("CallStatusEvent", "call_finish", {"callId": MARK}, event_facts()),
    ("ConnectionStatusEvent", "connection_established", {}, event_facts()),
]


@pytest.mark.parametrize(("method", "file", "changes", "facts"), HOOKS)
def test_no_answer_holds_anything_the_browser_sent(method, file, changes, facts):
    outcome = settle(make_hook(method, file, **MARKED, **changes), facts, NOW)

    assert MARK not in orjson.dumps(outcome.answer.body).decode()


@pytest.mark.parametrize(("method", "file", "changes", "facts"), HOOKS)
def test_no_secret_shows_where_a_hook_is_printed_or_recorded(method, file, changes, facts):
    secret = "the-browsers-own-password"
    hook = make_hook(method, file, **changes, sipPassword=secret, sipMessageRaw=secret)
    outcome = settle(hook, facts, NOW)
    printed = f"{hook!r} {outcome.answer!r} {outcome!r} {outcome.answer} {outcome}"
    recorded = repr(outcome.record)

    for hidden in (*SECRETS, secret, facts.instance_signing_secret):
        assert hidden not in printed
        assert hidden not in recorded


def test_the_password_has_one_way_out():
    answered = [
        (file, repr(settle(make_hook(method, file), facts, NOW).answer.body))
        for method, file, _, facts in HOOKS
    ]

    assert [file for file, body in answered if SIP_PASSWORD in body] == ["connect"]
