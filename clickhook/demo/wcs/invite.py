"""What stands in the INVITE of a call: the callee, the caller, and the page's own headers."""

from __future__ import annotations

import re
from typing import Any

from clickhook.demo.wcs.sip import SipFault
from hooks.wcs.model.rest_client_config import Fields

_DIALLABLE = re.compile(r"[!-~]+")
_HEADER = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)\s*:(.*)", re.ASCII)
_HEADERS = ("inviteParameters", "sipHeaders")


def read_uri(callee: object, domain: str) -> str:
    """A SIP URI is dialled as it is, anything else at the account's own server. Raises SipFault."""
    text = "" if callee is None else str(callee)
    if not text:
        raise SipFault("CALLEE_NAME_IS_NULL")
    if not _DIALLABLE.fullmatch(text):
        raise SipFault("this callee cannot be dialled")
    if text.startswith(("sip:", "sips:")):
        return text
    return f"sip:{text}" if "@" in text else f"sip:{text}@{domain}"


def select_account(connection: Fields, call: Fields) -> dict[str, Any]:
    """The connection's account, with its password, under the name and number of the call."""
    shown = {"sipLogin": call.get("caller"), "sipVisibleName": call.get("visibleName")}
    named = {name: value for name, value in shown.items() if value not in (None, "")}
    digest_name = connection.get("sipAuthenticationName") or connection.get("sipLogin")
    return {
        **connection,
        "sipAuthenticationName": digest_name,
        "sipRegisterRequired": False,
        **named,
    }


def read_headers(call: Fields) -> dict[str, str]:
    """A line break begins another header: nobody checks what a page sends. Raises SipFault."""
    lines = (line for field in _HEADERS for line in re.split(r"[\r\n]+", _as_text(call.get(field))))
    headers = {found[1]: found[2].strip() for line in lines if (found := _HEADER.fullmatch(line))}
    if not all(value.isprintable() for value in headers.values()):
        raise SipFault("this header cannot be sent")
    return headers


def _as_text(given: object) -> str:
    if isinstance(given, dict):
        return "\n".join(f"{name}: {value}" for name, value in given.items())
    return given if isinstance(given, str) else ""
