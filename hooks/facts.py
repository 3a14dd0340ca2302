"""What the database knows that bears on one hook; the SELECT lists are built from these names."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hooks.limits.keypad import Tones


class Instance(NamedTuple):
    """What authenticates a WCS instance."""

    id: str
    unsigned: bool
    app_key: str
    signing_secret: str  # sealed; empty where there is none
    previous_signing_secret: str  # sealed; empty where there is none


class Facts(NamedTuple):
    """What a statement did not ask for, or did not find, is None."""

    instance_id: str | None = None
    instance_unsigned: bool | None = None
    instance_app_key: str | None = None
    instance_signing_secret: str | None = None
    instance_previous_signing_secret: str | None = None

    switched_off: str | None = None  # the key of a switch
    honey_alias: str | None = None

    session_id: str | None = None
    session_ended_at: datetime | None = None
    session_opened_at: datetime | None = None
    session_digest: str | None = None
    session_password_since: datetime | None = None
    session_visitor: str | None = None
    session_visitor_display: str | None = None
    session_label: str | None = None  # where the agent is to see it
    session_ticket_alias: str | None = None  # empty: any callee
    session_publish: str | None = None  # alias of the stream that its ticket names; empty: none
    session_play: str | None = None
    connect_answered_before: bool | None = None  # this very body, under this session id
    node_known: bool | None = None

    tenant_id: int | None = None
    tenant_status: str | None = None
    tenant_served: bool | None = None  # the instance may speak for it
    tenant_registers: bool | None = None
    tenant_tickets: str | None = None
    tenant_visitors: str | None = None
    domain_id: int | None = None
    domain_unproved: bool | None = None

    account_id: str | None = None
    account_login: str | None = None
    account_authentication_name: str | None = None
    account_password: str | None = None  # sealed
    account_next_password: str | None = None  # sealed
    account_next_since: datetime | None = None
    password_trial: str | None = None  # state of the trial of the next password
    account_domain: str | None = None
    account_outbound_proxy: str | None = None
    account_port: int | None = None

    ticket_key_id: str | None = None  # of the live key that the ticket names
    ticket_key_secret: str | None = None  # sealed
    ticket_spent: bool | None = None
    token_key_id: str | None = None
    token_key_secret: str | None = None  # sealed
    token_jwks: str | None = None
    blocked_visitors: str | None = None  # of those that a connect may be of, with spaces between
    visitor_blocked: bool | None = None  # the one of the session

    call_id: str | None = None  # our row's
    call_decision: str | None = None
    call_alias: str | None = None
    call_target: str | None = None
    call_ended_at: datetime | None = None
    call_asked_at: datetime | None = None
    call_ringing_at: datetime | None = None
    call_answered_at: datetime | None = None
    callee_target: str | None = None
    callee_alias: str | None = None
    callee_keypad: bool | None = None
    tones_presses: int | None = None
    tones_sent: int | None = None
    tones_last: list[float] | None = None

    stream_id: str | None = None  # our row's
    stream_kind: str | None = None
    stream_decision: str | None = None
    stream_alias: str | None = None
    stream_name: str | None = None
    stream_asked_at: datetime | None = None
    stream_began_at: datetime | None = None
    stream_ended_at: datetime | None = None
    streaming: str | None = None  # hooks.streams.facts.StreamFacts as JSON

    messaging: str | None = None  # hooks.messages.facts.MessageFacts as JSON

    limiting: str | None = None  # hooks.limits.facts.LimitFacts as JSON
    metering: str | None = None  # MeterFacts as JSON; with the first call of a tenant in a batch

    @property
    def tones(self) -> Tones:
        return Tones(self.tones_presses or 0, self.tones_sent or 0, self.tones_last or ())

    @property
    def instance(self) -> Instance | None:
        if self.instance_id is None:
            return None
        return Instance(
            self.instance_id,
            bool(self.instance_unsigned),
            self.instance_app_key or "",
            self.instance_signing_secret or "",
            self.instance_previous_signing_secret or "",
        )
