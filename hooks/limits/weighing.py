"""May this call be placed under its limits, and what does it reserve?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hooks.limits.asked import Asked, bound_slice
from hooks.limits.facts import LimitFacts
from hooks.limits.ledger import Ledger
from hooks.limits.pricing import FREE, Rate
from hooks.limits.reservation import Reservation, reserve_first_slice
from hooks.limits.rules import (
    CALL_RULES,
    CALLEE_RULES,
    SCOPE_RULES,
    VISITOR_RULES,
    calls_in_time,
    visitor,
)
from hooks.limits.scope import Scope, VisitorScope, call_scopes, callee_scope, visitor_scopes
from hooks.reasons import Reason
from tenants.destinations import Destination, read_destination
from tenants.money import MICROS


class Verdict(NamedTuple):
    reason: Reason
    detail: str = ""  # whose limit it was
    reservation: Reservation | None = None
    again: bool = False  # more calls have ended than were read: perhaps there is room then
    alias: str = ""  # of the fallback that is called
    target: str = ""
    rings_at: str = ""  # the meter that counts the call while it rings


def weigh_call(
    facts: LimitFacts, ledger: Ledger, domain_id: int | None, account_id: str | None, target: str
) -> Verdict:
    """Takes from the ledger what an allowed call needs. A limit nobody can read refuses."""
    try:
        scopes = call_scopes(facts, domain_id, account_id)
        asked = read_asked(facts, scopes, target)
        visitors = list(visitor_scopes(facts.visitor, scopes))
        refusals = _refusals(asked, ledger, scopes, visitors)
        refused = next((found for found in refusals if found.reason is not Reason.ALLOWED), None)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        return Verdict(Reason.LIMIT_UNREADABLE, str(error))

    if refused:
        return refused
    _take(asked, ledger, scopes, visitors)
    reservation = reserve_first_slice(asked, [scope.name for scope in scopes])
    rings_at = "" if facts.callee_ringing_capacity is None else callee_scope(facts)
    return Verdict(Reason.ALLOWED, reservation=reservation, target=target, rings_at=rings_at)


def read_asked(facts: LimitFacts, scopes: Iterable[Scope], target: str) -> Asked:
    destination = read_destination(target, facts.country)
    bounds = [scope.limits.call_seconds for scope in scopes]
    longest = min((bound for bound in bounds if bound is not None), default=None)
    return Asked(
        at=datetime.fromtimestamp(facts.clock, UTC).astimezone(ZoneInfo(facts.time_zone)),
        facts=facts,
        destination=destination,
        rate=_find_rate(facts, destination),
        seconds=bound_slice(longest),
        longest=longest,
    )


def _find_rate(facts: LimitFacts, destination: Destination) -> Rate | None:
    if destination.kind == "internal":
        if facts.account_internal_rate is None:
            return None
        per_minute = int(Decimal(facts.account_internal_rate) * MICROS)
        return Rate(per_minute) if per_minute else FREE

    # The number as it was when the rate was looked up must be the one that is dialled.
    if facts.rate is None or facts.callee_number != destination.number:
        return None
    *numbers, currency = facts.rate
    return Rate(*numbers) if currency == facts.currency else None


def _refusals(
    asked: Asked, ledger: Ledger, scopes: list[Scope], visitors: list[VisitorScope]
) -> Iterator[Verdict]:
    """In the order of the rules; the first one counts."""
    limits = [scope.limits for scope in scopes]
    for call_rule in CALL_RULES:
        yield Verdict(call_rule(asked, limits) or Reason.ALLOWED)

    callee = callee_scope(asked.facts)
    for callee_rule in CALLEE_RULES:
        yield Verdict(callee_rule(asked, ledger[callee]) or Reason.ALLOWED, callee)

    for visitor_scope in visitors:
        meter = ledger[visitor_scope.name]
        for visitor_rule in VISITOR_RULES:
            reason = visitor_rule(asked, meter, visitor_scope.limits) or Reason.ALLOWED
            yield Verdict(reason, visitor_scope.name)

    for scope in scopes:
        for rule in SCOPE_RULES:
            reason = rule(asked, ledger[scope.name], scope.limits) or Reason.ALLOWED
            yield Verdict(reason, scope.name, again=ledger.more_have_ended)


def _take(asked: Asked, ledger: Ledger, scopes: list[Scope], visitors: list[VisitorScope]) -> None:
    for scope in scopes:
        lengths = [seconds for seconds, _, _ in calls_in_time.windows(scope.limits)]
        meter = ledger[scope.name].admit(lengths, asked.clock)
        ledger[scope.name] = meter.reserve(asked.day, asked.month, asked.seconds, asked.money)

    for visitor_scope in visitors:
        lengths = [seconds for seconds, _, _ in visitor.windows(visitor_scope.limits)]
        meter = ledger[visitor_scope.name].admit(lengths, asked.clock).release()
        ledger[visitor_scope.name] = meter.note_callee(asked.visitors_callee, asked.clock)
