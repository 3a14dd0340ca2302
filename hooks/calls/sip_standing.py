"""How a tenant's SIP accounts fare at its SIP server, from what was recorded of registrations and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hooks.models import Call, Event, Session
from tenants.models import Tenant

LATEST = 500  # rows of each kind that are looked at
UNAUTHORISED, FORBIDDEN, PROXY_UNAUTHORISED = 401, 403, 407
ADVICE = {
    UNAUTHORISED: "It did not accept the password: check login, authentication name and password.",
    FORBIDDEN: "It forbids the call: the password is wrong, or the account may not call that number.",
    PROXY_UNAUTHORISED: "It did not accept the password: check login, authentication name and password.",
}
_REFUSED_WITH = re.compile(
    rf"\b({UNAUTHORISED}|{FORBIDDEN}|{PROXY_UNAUTHORISED})\b"
)  # "SIP 403 FORBIDDEN"


@dataclass(slots=True)
class SipStanding:
    registered_at: datetime | None = None
    registration: str = ""  # WCS's word: REGISTERED, UNREGISTERED, FAILED
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
    def advice(self) -> str:
        return ADVICE[self.refused_with] if self.refused_with else ""


def of_accounts(tenant: Tenant) -> dict[UUID, SipStanding]:
    """By account; of those about which nothing was reported, none."""
    standings: dict[UUID, SipStanding] = {}
    for account, at, body in _registrations(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.registered_at is None:
            standing.registered_at = at
            standing.registration, standing.registration_info = (
                _text(body, "status"),
                _text(body, "info"),
            )
    for account, call in _calls(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.answered_at is None:
            standing.answered_at = call["answered_at"]
    for account, call in _refused_calls(tenant):
        standing = standings.setdefault(account, SipStanding())
        if standing.refused_at is None:
            standing.refused_at, standing.refused_with, standing.refused_call = (
                call["asked_at"],
                _status(call),
                call["pk"],
            )
    return standings


def _registrations(tenant: Tenant) -> Iterator[tuple[UUID, datetime, dict[str, Any]]]:
    events = Event.objects.filter(tenant=tenant, method="RegistrationStatusEvent").order_by(
        "-received_at"
    )
    found = list(events.values_list("session", "received_at", "body")[:LATEST])
    accounts = dict(
        Session.objects.filter(pk__in={row[0] for row in found}).values_list("pk", "sip_account")
    )
    for session, at, body in found:
        if account := accounts.get(session):
            yield account, at, body


def _calls(tenant: Tenant) -> Iterator[tuple[UUID, dict[str, Any]]]:
    return _by_account(Call.objects.filter(tenant=tenant))


def _refused_calls(tenant: Tenant) -> Iterator[tuple[UUID, dict[str, Any]]]:
    failed = Call.objects.filter(tenant=tenant, ended_by=Call.EndedBy.FAILED)
    return ((account, call) for account, call in _by_account(failed) if _status(call))


def _by_account(calls: Any) -> Iterator[tuple[UUID, dict[str, Any]]]:
    fields = ("pk", "session__sip_account", "asked_at", "answered_at", "sip_status", "end_info")
    for call in calls.order_by("-asked_at").values(*fields)[:LATEST]:
        if account := call["session__sip_account"]:
            yield account, call


def _status(call: dict[str, Any]) -> int | None:
    if call["sip_status"] in ADVICE:
        return int(call["sip_status"])
    said = _REFUSED_WITH.search(call["end_info"])
    return int(said[1]) if said else None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
