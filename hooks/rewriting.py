"""What goes back to WCS, built by us field by field; nothing of the browser's is passed on."""

from __future__ import annotations

import re
from typing import Any

from hooks.facts import Facts
from hooks.methods import CALL_FIELDS, REST_CLIENT_CONFIG, SIP_FIELDS

# They end a name within a SIP header.
_NOT_IN_NAMES = re.compile(r'["\\<>]')
_NO_CALL_FIELDS: dict[str, Any] = dict.fromkeys(CALL_FIELDS)


def connect_answer(facts: Facts, password: str) -> dict[str, Any]:
    """Every SIP field, since WCS keeps the browser's value of each one that is missing."""
    answer = dict.fromkeys(SIP_FIELDS, "")
    return {
        **answer,
        "sipLogin": facts.account_login,
        "sipAuthenticationName": facts.account_authentication_name or facts.account_login,
        "sipPassword": password,
        "sipDomain": facts.account_domain,
        "sipOutboundProxy": facts.account_outbound_proxy or facts.account_domain,
        "sipPort": facts.account_port,
        "sipRegisterRequired": bool(facts.tenant_registers),
        "sipVisibleName": facts.account_login,
        "restClientConfig": REST_CLIENT_CONFIG,
    }


def call_answer(target: str | None, caller: str | None, label: str | None = "") -> dict[str, Any]:
    """An audio call to our target from our account; null is what WCS has where nothing was set.

    `label` is what the agent sees as the caller's name.
    """
    return {
        **_NO_CALL_FIELDS,
        "callee": target,
        "caller": caller,
        "visibleName": _NOT_IN_NAMES.sub("", label or "") or caller,
        "incoming": False,
        "hasAudio": True,
        "hasVideo": False,
        "isMsrp": False,
        "holdForTransfer": False,
        "custom": {},
    }


def keypad_answer(digits: str) -> dict[str, str]:
    return {"dtmf": digits, "type": "RFC2833"}
