"""Names for the scopes of a report: `domain 7` is https://www.customer.example."""

from __future__ import annotations

from hooks.limits.scope import UNKNOWN_VISITORS
from tenants.models import Tenant


def name_scopes(tenant: Tenant, scopes: set[str]) -> dict[str, str]:
    """Of those that are gone, their keys."""
    names = {scope: scope for scope in scopes}
    names[UNKNOWN_VISITORS] = "visitors who cannot be told apart"
    for word, field, rows in (
        ("domain", "origin", tenant.domains),
        ("account", "login", tenant.sip_accounts),
        ("callee", "alias", tenant.callees),
    ):
        keys = [scope.split()[1] for scope in scopes if scope.startswith(f"{word} ")]
        for key, name in rows.filter(pk__in=keys).values_list("pk", field):
            names[f"{word} {key}"] = f"{word} {name}"
    return names
