"""What is done with a webhook endpoint: a new secret, a test, messages once more."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.fields import TEXT, read_fields, read_time, read_uuid
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.resources.webhook_endpoints import (
    lock_endpoint,
    shown_endpoint,
    shown_with_key,
    signature_of,
)
from clickhook.api.view import ApiView
from hooks.webhooks import replaying
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.models import WebhookEndpoint
from tenants.models.webhook_endpoint import KEY_FIELDS

CHOOSE = 'Send {"message": id}, {"since": time, "until": time}, or {"which": "given_up"}.'
BACKWARDS = "The time ends before it begins."
GIVEN_UP = "given_up"


class EndpointAction(ApiView):
    resource = "webhook-endpoints"

    def post(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self.act(lock_endpoint(request, key)))

    def act(self, endpoint: WebhookEndpoint) -> Response:
        raise NotImplementedError


class RotateSecret(EndpointAction):
    """Both secrets, or keys, sign until the previous one is forgotten.

    With `signature`, the new one may be of the other kind.
    """

    def act(self, endpoint: WebhookEndpoint) -> Response:
        given = read_fields(self.given, {"signature": TEXT})
        secret = endpoint.rotate_key(signature_of(given, endpoint.signature))
        endpoint.save(update_fields=KEY_FIELDS)
        return Response(shown_with_key(endpoint, secret))


class ForgetPreviousSecret(EndpointAction):
    def act(self, endpoint: WebhookEndpoint) -> Response:
        read_fields(self.given, {})
        endpoint.forget_previous_key()
        endpoint.save(update_fields=KEY_FIELDS)
        return Response(shown_endpoint(endpoint))


class SendTest(EndpointAction):
    def act(self, endpoint: WebhookEndpoint) -> Response:
        read_fields(self.given, {})
        message = replaying.send_test(endpoint)
        record(Action.WEBHOOK_TESTED, endpoint)
        return Response({"message": message.uid}, 202)


class Replay(EndpointAction):
    """One message by its id, those of a time, or all that were given up."""

    def act(self, endpoint: WebhookEndpoint) -> Response:
        kinds = {"message": TEXT, "since": TEXT, "until": TEXT, "which": TEXT}
        number = _replay(endpoint, read_fields(self.given, kinds))
        if number:
            record(Action.WEBHOOK_REPLAYED, endpoint, after={"messages": number})
        return Response({"messages": number, "more": number == replaying.MOST}, 202)


def _replay(endpoint: WebhookEndpoint, given: dict[str, Any]) -> int:
    if given.keys() == {"message"}:
        return replaying.replay_message(endpoint, read_uuid("/message", given["message"]))
    if given.keys() == {"which"} and given["which"] == GIVEN_UP:
        return replaying.replay_given_up(endpoint)
    if "since" not in given or not given.keys() <= {"since", "until"}:
        raise Problem(Kind.INVALID, errors=[FieldError("", CHOOSE)])

    since = read_time("/since", given["since"])
    until = read_time("/until", given["until"]) if "until" in given else timezone.now()
    if since >= until:
        raise Problem(Kind.INVALID, errors=[FieldError("/until", BACKWARDS)])
    return replaying.replay_between(endpoint, since, until)
