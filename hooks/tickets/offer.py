"""What a page learns before it calls: its ticket, and whether the tenant is open."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import jwt

from hooks.tickets.gateway_key import ticket_secret
from hooks.tickets.ticket import GATEWAY_KID, LONGEST_LIFE
from hooks.tickets.visitor import Visitor
from tenants.hours import is_open, next_opening, parse_hours
from tenants.origins import Origin


class TicketFacts(NamedTuple):
    """As the statement gives them."""

    tenant_id: int
    status: str
    tickets: str
    time_zone: str
    hours: str | None
    holidays: str
    alias: str | None  # None: there is no such callee
    keypad: bool | None
    way_out: str
    way_out_text: str
    way_out_url: str
    has_spent: bool

    @property
    def gives_tickets(self) -> bool:
        return self.status == "active" and self.tickets != "off" and self.alias is not None


def describe_tenant(facts: TicketFacts, now: datetime) -> dict[str, Any]:
    """Whether it is open, and what the page should show."""
    hours = parse_hours(json.loads(facts.hours)) if facts.hours else None
    holidays = frozenset(json.loads(facts.holidays))
    is_open_now = is_open(hours, holidays, facts.time_zone, now)
    opening = None if is_open_now else next_opening(hours, holidays, facts.time_zone, now)

    return {
        "open": is_open_now,
        "next_opening": opening.isoformat() if opening else None,
        "time_zone": facts.time_zone,
        "keypad": bool(facts.keypad),
        "way_out": _describe_way_out(facts),
        "sentence": "" if is_open_now else _say_closed(opening, facts.time_zone),
    }


def _describe_way_out(facts: TicketFacts) -> dict[str, str] | None:
    """What the page may offer where no call comes about."""
    if facts.way_out == "link":
        return {"kind": "link", "text": facts.way_out_text, "url": facts.way_out_url}
    return {"kind": facts.way_out} if facts.way_out == "callback" else None


def make_offer(
    facts: TicketFacts, origin: Origin, visitor: Visitor, now: datetime
) -> dict[str, Any]:
    """The same, and a ticket while the tenant is open."""
    described = describe_tenant(facts, now)
    ticket = _sign_ticket(facts, origin, visitor, now) if described["open"] else None
    return {"ticket": ticket, **described}


def _sign_ticket(facts: TicketFacts, origin: Origin, visitor: Visitor, now: datetime) -> str:
    made_at = int(now.timestamp())
    claims = {
        "origin": str(origin),
        "alias": facts.alias,
        "jti": uuid.uuid4().hex,
        "iat": made_at,
        "exp": made_at + int(LONGEST_LIFE),
        "sub": visitor.id,
        "display": visitor.display,
    }
    secret = ticket_secret(facts.tenant_id)
    return jwt.encode(claims, secret, "HS256", {"kid": GATEWAY_KID})


def _say_closed(opening: datetime | None, zone: str) -> str:
    if opening is None:
        return "We are closed."
    local = opening.astimezone(ZoneInfo(zone))
    return f"We are closed. We open again on {local:%A, %-d %B, at %H:%M} ({local:%Z})."
