"""What a tenant's SIP server said to its accounts, from recorded registrations and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hooks.models import Call, Event, Session
from tenants.models import Tenant

MAX_ROWS = 500  # of each kind, the newest
UNAUTHORISED, FORBIDDEN, PROXY_UNAUTHORISED = 401, 403, 407
ADVICE = {
    UNAUTHORISED: "It did not accept the password: check login, authentication name and password.",
    FORBIDDEN: (
        "It forbids the call: the password is wrong, or the account may not call that number."
    ),
    PROXY_UNAUTHORISED: (
        "It did not accept the password: check login, authentication name and password."
    ),
}
_REFUSAL = re.compile(rf"\b({UNAUTHORISED}|{FORBIDDEN}|{PROXY_UNAUTHORISED})\b")  # "SIP 403 …"


@dataclass(slots=True)
class SipStanding:
    registered_at: datetime | None = None
    registration: str = ""  # as WCS calls it: REGISTERED, UNREGISTERED, FAILED
    registration_info: str = ""
    refused_at: datetime | None = None
    refused_with: int | None = None  # the SIP status
    refused_call: UUID | None = None
    answered_at: datetime | None = None

    @property
    def registration_failed(self) -> bool:
        return self.registration == "FAILED"

    @property
    def is_refused(self) -> bool:
        """Since the last call that was answered."""
        return self.refused_at is not None and (
            self.answered_at is None or self.answered_at < self.refused_at
        )

    @property
    def has_problem(self) -> bool:
        return self.is_refused or self.registration_failed

    @property
    def advice(self) -> str:
        return ADVICE[self.refused_with] if self.refused_with else ""


def standings_by_account(tenant: Tenant) -> dict[UUID, SipStanding]:
    """Accounts about which nothing was reported are left out."""
    standings: dict[UUID, SipStanding] = {}

    for account, received_at, body in _registrations(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.registered_at is None:
            standing.registered_at = received_at
            standing.registration = _text(body, "status")
            standing.registration_info = _text(body, "info")

    for account, call in _calls(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.answered_at is None:
            standing.answered_at = call["answered_at"]

    for account, call in _refused_calls(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.refused_at is None:
            standing.refused_at, standing.refused_call = call["asked_at"], call["pk"]
            standing.refused_with = refusal_status(call)

    return standings


def _registrations(tenant: Tenant) -> Iterator[tuple[UUID, datetime, dict[str, Any]]]:
    events = Event.objects.filter(tenant=tenant, method="RegistrationStatusEvent")
    newest = list(
        events.order_by("-received_at").values_list("session", "received_at", "body")[:MAX_ROWS]
    )
    sessions = Session.objects.filter(pk__in={session for session, _, _ in newest})
    accounts = dict(sessions.values_list("pk", "sip_account"))

    for session, received_at, body in newest:
        if account := accounts.get(session):
            yield account, received_at, body


def _calls(tenant: Tenant) -> Iterator[tuple[UUID, dict[str, Any]]]:
    return _with_account(Call.objects.filter(tenant=tenant))


def _refused_calls(tenant: Tenant) -> Iterator[tuple[UUID, dict[str, Any]]]:
    failed = Call.objects.filter(tenant=tenant, ended_by=Call.EndedBy.FAILED)
    return ((account, call) for account, call in _with_account(failed) if refusal_status(call))


def _with_account(calls: Any) -> Iterator[tuple[UUID, dict[str, Any]]]:
    fields = ("pk", "session__sip_account", "asked_at", "answered_at", "sip_status", "end_info")
    for call in calls.order_by("-asked_at").values(*fields)[:MAX_ROWS]:
        if account := call["session__sip_account"]:
            yield account, call


def refusal_status(call: Mapping[str, Any]) -> int | None:
    """Of a call with `sip_status` and `end_info`, if the server refused the account."""
    if call["sip_status"] in ADVICE:
        return int(call["sip_status"])

    match = _REFUSAL.search(call["end_info"])
    return int(match[1]) if match else None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
