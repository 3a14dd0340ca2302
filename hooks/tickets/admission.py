"""May this connection open a session, and whose is it? Facts in, an Admission or a Reason out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hooks.facts import Facts
from hooks.reasons import Reason
from hooks.tickets.claims import Claims, StreamRights
from hooks.tickets.credentials import Credentials
from hooks.tickets.gateway_key import ticket_secret, visitor_key
from hooks.tickets.ticket import GATEWAY_KID, Ticket, read_ticket
from hooks.tickets.token import Token, read_token
from hooks.tickets.visitor import (
    UNKNOWN,
    Told,
    Visitor,
    address_in_session_id,
    name_address,
    name_visitor,
)
from tenants.models import TicketKey, TokenKey
from tenants.origins import BadOrigin, Origin, parse
from tenants.secrets.fields import secret_field

_TICKET_SECRET = secret_field(TicketKey, "secret")
_TOKEN_SECRET = secret_field(TokenKey, "secret")


class LoginCheck(NamedTuple):
    """A login and password that were compared before the hook went to its lane."""

    tenant_id: int
    refused: Reason | None


class Connecting(NamedTuple):
    """A connect, as far as its visitor is concerned."""

    credentials: Credentials
    origin: Origin | None
    session_id: str  # WCS's
    login_check: LoginCheck | None


class Admission(NamedTuple):
    visitor: Visitor
    ticket: Ticket | None = None
    label: str = ""
    rights: StreamRights = StreamRights()

    @property
    def claims(self) -> Claims | None:
        return self.ticket.claims if self.ticket else None


class Proofs(NamedTuple):
    """What was brought and holds."""

    ticket: Ticket | None
    token: Token | None
    login: str

    @property
    def is_of_member(self) -> bool:
        is_vouched_for = self.ticket is not None and not self.ticket.is_of_gateway
        return bool(self.token or self.login or is_vouched_for)


def admit(connecting: Connecting, facts: Facts, now: datetime) -> Admission | Reason:
    """Raises SecretUnreadable."""
    proofs = _check_proofs(connecting, facts, now)
    if isinstance(proofs, Reason):
        return proofs
    if facts.tenant_visitors == "members" and not proofs.is_of_member:
        return Reason.MEMBER_MISSING
    if facts.tenant_tickets == "required" and not (proofs.ticket or proofs.is_of_member):
        return Reason.TICKET_MISSING

    visitor = _name_visitor(proofs)
    if not visitor.id:
        visitor = name_address(address_in_session_id(connecting.session_id), visitor_key())
    if visitor.id and visitor.id in (facts.blocked_visitors or "").split():
        return Reason.VISITOR_BLOCKED
    return Admission(visitor, proofs.ticket, _choose_label(proofs, visitor), _read_rights(proofs))


def candidate_visitors(credentials: Credentials, session_id: str) -> list[str]:
    """The ids of whoever the visitor may turn out to be, before anything is verified."""
    key, claims = visitor_key(), credentials.claims
    candidates = [name_address(address_in_session_id(session_id), key).id]
    if claims:
        candidates.append(_visitor_of_ticket(claims).id)
    if credentials.login:
        candidates.append(name_visitor(Told.BY_LOGIN, credentials.login, key).id)
    return [visitor for visitor in candidates if visitor.isalnum()]


def _check_proofs(connecting: Connecting, facts: Facts, now: datetime) -> Proofs | Reason:
    looks_at_tickets = facts.tenant_tickets != "off"
    is_closed = facts.tenant_visitors == "members"
    if connecting.credentials.is_malformed and (looks_at_tickets or is_closed):
        return Reason.TICKET_MALFORMED

    ticket = _check_ticket(connecting, facts, now) if looks_at_tickets else None
    if isinstance(ticket, Reason):
        return ticket
    token = _check_token(connecting, facts, now)
    if isinstance(token, Reason):
        return token
    login = _check_login(connecting, facts) if is_closed else ""
    return login if isinstance(login, Reason) else Proofs(ticket, token, login)


def _name_visitor(proofs: Proofs) -> Visitor:
    if proofs.token:
        return name_visitor(Told.BY_SUBJECT, proofs.token.sub, visitor_key())
    if proofs.login:
        return name_visitor(Told.BY_LOGIN, proofs.login, visitor_key())
    return _visitor_of_ticket(proofs.ticket.claims) if proofs.ticket else UNKNOWN


def _choose_label(proofs: Proofs, visitor: Visitor) -> str:
    """What the agent may see as the caller's name."""
    if proofs.ticket and proofs.ticket.claims.label:
        return proofs.ticket.claims.label
    return visitor.display if proofs.token or proofs.login else ""


def _read_rights(proofs: Proofs) -> StreamRights:
    """The ticket's, which is of this visit; where there is none, the token's."""
    if proofs.ticket:
        claims = proofs.ticket.claims
        return StreamRights(claims.publish, claims.play)
    return proofs.token.rights if proofs.token else StreamRights()


def _visitor_of_ticket(claims: Claims) -> Visitor:
    """The gateway hashed the address already when it gave the ticket."""
    if claims.kid == GATEWAY_KID:
        return Visitor(claims.sub, claims.display)
    return name_visitor(Told.BY_SUBJECT, claims.sub, visitor_key()) if claims.sub else UNKNOWN


def _check_ticket(connecting: Connecting, facts: Facts, now: datetime) -> Ticket | Reason | None:
    if not connecting.credentials.ticket:
        return None
    keys = {GATEWAY_KID: ticket_secret(facts.tenant_id)}
    claims = connecting.credentials.claims
    if claims and facts.ticket_key_secret:
        sealed = facts.ticket_key_secret
        secret = _TICKET_SECRET.stored(sealed, facts.ticket_key_id, facts.tenant_id)
        keys[claims.kid] = secret.reveal()

    ticket = read_ticket(connecting.credentials.ticket, keys, now)
    if isinstance(ticket, Reason):
        return ticket
    if not _is_same_origin(ticket.claims.origin, connecting.origin):
        return Reason.TICKET_ORIGIN
    return Reason.TICKET_REPLAYED if facts.ticket_spent else ticket


def _is_same_origin(text: str, origin: Origin | None) -> bool:
    try:
        return parse(text) == origin
    except BadOrigin:
        return False


def _check_token(connecting: Connecting, facts: Facts, now: datetime) -> Token | Reason | None:
    """A tenant without a key for tokens may use `custom.token` as it likes."""
    if not connecting.credentials.token or facts.token_key_id is None:
        return None
    secret = ""
    if facts.token_key_secret:
        sealed = facts.token_key_secret
        secret = _TOKEN_SECRET.stored(sealed, facts.token_key_id, facts.tenant_id).reveal()
    text, jwks = connecting.credentials.token, facts.token_jwks or ""
    return read_token(text, secret, jwks, str(connecting.origin), now)


def _check_login(connecting: Connecting, facts: Facts) -> str | Reason:
    login, check = connecting.credentials.login, connecting.login_check
    if not login:
        return ""
    if check is None or check.tenant_id != facts.tenant_id:
        return Reason.LOGIN_WRONG
    return check.refused or login
