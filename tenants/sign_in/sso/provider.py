"""The two exchanges with the provider, by Authlib: the way there, and a code for an ID token."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import FrameworkIntegration
from authlib.integrations.django_client.apps import DjangoOAuth2App
from django.conf import settings
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from tenants.sign_in.confirmation import LASTS as RECENTLY
from tenants.sign_in.sso.configuration import LOOPBACK, Configuration
from tenants.sign_in.sso.refused import SsoRefused
from tenants.sign_in.sso.visit import Visit

WITHIN = 5.0  # seconds for each answer of the provider
METADATA_LASTS = 60 * 60  # seconds
CLOCKS_DIFFER = 60  # seconds at most
_SIGNATURES = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA"
SIGNED_BY_PROVIDER = frozenset(_SIGNATURES.split())
AWAY = "The provider does not answer as it should: {}"
NOT_SIGNED_IN = "The provider did not sign the person in: {}"
WRONG_TOKEN = "The provider's ID token does not hold: {}"

_clients: dict[str, tuple[float, Any]] = {}  # by issuer, with the time


def begin(redirect_uri: str, next_page: str, user_id: int | None) -> tuple[str, Visit]:
    """The provider's address for the browser. Raises SsoRefused.

    Who proves again that it is them signs in at the provider anew unless they did so minutes ago.
    """
    again = {"max_age": RECENTLY} if user_id else {}
    made = _ask(lambda: _client().create_authorization_url(redirect_uri, **again), AWAY)
    visit = Visit(
        made["state"], made["nonce"], made["code_verifier"], redirect_uri, next_page, user_id
    )
    return made["url"], visit


def finish(visit: Visit, answer: Mapping[str, str]) -> Mapping[str, Any]:
    """The claims of the ID token. Raises SsoRefused."""
    if not hmac.compare_digest(answer.get("state", "").encode(), visit.state.encode()):
        raise SsoRefused("The answer belongs to another visit at the provider.")
    if not _names_its_issuer(answer):
        raise SsoRefused("The answer comes from another provider.")
    if not answer.get("code"):
        raise SsoRefused(NOT_SIGNED_IN.format(_short(answer.get("error", "no code"))))

    client = _client()
    exchanged = _ask(
        lambda: client.fetch_access_token(
            visit.redirect_uri, code=answer["code"], code_verifier=visit.code_verifier
        ),
        NOT_SIGNED_IN,
    )
    claims: Mapping[str, Any] = _ask(
        lambda: _read_id_token(client, exchanged, visit.nonce), WRONG_TOKEN
    )
    if visit.user_id and not is_recent(claims):
        raise SsoRefused("The provider did not ask the person again who they are.")
    return claims


def _names_its_issuer(answer: Mapping[str, str]) -> bool:
    """RFC 9207: another provider's answer cannot pass for ours. Raises SsoRefused."""
    if "iss" in answer:
        return answer["iss"] == settings.CLICKHOOK_OIDC.issuer
    metadata = _client().server_metadata
    return not metadata.get("authorization_response_iss_parameter_supported")


def check() -> None:
    """Raises SsoRefused where the provider cannot be used."""
    _clients.clear()
    _client()


def end_session_endpoint() -> str:
    """Empty where the provider names none, or one that no browser may be sent to.

    Raises SsoRefused.
    """
    named = _client().server_metadata.get("end_session_endpoint", "")
    if not isinstance(named, str) or not named.isascii() or not named.isprintable():
        return ""
    try:
        parts = urlsplit(named)
    except ValueError:
        return ""
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    is_usable = parts.hostname and not parts.fragment and not parts.username
    return named if is_usable and (parts.scheme == "https" or is_local) else ""


def is_recent(claims: Mapping[str, Any]) -> bool:
    """Whether the person signed in at the provider in the last minutes."""
    signed_in_at = claims.get("auth_time", 0)
    return bool(time.time() - RECENTLY - CLOCKS_DIFFER < signed_in_at)


def _read_id_token(client: Any, exchanged: Any, nonce: str) -> Mapping[str, Any]:
    if "id_token" not in exchanged:
        raise ValueError("there is none")
    claims: Mapping[str, Any] = client.parse_id_token(
        exchanged,
        nonce=nonce,
        claims_options={
            "iss": {"essential": True, "value": settings.CLICKHOOK_OIDC.issuer},
            "aud": {"essential": True, "value": client.client_id},
            "sub": {"essential": True},
        },
        leeway=CLOCKS_DIFFER,
    )
    if not isinstance(claims["sub"], str):
        raise ValueError("sub is not text")
    return claims


def _client() -> Any:
    """Knows the provider's addresses and keys, for an hour. Raises SsoRefused."""
    configuration = settings.CLICKHOOK_OIDC
    loaded_at, client = _clients.get(configuration.issuer, (0.0, None))
    if time.monotonic() - loaded_at > METADATA_LASTS or client is None:
        client = _make_client(configuration)
        metadata = _ask(client.load_server_metadata, AWAY)
        _check_metadata(metadata, configuration.issuer)
        _clients[configuration.issuer] = time.monotonic(), client
    return client


def _make_client(configuration: Configuration) -> Any:
    return DjangoOAuth2App(
        FrameworkIntegration("clickhook"),
        name="clickhook",
        client_id=configuration.client_id,
        client_secret=configuration.client_secret,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": WITHIN,
        },
        server_metadata_url=f"{configuration.issuer.rstrip('/')}/.well-known/openid-configuration",
    )


def _check_metadata(metadata: dict[str, Any], issuer: str) -> None:
    """Tokens without a signature, or signed with our own secret, are no provider's."""
    if metadata.get("issuer") != issuer:
        raise SsoRefused(AWAY.format("it calls itself otherwise than CLICKHOOK_OIDC_ISSUER"))
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    accepted = sorted(SIGNED_BY_PROVIDER.intersection(offered))
    if not accepted:  # Authlib would take an empty list for its own choice
        raise SsoRefused(AWAY.format("it signs its ID tokens in no way that is accepted here"))
    metadata["id_token_signing_alg_values_supported"] = accepted


def _ask(exchange: Any, sentence: str) -> Any:
    """Raises SsoRefused, whose words hold no code, no token and no secret."""
    try:
        return exchange()
    except RequestException as error:
        raise SsoRefused(AWAY.format(type(error).__name__)) from None
    except (AuthlibBaseError, JoseError) as error:
        raise SsoRefused(sentence.format(_short(error.error or type(error).__name__))) from None
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        # What is no JSON, or JSON of another shape.
        raise SsoRefused(sentence.format(f"malformed ({type(error).__name__})")) from None


def _short(said: Any) -> str:
    return "".join(character for character in str(said)[:100] if character.isprintable())
