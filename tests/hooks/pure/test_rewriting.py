"""What goes back to WCS: every field a browser could set, and nothing of the browser's."""

from __future__ import annotations

import pytest

from hooks.methods import CALL_FIELDS, REST_CLIENT_CONFIG, SIP_FIELDS
from hooks.rewriting import call_answer, connect_answer
from tests.hooks.pure.pieces import SIP_PASSWORD, connect_facts


def test_a_connect_gets_the_tenants_sip_account():
    assert connect_answer(connect_facts(), SIP_PASSWORD) == {
        "sipLogin": "10001",
        "sipAuthenticationName": "auth-10001",
        "sipPassword": SIP_PASSWORD,
        "sipDomain": "sip.acme.example",
        "sipOutboundProxy": "203.0.113.5",
        "sipProxy": "",
        "sipPort": 5070,
        "sipRegisterRequired": False,
        "sipVisibleName": "10001",
        "sipContactParams": "",
        "restClientConfig": REST_CLIENT_CONFIG,
    }


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"account_authentication_name": ""}, "sipAuthenticationName", "10001"),
        ({"account_outbound_proxy": ""}, "sipOutboundProxy", "sip.acme.example"),
        ({"tenant_registers": True}, "sipRegisterRequired", True),
        ({"tenant_registers": None}, "sipRegisterRequired", False),
        ({"account_port": 5061}, "sipPort", 5061),
    ],
)
def test_an_account_may_leave_fields_empty(changes, field, value):
    answer = connect_answer(connect_facts(**changes), SIP_PASSWORD)

    assert answer[field] == value
    assert set(answer) == {*SIP_FIELDS, "restClientConfig"}
    assert None not in answer.values()


@pytest.mark.parametrize("target", ["+4930123456", "sip:help@pbx.acme.example"])
def test_a_call_gets_every_field_a_visitor_could_choose(target):
    answer = call_answer(target, "10001")

    assert answer == {
        "callee": target,
        "caller": "10001",
        "visibleName": "10001",
        "inviteParameters": None,
        "sipSDP": None,
        "sipHeaders": None,
        "target": None,
        "parentCallId": None,
        "incoming": False,
        "hasAudio": True,
        "hasVideo": False,
        "isMsrp": False,
        "holdForTransfer": False,
        "rtmpUrl": None,
        "rtmpStream": None,
        "custom": {},
    }
    assert set(answer) == set(CALL_FIELDS)


@pytest.mark.parametrize(
    ("label", "name"),
    [("", "10001"), (None, "10001"), ("Order 4711", "Order 4711"), ('<">\\', "10001")],
)
def test_the_agent_sees_the_label(label, name):
    assert call_answer("+4930123456", "10001", label)["visibleName"] == name
