"""Hooks and facts for the pure tests; secrets are sealed as the database holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hooks.facts import Facts
from hooks.hook import Hook, Proof, parse_origin
from hooks.methods import find
from hooks.outcome import Outcome
from hooks.payloads import Payload, parse
from tenants.models import SipAccount, WcsInstance
from tenants.secrets.encryption import place
from tenants.secrets.fields import key_ring
from tests.hooks.limits.pieces import limit_facts
from tests.wcs import payload, sign

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
RECEIVED_AT = NOW - timedelta(milliseconds=3)
HOOK_ID = "0195a000-0000-7000-8000-000000000001"
INSTANCE_ID = "0195a000-0000-7000-8000-000000000002"
ACCOUNT_ID = "0195a000-0000-7000-8000-000000000003"
SESSION_ID = "0195a000-0000-7000-8000-000000000004"
CALL_ID = "0195a000-0000-7000-8000-000000000005"
TENANT_ID, DOMAIN_ID = 11, 12
SIP_PASSWORD = "sip-pässword-31ab"
SIGNING = "signing-secret-77d0"
PREVIOUS_SIGNING = "previous-signing-secret-e41c"
SECRETS = (SIP_PASSWORD, SIGNING, PREVIOUS_SIGNING)


def seal_password(text: str = SIP_PASSWORD, tenant_id: int = TENANT_ID) -> str:
    where = place(tenant_id, SipAccount._meta.db_table, ACCOUNT_ID, "password")
    return key_ring().seal(text, where)


def seal_signing(text: str = SIGNING, field: str = "signing_secret") -> str:
    return key_ring().seal(text, place(None, WcsInstance._meta.db_table, INSTANCE_ID, field))


def instance_facts(**changes: Any) -> Facts:
    facts = Facts(
        instance_id=INSTANCE_ID,
        instance_unsigned=False,
        instance_app_key="",
        instance_signing_secret=seal_signing(),
        instance_previous_signing_secret="",
    )
    return facts._replace(**changes)


def connect_facts(**changes: Any) -> Facts:
    """As they are where a connect is allowed."""
    facts = instance_facts(
        connect_answered_before=False,
        node_known=True,
        tenant_id=TENANT_ID,
        tenant_status="active",
        tenant_served=True,
        tenant_registers=False,
        domain_id=DOMAIN_ID,
        account_id=ACCOUNT_ID,
        account_login="10001",
        account_authentication_name="auth-10001",
        account_password=seal_password(),
        account_domain="sip.acme.example",
        account_outbound_proxy="203.0.113.5",
        account_port=5070,
    )
    return facts._replace(**changes)


def event_facts(**changes: Any) -> Facts:
    """As they are where a living session has an allowed call."""
    facts = instance_facts(
        session_id=SESSION_ID,
        tenant_id=TENANT_ID,
        account_login="10001",
        call_id=CALL_ID,
        call_decision="allowed",
        call_target="+4930123456",
    )
    return facts._replace(**changes)


def talking_facts(**changes: Any) -> Facts:
    """As they are where a call goes on, to a callee who wants tones."""
    return event_facts(**{"callee_keypad": True, "call_answered_at": NOW, **changes})


def call_facts(**changes: Any) -> Facts:
    """As they are where a call is allowed."""
    facts = event_facts(
        call_id=None,
        call_decision=None,
        call_target=None,
        tenant_status="active",
        tenant_served=True,
        domain_id=DOMAIN_ID,
        account_id=ACCOUNT_ID,
        callee_target="+4930123456",
        limiting=json.dumps(limit_facts(visitor="")._asdict()),
    )
    return facts._replace(**changes)


def stream_facts(**changes: Any) -> Facts:
    """As they are where the connection may publish and play the alias studio."""
    facts = instance_facts(
        session_id=SESSION_ID,
        session_publish="studio",
        session_play="studio",
        tenant_id=TENANT_ID,
        tenant_status="active",
        tenant_served=True,
        domain_id=DOMAIN_ID,
        visitor_blocked=False,
        streaming=json.dumps(streaming()),
    )
    return facts._replace(**changes)


def streaming(**changes: Any) -> dict[str, Any]:
    facts = {
        "clock": NOW.timestamp(),
        "worker_seen_at": NOW.timestamp(),
        "alias_id": 7,
        "name": "acme-studio-4f1c",
        "may_publish": True,
        "may_play": True,
        "publishers": 1,
        "players": 2,
        "longest_seconds": 60,
        "tenant_publishers": 5,
        "tenant_players": 5,
    }
    return {**facts, **changes}


def asked_facts(**changes: Any) -> Facts:
    """As they are where a call is asked for a second time."""
    again = {
        "call_id": CALL_ID,
        "call_decision": "allowed",
        "call_alias": "sales",
        "call_target": "+4930123456",
        "call_asked_at": NOW,
    }
    return call_facts(**{**again, **changes})


def parsed(file: str, **changes: Any) -> Payload:
    return parse(json.dumps(payload(file, **changes)).encode())


def make_hook(method: str, file: str = "", secret: str = SIGNING, **changes: Any) -> Hook:
    """Signed with `secret`; what was known of the instance at the door is out of date."""
    body = json.dumps(payload(file or method, **changes)).encode()
    return Hook(
        HOOK_ID,
        "key-of-acme",
        find(method),
        parse(body),
        RECEIVED_AT,
        parse_origin(parse(body), find(method)),
        instance=None,
        proof=Proof(body, f"WCS {sign(secret, body)}"),
    )


def check_event(outcome: Outcome, **expected) -> None:
    event = outcome.record.event
    assert (event["hook_id"], event["received_at"], event["instance_id"]) == (
        HOOK_ID,
        RECEIVED_AT,
        INSTANCE_ID,
    )
    assert event["reason"] is outcome.answer.reason
    assert event["decision"] is event["reason"].decision
    assert {name: event[name] for name in expected} == expected
