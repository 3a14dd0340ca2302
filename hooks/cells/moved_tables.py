"""What belongs to a tenant, table by table, and what stays: every table is in one of the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from hooks.models import (
    Alarm,
    AnsweringNode,
    Call,
    CallbackRequest,
    CallHour,
    CallQuality,
    DataMessage,
    DataRecipient,
    Ending,
    Event,
    Keypad,
    LastHook,
    LimitNotice,
    MessagePace,
    Meter,
    PageMessage,
    PasswordTrial,
    RefusedId,
    Session,
    SpentTicket,
    Stream,
    StreamEnding,
    Switch,
    TenantMove,
    TimeDisplay,
    VisitorBlock,
    VisitorBreach,
    WebhookDelivery,
    WebhookMessage,
    WebhookStanding,
    Worker,
)
from tenants.models import (
    ApiKey,
    ApiPace,
    Assignment,
    AuditEntry,
    Callee,
    Domain,
    DomainProof,
    IdempotentAnswer,
    ImportedRow,
    ImportRun,
    LimitRaise,
    Passkey,
    Rate,
    SecondFactor,
    SipAccount,
    SsoIdentity,
    StreamAlias,
    Tenant,
    TicketKey,
    TokenKey,
    Upload,
    UploadAttempt,
    VisitorLogin,
    WcsInstance,
    WcsNode,
    WebhookEndpoint,
)
from tenants.secrets.fields import SecretField

_Model = type[models.Model]
_OWN = "tenant_id = %(tenant)s"
_OF_INSTANCE = "instance_id = ANY (%(instances)s)"
_OF_CALL = "call_id IN (SELECT id FROM hooks_call WHERE tenant_id = %(tenant)s)"
_OF_STREAM = "stream_id IN (SELECT id FROM hooks_stream WHERE tenant_id = %(tenant)s)"


@dataclass(frozen=True)
class MovedTable:
    model: _Model
    condition: str = _OWN  # with the parameters `tenant` and `instances`
    without: tuple[str, ...] = ()  # columns that mean nothing in another cell
    # Whether the cell that handed the tenant over deletes them: what serves a tenant is in one cell
    # only, while what happened is kept as long as it would have been.
    serves: bool = False

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def secrets(self) -> list[str]:
        return [str(field.column) for field in self._fields() if isinstance(field, SecretField)]

    @property
    def columns(self) -> list[str]:
        """All that are stored; what the database computes, it computes anew."""
        return [str(field.column) for field in self._fields() if not field.generated]

    @property
    def key(self) -> list[str]:
        """The columns in whose order the rows are read."""
        if isinstance(self.model._meta.pk, models.CompositePrimaryKey):
            return [str(field.column) for field in self.model._meta.pk_fields]
        column = str(self.model._meta.pk.column)
        return self.columns if column in self.without else [column]

    def _fields(self) -> Iterator[Any]:
        for field in self.model._meta.local_concrete_fields:
            if field.column and field.column not in self.without:
                yield field


# In the order in which they are written: what is referred to comes first. Webhook endpoints come
# after what happened, so that the database's triggers do not tell it once more.
MOVED = (
    MovedTable(Tenant, "id = %(tenant)s"),
    MovedTable(Callee, serves=True),
    MovedTable(StreamAlias, serves=True),
    MovedTable(Domain),
    MovedTable(
        DomainProof, "domain_id IN (SELECT id FROM tenants_domain WHERE tenant_id = %(tenant)s)"
    ),
    MovedTable(SipAccount, serves=True),
    MovedTable(TicketKey, serves=True),
    MovedTable(ApiKey, serves=True),
    MovedTable(TokenKey, serves=True),
    MovedTable(VisitorLogin, serves=True),
    MovedTable(Rate, serves=True),
    MovedTable(LimitRaise, without=("asked_by_id",), serves=True),
    MovedTable(WcsInstance, "id = ANY (%(instances)s)"),
    MovedTable(WcsInstance.tenants.through, without=("id",)),
    MovedTable(WcsNode, _OF_INSTANCE),
    MovedTable(AnsweringNode, _OF_INSTANCE),
    MovedTable(LastHook, _OF_INSTANCE),
    MovedTable(Switch, f"{_OWN} AND NOT starts_with(key, 'move of tenant ')"),
    MovedTable(Meter),
    MovedTable(SpentTicket),
    MovedTable(VisitorBlock),
    MovedTable(VisitorBreach),
    MovedTable(LimitNotice),
    MovedTable(Session),
    MovedTable(Call),
    MovedTable(Stream),
    MovedTable(StreamEnding, _OF_STREAM),
    MovedTable(Keypad, _OF_CALL),
    MovedTable(CallQuality),
    MovedTable(CallbackRequest),
    MovedTable(DataMessage),
    MovedTable(DataRecipient),
    MovedTable(PageMessage),
    MovedTable(MessagePace),
    MovedTable(Ending, _OF_CALL),
    MovedTable(Event, f"{_OWN} OR tenant_id IS NULL AND {_OF_INSTANCE}"),
    MovedTable(Alarm, f"{_OWN} OR tenant_id IS NULL AND {_OF_INSTANCE}"),
    MovedTable(CallHour),
    MovedTable(
        PasswordTrial,
        "account_id IN (SELECT id FROM tenants_sipaccount WHERE tenant_id = %(tenant)s)",
    ),
    MovedTable(WebhookEndpoint, serves=True),
    MovedTable(WebhookMessage, serves=True),
    MovedTable(WebhookDelivery, serves=True),
    MovedTable(
        WebhookStanding,
        "endpoint_id IN (SELECT id FROM tenants_webhookendpoint WHERE tenant_id = %(tenant)s)",
        serves=True,
    ),
)
STAYS: dict[_Model, str] = {
    ApiPace: "for a minute, of a program that asks often",
    Assignment: "people are of one cell: an administrator there assigns the tenant",
    AuditEntry: "a chain of hashes cannot be cut; both cells record the move",
    IdempotentAnswer: "for a day, of a program that asks again",
    ImportRun: "an import is undone where it was made",
    ImportedRow: "an import is undone where it was made",
    Passkey: "people are of one cell",
    RefusedId: "for seconds, of hooks whose commit is unknown",
    SecondFactor: "people are of one cell",
    SsoIdentity: "people are of one cell",
    TenantMove: "each cell keeps how far it is",
    TimeDisplay: "people are of one cell",
    Upload: "for an hour, of the person who uploaded it",
    UploadAttempt: "people are of one cell",
    Worker: "the heartbeat of a process",
}
