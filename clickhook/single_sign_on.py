"""The variables CLICKHOOK_OIDC_…: where staff sign in, and what the provider may decide."""

from __future__ import annotations

import importlib.util

from clickhook.environment import Environment
from tenants.sign_in.sso.configuration import Configuration, parse_issuer, parse_roles

ISSUER = "CLICKHOOK_OIDC_ISSUER"
NEEDED = ("CLICKHOOK_OIDC_CLIENT_ID", "CLICKHOOK_OIDC_CLIENT_SECRET")
NO_LIBRARY = 'needs Authlib: pip install "clickhook[sso]", or leave the variable out'
NO_RIGHTS = "needs CLICKHOOK_OIDC_ROLES: without a role nobody sees anything"


def read_single_sign_on(env: Environment) -> Configuration:
    """Without an issuer nobody signs in there. Problems are noted in `env`."""
    issuer = env.parsed(ISSUER, env.text(ISSUER), parse_issuer, "")
    roles_text = env.text("CLICKHOOK_OIDC_ROLES")
    no_roles: dict[str, str] = {}
    configuration = Configuration(
        issuer=issuer,
        client_id=env.text(NEEDED[0]),
        client_secret=env.text(NEEDED[1]),
        title=env.text("CLICKHOOK_OIDC_TITLE", "your company's account"),
        roles=env.parsed("CLICKHOOK_OIDC_ROLES", roles_text, parse_roles, no_roles),
        roles_claim=env.text("CLICKHOOK_OIDC_ROLES_CLAIM", "groups"),
        tenants_claim=env.text("CLICKHOOK_OIDC_TENANTS_CLAIM"),
        makes_accounts=env.choice("CLICKHOOK_OIDC_NEW_ACCOUNTS", "NO", ["NO", "YES"]) == "YES",
        second_factor=env.choice(
            "CLICKHOOK_OIDC_SECOND_FACTOR", "AMR", ["AMR", "PROVIDER", "OURS"]
        ).lower(),
    )
    if issuer:
        _refuse_what_lacks(env, configuration)
    return configuration


def _refuse_what_lacks(env: Environment, configuration: Configuration) -> None:
    for name in NEEDED:
        if not env.is_set(name):
            env.refuse(name, f"is missing: {ISSUER} needs it")
    if importlib.util.find_spec("authlib") is None:
        env.refuse(ISSUER, NO_LIBRARY)
    if configuration.makes_accounts and not configuration.roles:
        env.refuse("CLICKHOOK_OIDC_NEW_ACCOUNTS", NO_RIGHTS)
    if configuration.tenants_claim and not configuration.roles:
        env.refuse("CLICKHOOK_OIDC_TENANTS_CLAIM", NO_RIGHTS)
