"""Which changes let a tenant spend more than before, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from tenants.destinations import read_destination
from tenants.opened import RISKY, Opened, default_destinations

LIMITS = "limits."  # begins the name of each limit's field
INTERNAL_RATE = "internal_rate"
# Columns of a tenant, and of one of its stream aliases.
STREAM_LIMITS = (
    "stream_publishers",
    "stream_players",
    "publishers",
    "players",
    "longest_seconds",
)
_LISTS = ("countries", "types")


class Place(NamedTuple):
    """What is at home for a tenant."""

    country: str
    destinations: Opened | None = None  # of the tenant
    callee: Opened | None = None  # what is opened for the callee alone
    internal_rate: str | None = None  # the highest of the tenant's SIP accounts

    @property
    def countries(self) -> set[str]:
        """A tenant without a country is at home where it opened destinations."""
        return {self.country} if self.country else {*(self.destinations or {}).get("countries", ())}


class Change(NamedTuple):
    field: str  # limits.calls_per_hour, limits.visitor.calls_per_day, destinations, target, country
    before: Any
    after: Any


def raises(change: Change, place: Place) -> bool:
    """`place` is the tenant's before the change."""
    if change.field.startswith(LIMITS) or change.field in STREAM_LIMITS:
        return _lifts(change.before, change.after)
    if change.field == "destinations":
        return _opens(change.before, change.after)
    if change.field == "target":
        return leads_out(change.after, place) and not _same_number(change, place)
    if change.field == INTERNAL_RATE:
        return _cheapens(change.before, change.after, place)
    # Where no country is set yet, the tenant's first one is no raise. Of another currency the same
    # numbers may be more.
    return change.field in ("country", "currency") and change.before not in ("", change.after)


def leads_out(target: str, place: Place) -> bool:
    """Abroad, or to a number of a costly type.

    For a tenant that is at home nowhere every number is closed, so none leads out; nor does one
    that no numbering plan knows, unless the callee may have such a number.
    """
    destination = read_destination(target, place.country)
    if destination.kind == "internal" or not place.countries:
        return False
    if destination.kind == "invalid":
        return "invalid" in (place.callee or {}).get("types", ())
    return destination.type in RISKY or destination.country not in place.countries


def flatten_limits(limits: Mapping[str, Any], prefix: str = LIMITS) -> dict[str, Any]:
    """By the field of each."""
    flat: dict[str, Any] = {}
    for name, value in limits.items():
        if isinstance(value, Mapping):
            flat |= flatten_limits(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def limit_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = flatten_limits(before), flatten_limits(after)
    for field in sorted(old.keys() | new.keys()):
        if not _is_same(old.get(field), new.get(field)):
            yield Change(field, old.get(field), new.get(field))


def stream_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for field in STREAM_LIMITS:
        if field in after and before.get(field) != after[field]:
            yield Change(field, before.get(field), after[field])


def with_limit(limits: Mapping[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The limits with this one as given; None lifts it."""
    group, _, name = field.removeprefix(LIMITS).rpartition(".")
    if group:
        inner = with_limit(limits.get(group, {}), name, value)
        return {**without(limits, group), **({group: inner} if inner else {})}
    return {**without(limits, name), **({} if value is None else {name: value})}


def without(limits: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in limits.items() if key != name}


def common_destinations(one: Opened | None, other: Opened | None) -> dict[str, list[str]]:
    """What both open."""
    return {
        name: sorted({*(one or {}).get(name, ())} & {*(other or {}).get(name, ())})
        for name in _LISTS
    }


def effective_destinations(opened: Opened | None, country: str) -> dict[str, list[str]]:
    """Of a tenant: those of its country where none are chosen."""
    chosen = default_destinations(country) if opened is None else opened
    return {name: sorted(chosen.get(name, ())) for name in _LISTS}


def _lifts(before: Any, after: Any) -> bool:
    if before is None:
        return False
    return after is None or Decimal(str(after)) > Decimal(str(before))


def _cheapens(before: Any, after: Any, place: Place) -> bool:
    """At a lower rate a limit of money holds for more calls.

    A tenant's first rate is no raise, so taking one away is: else it could be lowered in two steps.
    The first rate of a further account is as high as the tenant's others: any of them may call.
    """
    if before is None and after is None:
        return False
    so_far = place.internal_rate if before is None else before
    return so_far is not None and (after is None or Decimal(str(after)) < Decimal(str(so_far)))


def _is_same(before: Any, after: Any) -> bool:
    if before is None or after is None:
        return before is after
    return Decimal(str(before)) == Decimal(str(after))


def _opens(before: Opened | None, after: Opened | None) -> bool:
    return any({*(after or {}).get(name, ())} - {*(before or {}).get(name, ())} for name in _LISTS)


def _same_number(change: Change, place: Place) -> bool:
    """Another way to write a number changes nothing."""
    before, after = (
        read_destination(target or "", place.country) for target in (change.before, change.after)
    )
    return bool(after.number) and before == after
