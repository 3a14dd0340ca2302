"""What an API key may do: read or write everything of its tenant, or single resources."""

from __future__ import annotations

from collections.abc import Iterable

READ, WRITE = LEVELS = ("read", "write")
# As the addresses of the API name them.
RESOURCES = (
    "tenants",
    "domains",
    "sip-accounts",
    "callees",
    "streams",
    "wcs-instances",
    "rates",
    "imports",
    "calls",
    "sessions",
    "events",
    "messages",
    "visitor-blocks",
    "kill-switches",
    "ticket-keys",
    "webhook-endpoints",
)
HOW = "A scope is read, write, or one resource with one of these, like callees:write."


class BadScopes(ValueError):
    """The message says which one, and what can be written instead."""


def check_scopes(scopes: object) -> None:
    """Raises BadScopes."""
    if not isinstance(scopes, list) or not scopes:
        raise BadScopes(f"A key needs a scope. {HOW}")
    for scope in scopes:
        if scope not in _KNOWN:
            raise BadScopes(f"{scope!r} is unknown. {HOW} Resources: {', '.join(RESOURCES)}.")


def grants(scopes: Iterable[str], resource: str, level: str) -> bool:
    """Whoever may write may read."""
    enough = LEVELS[LEVELS.index(level) :]
    return any(scope in scopes for one in enough for scope in (one, f"{resource}:{one}"))


_KNOWN = {*LEVELS, *(f"{resource}:{level}" for resource in RESOURCES for level in LEVELS)}
