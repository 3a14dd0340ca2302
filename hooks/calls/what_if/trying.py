"""The limits to try: those that are stored, with changes like `money_per_day=5.00`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hooks.limits.replay import TriedLimits
from hooks.limits.scope import TENANT
from tenants.limits import MONEY, BadLimits, merge_limits, parse_limits
from tenants.models import Tenant

KINDS = ("domain", "account", "callee")


class BadChange(ValueError):
    """The text changes no limit; the message says why."""


def read_stored_limits(tenant: Tenant) -> dict[str, Any]:
    """By scope."""
    stored = {TENANT: tenant.limits}
    for kind, rows in _owned(tenant).items():
        limited = rows.exclude(limits={}).values_list("pk", "limits")
        stored |= {f"{kind} {key}": limits for key, limits in limited.iterator()}
    return stored


def change_limits(tenant: Tenant, stored: Mapping[str, Any], changes: Iterable[str]) -> Any:
    """Raises BadChange."""
    changed = dict(stored)
    for change in changes:
        place, is_change, value = change.rpartition("=")
        if not is_change:
            raise BadChange(f"{change}: Expected limit=value, like money_per_day=5.00.")

        scope, limit = _find_scope(tenant, place)
        merged = merge_limits(changed.get(scope, {}), _nest(limit, _read_value(limit, value)))
        try:
            parse_limits(merged, tenant.currency)
        except BadLimits as error:
            raise BadChange(f"{change}: {' '.join(error.problems.values())}") from None
        changed[scope] = merged
    return changed


def tried_limits(tenant: Tenant, limits: Mapping[str, Any]) -> TriedLimits:
    texts = {scope: json.dumps(value) for scope, value in limits.items()}
    return TriedLimits(texts, tenant.time_zone, tenant.currency, tenant.tickets)


def _owned(tenant: Tenant) -> dict[str, Any]:
    return {
        "domain": tenant.domains.order_by(),
        "account": tenant.sip_accounts.order_by(),
        "callee": tenant.callees.order_by(),
    }


def _find_scope(tenant: Tenant, place: str) -> tuple[str, str]:
    """The scope and the limit's name; an origin has colons of its own."""
    kind, has_kind, rest = place.partition(":")
    if not has_kind:
        return TENANT, place
    name, _, limit = rest.rpartition(":")
    if kind not in KINDS or not name:
        raise BadChange(f"{place}: Expected domain:ORIGIN:, account:LOGIN: or callee:ALIAS:.")

    named = {"domain": "origin", "account": "login", "callee": "alias"}[kind]
    row = _owned(tenant)[kind].filter(**{named: name}).first()
    if row is None:
        raise BadChange(f"{place}: The tenant has no such {kind}.")
    return f"{kind} {row.pk}", limit


def _read_value(limit: str, text: str) -> str | int | None:
    """What is no number stays text, and `parse_limits` says what it should be."""
    if text == "null":
        return None
    is_number = limit not in MONEY and re.fullmatch("-?[0-9]{1,20}", text)
    return int(text) if is_number else text


def _nest(limit: str, value: Any) -> dict[str, Any]:
    group, is_grouped, name = limit.rpartition(".")
    return {group: {name: value}} if is_grouped else {name: value}
