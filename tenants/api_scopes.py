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
# Nobody changes what happened. An older key may have the scope to, which lets it read.
ONLY_READ = ("calls", "sessions", "events")
HOW = "A scope is read, write, or one resource with one of these, like callees:write."


class BadScopes(ValueError):
    """The message says which one, and what can be written instead."""


def check_scopes(scopes: object) -> None:
    """Raises BadScopes."""
    if not isinstance(scopes, list) or not scopes:
        raise BadScopes(f"A key needs a scope. {HOW}")
    for scope in scopes:
        if scope in (f"{resource}:{WRITE}" for resource in ONLY_READ):
            raise BadScopes(
                f"{scope}: there is nothing to write. Calls, sessions and events can only be read."
            )
        if scope not in CHOICES:
            raise BadScopes(f"{scope!r} is unknown. {HOW} Resources: {', '.join(RESOURCES)}.")


def grants(scopes: Iterable[str], resource: str, level: str) -> bool:
    """Whoever may write may read."""
    enough = LEVELS[LEVELS.index(level) :]
    return any(scope in scopes for one in enough for scope in (one, f"{resource}:{one}"))


def _levels_of(resource: str) -> Iterable[str]:
    return (READ,) if resource in ONLY_READ else LEVELS


CHOICES = (*LEVELS, *(f"{one}:{level}" for one in RESOURCES for level in _levels_of(one)))
