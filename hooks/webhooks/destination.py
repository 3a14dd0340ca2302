"""Where a webhook goes: the name is resolved once, and every address of it must be allowed."""

from __future__ import annotations

from collections.abc import Sequence

from hooks.webhooks.failures import Failure
from tenants.public_addresses import Resolve
from tenants.webhooks.allowed_networks import AllowedNetwork, may_reach
from tenants.webhooks.url import Target

MOST_ADDRESSES = 4  # that are tried in turn


def find_addresses(
    target: Target, resolve: Resolve, allowed: Sequence[AllowedNetwork]
) -> Sequence[str] | Failure:
    """The connection goes to one of these. A name with one forbidden address is refused whole."""
    try:
        addresses = resolve(target.host)
    except (OSError, UnicodeError):
        return Failure.NO_ADDRESS
    if not addresses:
        return Failure.NO_ADDRESS
    if not all(may_reach(allowed, one, target.port, target.scheme) for one in addresses):
        return Failure.NOT_ALLOWED
    return addresses[:MOST_ADDRESSES]
