"""The customers of a fault run, their one media server, and the file that imports them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tenants.limits import SAFE

KEY, SECRET = "faults-instance-key", "faults-signing-secret"
SIP_PASSWORD = "faults-sip-password"
NO_LIMITS: dict[str, Any] = dict.fromkeys(SAFE)
MOST_AT_ONCE = 2  # calls of the capped one
# Of these customers a connect is allowed. What was refused must not hold a place of a limit.
OPEN = {
    "open": NO_LIMITS,
    "limited": NO_LIMITS | {"concurrent_calls": 2000, "calls_per_minute": 100_000},
    "capped": NO_LIMITS | {"concurrent_calls": MOST_AT_ONCE},
}
CAPPED = "capped"
SUSPENDED, SWITCHED_OFF = "suspended", "switched-off"
SWITCH_OFF = ("kill_switch", "on", "--tenant", SWITCHED_OFF, "--because", "a test")


def make_tenant(slug: str, status: str, limits: dict[str, Any], rate: str = "0.00") -> dict:
    """`rate`: of a minute to the tenant's own extensions, as the import file writes it."""
    account = {"login": "10001", "password": SIP_PASSWORD, "domain": f"sip.{slug}.example"}
    return {
        "slug": slug,
        "name": slug.title(),
        "status": status,
        "limits": limits,
        "tickets": "off",  # else these calls have half of each limit
        "domains": [{"origin": f"https://www.{slug}.example"}],
        "sip_accounts": [account | {"internal_rate": rate}],
        "callees": [{"alias": "sales", "target": "10002", "default": True}],
    }


def make_tenants() -> list[dict]:
    """Without the switch: SWITCH_OFF is the command for it."""
    return [
        *(make_tenant(slug, "active", limits) for slug, limits in OPEN.items()),
        make_tenant(SUSPENDED, "suspended", NO_LIMITS),
        make_tenant(SWITCHED_OFF, "active", NO_LIMITS),
    ]


def write_import(tenants: Sequence[dict], file: Path) -> Path:
    slugs = [tenant["slug"] for tenant in tenants]
    wcs = {"name": "wcs-1", "key": KEY, "signing_secret": SECRET, "tenants": slugs}
    file.write_text(json.dumps({"tenants": tenants, "wcs_instances": [wcs]}))
    return file
