"""What a page reports of the quality of its call, read within bounds; pure.

The page is a stranger's: its numbers are shown as the browser's, and nothing is decided by them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from hooks.tickets.claims import Claims, Malformed, parse_claims
from hooks.tickets.gateway_key import ticket_secret
from hooks.tickets.ticket import GATEWAY_KID, REPORTED_WITHIN, SKEW, Ticket, read_ticket

MOST_SAMPLES = 10_000
MOST_PACKETS = 100_000_000
LONGEST = 60_000  # milliseconds
_MOST = {
    **dict.fromkeys(("received", "lost", "sent", "sent_lost"), MOST_PACKETS),
    **dict.fromkeys(("jitter", "jitter_most", "round_trip", "round_trip_most"), LONGEST),
}
_CALL_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


class BadReport(ValueError):
    """The body is no report; the message names the part."""


class Report(NamedTuple):
    ticket: str
    claims: Claims  # of the ticket, as it claims them
    call: str  # WCS's id
    numbers: dict[str, int | None]

    def is_vouched_for(self, tenant_id: int, origin: str, now: datetime) -> bool:
        """Whether the gateway gave its ticket to a page of this origin, not too long ago."""
        made_at = self.claims.iat
        if not -SKEW <= now.timestamp() - made_at <= REPORTED_WITHIN:
            return False

        keys = {GATEWAY_KID: ticket_secret(tenant_id)}
        given = read_ticket(self.ticket, keys, datetime.fromtimestamp(made_at, UTC))
        return isinstance(given, Ticket) and self.claims.origin == origin


def read_report(body: bytes) -> Report:
    """Raises BadReport."""
    try:
        given = orjson.loads(body)
    except ValueError as error:
        raise BadReport("it is not JSON") from error
    if not isinstance(given, dict) or set(given) != {"ticket", "call", "samples", *_MOST}:
        raise BadReport("its names are not those of a report")

    ticket, call = given["ticket"], given["call"]
    if not isinstance(call, str) or not _CALL_ID.fullmatch(call):
        raise BadReport("call")
    try:
        claims = parse_claims(ticket if isinstance(ticket, str) else "")
    except Malformed as error:
        raise BadReport("ticket") from error
    return Report(ticket, claims, call, _read_numbers(given))


def _read_numbers(given: dict[str, Any]) -> dict[str, int | None]:
    """Raises BadReport."""
    if not _is_number(given["samples"], MOST_SAMPLES) or given["samples"] < 1:
        raise BadReport("samples")
    for name, most in _MOST.items():
        if given[name] is not None and not _is_number(given[name], most):
            raise BadReport(name)
    return {name: given[name] for name in ("samples", *_MOST)}


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
