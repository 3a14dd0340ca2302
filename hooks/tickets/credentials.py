"""What a connection says about its visitor, in `custom`; nothing of it is verified yet."""

from __future__ import annotations

from typing import Any, NamedTuple

from hooks.methods import Kind, Method
from hooks.payloads import Payload
from hooks.tickets.claims import Claims, Malformed, parse_claims

LONGEST_LOGIN = 64  # characters
LONGEST_PASSWORD = 256  # characters
LONGEST_TOKEN = 8 * 1024  # characters


class Credentials(NamedTuple):
    """Empty texts stand for what is not there."""

    ticket: str = ""
    claims: Claims | None = None  # of the ticket, as it claims them
    token: str = ""
    login: str = ""
    password: str = ""
    is_malformed: bool = False  # something is there that no page sends

    def __repr__(self) -> str:
        return "Credentials(…)"


NO_CREDENTIALS = Credentials()


def read_credentials(payload: Payload, method: Method) -> Credentials:
    custom = payload["custom"]
    if method.kind is not Kind.CONNECT or not isinstance(custom, dict):
        return NO_CREDENTIALS

    named = [custom.get(name) for name in ("ticket", "token", "login", "password")]
    if named == [None] * len(named):
        return NO_CREDENTIALS
    if not _are_plausible(named):
        return Credentials(is_malformed=True)
    ticket, token, login, password = (text or "" for text in named)
    return Credentials(ticket, _parse_ticket(ticket), token, login, password)


def _parse_ticket(ticket: str) -> Claims | None:
    try:
        return parse_claims(ticket) if ticket else None
    except Malformed:
        return None  # it is refused when it is verified


def _are_plausible(named: list[Any]) -> bool:
    """The length of the ticket is checked where it is parsed."""
    if not all(isinstance(text, str | None) for text in named):
        return False
    _, token, login, password = (len(text or "") for text in named)
    return token <= LONGEST_TOKEN and login <= LONGEST_LOGIN and password <= LONGEST_PASSWORD
