"""What the operator says about the OpenID Connect provider; pure, because the settings read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ROLES = ("administrator", "manager", "auditor")  # the strongest first
PAIR = re.compile(r"(?P<group>[^=,]{1,200})=(?P<role>[a-z]+)")
NO_ISSUER = "takes the https URL of an OpenID Connect provider, without a query"
NO_ROLES = f"takes group=role entries with commas between; the roles are {', '.join(ROLES)}"


@dataclass(frozen=True)
class Configuration:
    """The provider, and what it may decide here."""

    issuer: str  # empty: nobody signs in at a provider
    client_id: str
    client_secret: str = field(repr=False)
    title: str  # on the sign-in page: Sign in with …
    # Roles by group; empty: administrators give the roles here.
    roles: Mapping[str, str] = field(default_factory=dict)
    roles_claim: str = "groups"
    tenants_claim: str = ""  # empty: administrators assign tenants here
    makes_accounts: bool = False
    # "amr": its second factor counts where the ID token says that one was used, else ours is asked
    # for. "provider": it always counts. "ours": never.
    second_factor: str = "amr"


def parse_issuer(text: str) -> str:
    """Raises ValueError. Plain http is for a provider on this machine alone."""
    if not text:
        return ""
    parts = urlsplit(text)  # raises ValueError
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    has_more = parts.query or parts.fragment or parts.username or parts.password
    if not parts.hostname or has_more or not (parts.scheme == "https" or is_local):
        raise ValueError(NO_ISSUER)
    return text


def parse_roles(text: str) -> dict[str, str]:
    """Raises ValueError."""
    roles = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = PAIR.fullmatch(entry)
        if not match or match["role"] not in ROLES:
            raise ValueError(NO_ROLES)
        roles[match["group"].strip()] = match["role"]
    return roles
