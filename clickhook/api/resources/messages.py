"""Messages: texts to the pages of connected visitors, and how many got them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.authentication import key_of
from clickhook.api.fields import TEXT, Lines, read_fields, read_uuid
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.records import BY_TIME, RecordsView, RecordView, one_of
from clickhook.api.rows import changeable_tenant
from hooks.models import DataMessage
from hooks.wcs.messages import sending
from tenants.models import Tenant
from tenants.plain_text import BadText

NEW = {"tenant": TEXT, "text": Lines, "to": TEXT, "id": TEXT}
NO_ID = "Everybody has no id."


def shown_message(message: DataMessage) -> dict[str, Any]:
    return {
        "id": message.pk,
        "tenant": message.tenant.slug,
        "to": message.goes_to,
        "text": message.text,
        "by": message.by,
        "cut": message.is_cut,
        "sent_at": message.sent_at,
    }


def shown_with_recipients(message: DataMessage) -> dict[str, Any]:
    return {**shown_message(message), "recipients": message.count_recipients()}


class Messages(RecordsView):
    """GET lists. POST sends: the worker hands the text to WCS; a message tells how far that is."""

    resource, model, time_field, related = "messages", DataMessage, "sent_at", ("tenant",)
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": BY_TIME}

    def shown(self, row: DataMessage) -> dict[str, Any]:
        return shown_message(row)

    def post(self, request: Request) -> Response:
        return self.write(lambda: self._send(request))

    def _send(self, request: Request) -> Response:
        given = read_fields(self.given, NEW, required=("tenant", "text", "to"))
        tenant = changeable_tenant(request, given)
        try:
            message = _send(tenant, given, key_of(request).shown_id)
        except BadText as error:
            raise Problem(Kind.INVALID, errors=[FieldError("/text", str(error))]) from None
        except sending.NotSent as error:
            raise Problem(Kind.INVALID, str(error)) from None
        message.refresh_from_db(fields=["sent_at"])
        headers = {"Location": f"{request.path}/{message.pk}"}
        return Response(shown_with_recipients(message), 202, headers=headers)


class OneMessage(RecordView):
    resource, model, related = "messages", DataMessage, ("tenant",)
    show = staticmethod(shown_with_recipients)


def _send(tenant: Tenant, given: dict[str, Any], by: str) -> DataMessage:
    to = one_of("/to", given["to"], DataMessage.To.values)
    if to == DataMessage.To.EVERYBODY:
        if "id" in given:
            raise Problem(Kind.INVALID, errors=[FieldError("/id", NO_ID)])
        return sending.send_to_everybody(tenant, given["text"], by)

    key = read_uuid("/id", given.get("id", ""))
    send = sending.send_to_call if to == DataMessage.To.CALL else sending.send_to_session
    return send(tenant, key, given["text"], by)
