"""May this call be placed under its limits, and what does it reserve?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from hooks.limits.asked import Asked, bound_slice
from hooks.limits.facts import LimitFacts
from hooks.limits.ledger import Ledger
from hooks.limits.meter import Meter
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


CallRules = Iterable[Callable[[Asked], Reason | None]]


class Meters(Protocol):
    """A ledger, or what stands in for one where recorded calls are replayed."""

    more_have_ended: bool

    def __getitem__(self, scope: str, /) -> Meter: ...

    def __setitem__(self, scope: str, meter: Meter, /) -> None: ...


def weigh_call(
    facts: LimitFacts, ledger: Ledger, domain_id: int | None, account_id: str | None, target: str
) -> Verdict:
    """Takes from the ledger what an allowed call needs. A limit nobody can read refuses."""
    try:
        scopes = call_scopes(facts, domain_id, account_id)
        asked = read_asked(facts, scopes, target)
        visitors = list(visitor_scopes(facts.visitor, scopes))
        verdict = weigh_asked(asked, ledger, scopes, visitors)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        return Verdict(Reason.LIMIT_UNREADABLE, str(error))

    if verdict.reservation is None:
        return verdict
    rings_at = "" if facts.callee_ringing_capacity is None else callee_scope(facts)
    return verdict._replace(target=target, rings_at=rings_at)


def weigh_asked(
    asked: Asked,
    meters: Meters,
    scopes: list[Scope],
    visitors: list[VisitorScope],
    call_rules: CallRules = CALL_RULES,
) -> Verdict:
    refusals = _refusals(asked, meters, scopes, visitors, call_rules)
    refused = next((found for found in refusals if found.reason is not Reason.ALLOWED), None)
    if refused:
        return refused

    _take(asked, meters, scopes, visitors)
    reservation = reserve_first_slice(asked, [scope.name for scope in scopes])
    return Verdict(Reason.ALLOWED, reservation=reservation)


def read_asked(facts: LimitFacts, scopes: Iterable[Scope], target: str) -> Asked:
    destination = read_destination(target, facts.country)
    longest = find_longest(scopes)
    return Asked(
        at=datetime.fromtimestamp(facts.clock, UTC).astimezone(ZoneInfo(facts.time_zone)),
        facts=facts,
        destination=destination,
        rate=_find_rate(facts, destination),
        seconds=bound_slice(longest),
        longest=longest,
        limits=[scope.limits for scope in scopes],
    )


def find_longest(scopes: Iterable[Scope]) -> int | None:
    """Seconds that a call may last."""
    bounds = [scope.limits.call_seconds for scope in scopes]
    return min((bound for bound in bounds if bound is not None), default=None)


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
    asked: Asked,
    meters: Meters,
    scopes: list[Scope],
    visitors: list[VisitorScope],
    call_rules: CallRules,
) -> Iterator[Verdict]:
    """In the order of the rules; the first one counts."""
    for call_rule in call_rules:
        yield Verdict(call_rule(asked) or Reason.ALLOWED)

    callee = callee_scope(asked.facts)
    for callee_rule in CALLEE_RULES:
        yield Verdict(callee_rule(asked, meters[callee]) or Reason.ALLOWED, callee)

    for visitor_scope in visitors:
        meter = meters[visitor_scope.name]
        for visitor_rule in VISITOR_RULES:
            reason = visitor_rule(asked, meter, visitor_scope.limits) or Reason.ALLOWED
            yield Verdict(reason, visitor_scope.name)

    for scope in scopes:
        for rule in SCOPE_RULES:
            reason = rule(asked, meters[scope.name], scope.limits) or Reason.ALLOWED
            yield Verdict(reason, scope.name, again=meters.more_have_ended)


def _take(asked: Asked, meters: Meters, scopes: list[Scope], visitors: list[VisitorScope]) -> None:
    for scope in scopes:
        lengths = [seconds for seconds, _, _ in calls_in_time.windows(scope.limits)]
        meter = meters[scope.name].admit(lengths, asked.clock)
        meters[scope.name] = meter.reserve(asked.day, asked.month, asked.seconds, asked.money)

    for visitor_scope in visitors:
        lengths = [seconds for seconds, _, _ in visitor.windows(visitor_scope.limits)]
        meter = meters[visitor_scope.name].admit(lengths, asked.clock).release()
        meters[visitor_scope.name] = meter.note_callee(asked.visitors_callee, asked.clock)
