"""Whose limits bear on a call: the tenant, its domain, SIP account and callee, and the visitor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hooks.limits.facts import LimitFacts
from tenants.limits import Limits, VisitorLimits, read_limits

TENANT = "tenant"
# All calls together of whoever cannot be told apart.
UNKNOWN_VISITORS = "unknown visitors"


class Scope(NamedTuple):
    name: str  # of its meter, within the tenant
    limits: Limits


class VisitorScope(NamedTuple):
    name: str
    limits: VisitorLimits


def call_scopes(facts: LimitFacts, domain_id: int | None, account_id: str | None) -> list[Scope]:
    """Raises BadLimits."""
    tenant = read_limits(facts.tenant_limits)
    scopes = [Scope(TENANT, tenant)]
    if facts.tickets == "preferred" and not (facts.visitor or facts.ticketed):
        scopes.append(Scope(UNKNOWN_VISITORS, halve_limits(tenant)))

    scopes += [
        Scope(f"domain {domain_id}", read_limits(facts.domain_limits)),
        Scope(f"account {account_id}", read_limits(facts.account_limits)),
        Scope(callee_scope(facts), read_limits(facts.callee_limits)),
    ]
    kept = {TENANT, callee_scope(facts)} if facts.protects_callee else {TENANT}
    return [scope for scope in scopes if scope.name in kept or scope.limits != Limits()]


def callee_scope(facts: LimitFacts) -> str:
    return f"callee {facts.callee_id}"


def visitor_scopes(visitor: str, scopes: list[Scope]) -> Iterator[VisitorScope]:
    """Each scope may limit its visitors; who cannot be told apart is no single visitor."""
    if not visitor:
        return
    for scope in scopes:
        if scope.limits.visitor != VisitorLimits():
            at = "" if scope.name == TENANT else f" {scope.name}"
            yield VisitorScope(f"visitor {visitor}{at}", scope.limits.visitor)


def halve_limits(limits: Limits) -> Limits:
    """At most half of each limit, and at least one call, so that ticket holders get through."""
    halves = {
        name: max(value // 2, min(value, 1)) if isinstance(value, int) else value
        for name, value in limits._asdict().items()
        if name not in ("call_seconds", "price_per_minute", "visitor")
    }
    return limits._replace(**halves, visitor=VisitorLimits())
