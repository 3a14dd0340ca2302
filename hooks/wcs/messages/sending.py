"""Sends a text: from here on it is a row for each visitor who gets it, and the worker's."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from hooks.models import Call, DataMessage, Session, Switch
from hooks.statements.messaging import (
    ADD_EVERYBODY,
    ADD_SESSION,
    COUNT_CONNECTED,
    MOST_RECIPIENTS,
)
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.models import Tenant
from tenants.plain_text import check_text

NO_SESSION = "There is no such session of this tenant, or it has ended."
NO_CALL = "There is no such call of this tenant, or its visitor is no longer connected."
SUSPENDED = "The tenant is not active."
SWITCHED_OFF = "The kill switch is on: {}."


class Reach(NamedTuple):
    number: int
    is_cut: bool  # more are connected


class NotSent(Exception):
    """Nothing was sent; the message says why."""


def send_to_everybody(tenant: Tenant, text: str, by: str) -> DataMessage:
    """To all who are connected now, or MOST_RECIPIENTS of them. Raises BadText and NotSent."""
    values = {"most": MOST_RECIPIENTS}
    return _send(tenant, DataMessage.To.EVERYBODY, text, by, ADD_EVERYBODY, **values)


def send_to_session(tenant: Tenant, session_id: UUID, text: str, by: str) -> DataMessage:
    """Raises BadText and NotSent."""
    session = Session.objects.filter(pk=session_id, tenant=tenant, ended_at=None).first()
    if session is None:
        raise NotSent(NO_SESSION)
    values = {"session": session.pk}
    return _send(tenant, DataMessage.To.SESSION, text, by, ADD_SESSION, **values)


def send_to_call(tenant: Tenant, call_id: UUID, text: str, by: str) -> DataMessage:
    """To the visitor of a call. Raises BadText and NotSent."""
    call = Call.objects.filter(pk=call_id, tenant=tenant).select_related("session").first()
    if call is None or call.session.ended_at is not None:
        raise NotSent(NO_CALL)
    values = {"session": call.session_id}
    return _send(tenant, DataMessage.To.CALL, text, by, ADD_SESSION, **values)


def count_reached(tenant: Tenant) -> Reach:
    """By a message to everybody, if it were sent now."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_CONNECTED, {"tenant": tenant.pk, "most": MOST_RECIPIENTS + 1})
        connected = int(cursor.fetchone()[0])
    return Reach(min(connected, MOST_RECIPIENTS), connected > MOST_RECIPIENTS)


def _send(
    tenant: Tenant, goes_to: DataMessage.To, text: str, by: str, add: str, **values: Any
) -> DataMessage:
    text = check_text(text)
    _require_service(tenant)
    with transaction.atomic():
        message = DataMessage.objects.create(tenant=tenant, goes_to=goes_to, text=text, by=by)
        with connection.cursor() as cursor:
            cursor.execute(add, {"tenant": tenant.pk, "message": message.pk, **values})
            number = cursor.rowcount
        if number == MOST_RECIPIENTS and count_reached(tenant).is_cut:
            message.is_cut = True
            message.save(update_fields=["is_cut"])
        after = {"to": goes_to.value, "visitors": number, "cut": message.is_cut}
        record(Action.MESSAGE_SENT, message, tenant=tenant, after=after)
    return message


def _require_service(tenant: Tenant) -> None:
    if tenant.status != Tenant.Status.ACTIVE:
        raise NotSent(SUSPENDED)
    if switch := Switch.objects.on_for(tenant).first():
        raise NotSent(SWITCHED_OFF.format(switch.name))
