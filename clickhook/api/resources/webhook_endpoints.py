"""Webhook endpoints: the secret is in the answer to POST and to a rotation, and nowhere else."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clickhook.api.fields import BOOLEAN, LIST, TEXT, read_fields, refuse_invalid
from clickhook.api.paging import list_page
from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.rows import changeable_tenant, find_tenant
from clickhook.api.versions import etag, require_version
from clickhook.api.view import ApiView
from tenants.models import WebhookEndpoint
from tenants.models.webhook_endpoint import MOST_ENDPOINTS, TooManyEndpoints

TOO_MANY = f"A tenant has at most {MOST_ENDPOINTS} webhook endpoints."
NEW = {"tenant": TEXT, "url": TEXT, "events": LIST, "with_numbers": BOOLEAN, "signature": TEXT}
CHANGES = {"url": TEXT, "events": LIST, "with_numbers": BOOLEAN, "enabled": BOOLEAN}


class WebhookEndpoints(ApiView):
    resource = "webhook-endpoints"
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("tenant", "cursor")}

    def get(self, request: Request) -> Response:
        rows = WebhookEndpoint.objects.visible_to(request.user).prefetch_related("tenant")
        if slug := self.parameter("tenant"):
            rows = rows.filter(tenant=find_tenant(request, slug))
        page = list_page(self, rows, ("tenant", "created_at"))
        return Response({"items": [shown_endpoint(row) for row in page.rows], "next": page.next})

    def post(self, request: Request) -> Response:
        return self.write(lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        given = read_fields(self.given, NEW, required=("tenant", "url"))
        endpoint = WebhookEndpoint(tenant=changeable_tenant(request, given))
        set_fields(endpoint, given)
        secret = endpoint.make_key(signature_of(given, endpoint.signature))
        try:
            endpoint.clean_fields()
            WebhookEndpoint.objects.add(endpoint)
        except ValidationError as error:
            refuse_invalid(error)
        except TooManyEndpoints:
            raise Problem(Kind.CONFLICT, TOO_MANY) from None
        headers = {"ETag": etag(endpoint), "Location": f"{request.path}/{endpoint.pk}"}
        return Response(shown_with_key(endpoint, secret), 201, headers=headers)


class OneWebhookEndpoint(ApiView):
    resource = "webhook-endpoints"

    def get(self, request: Request, key: Any) -> Response:
        endpoint = find_endpoint(WebhookEndpoint.objects.visible_to(request.user), key)
        return Response(shown_endpoint(endpoint), headers={"ETag": etag(endpoint)})

    def patch(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self._change(request, key))

    def delete(self, request: Request, key: Any) -> Response:
        return self.write(lambda: self._remove(request, key))

    def _change(self, request: Request, key: Any) -> Response:
        endpoint = lock_endpoint(request, key)
        require_version(request, endpoint)
        given = read_fields(self.given, CHANGES)
        if given.pop("enabled", endpoint.enabled):
            endpoint.enable()
        else:
            endpoint.enabled = False
        set_fields(endpoint, given)
        try:
            endpoint.clean_fields()
        except ValidationError as error:
            refuse_invalid(error)
        endpoint.save()
        return Response(shown_endpoint(endpoint), headers={"ETag": etag(endpoint)})

    def _remove(self, request: Request, key: Any) -> Response:
        endpoint = lock_endpoint(request, key)
        require_version(request, endpoint)
        endpoint.delete()
        return Response(status=204)


def shown_endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "tenant": endpoint.tenant.slug,
        "url": endpoint.url,
        "events": endpoint.events,
        "with_numbers": endpoint.with_numbers,
        "signature": endpoint.signature,
        "public_keys": [key for key in (endpoint.public_key, endpoint.previous_public_key) if key],
        "enabled": endpoint.enabled,
        "disabled_because": endpoint.disabled_because,
        "created_at": endpoint.created_at,
    }


def shown_with_key(endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
    """`secret`: empty for a key pair, whose private key nobody is shown."""
    return {**shown_endpoint(endpoint), **({"secret": secret} if secret else {})}


def signature_of(given: dict[str, Any], default: str) -> str:
    signature = str(given.get("signature", default))
    if signature not in WebhookEndpoint.Signature:
        known = ", ".join(WebhookEndpoint.Signature.values)
        raise Problem(Kind.INVALID, errors=[FieldError("/signature", f"One of {known}.")])
    return signature


def set_fields(endpoint: WebhookEndpoint, given: dict[str, Any]) -> None:
    for name in ("url", "events", "with_numbers"):
        if name in given:
            setattr(endpoint, name, given[name])


def find_endpoint(rows: QuerySet[WebhookEndpoint], key: Any) -> WebhookEndpoint:
    endpoint = rows.select_related("tenant").filter(pk=key).first()
    if endpoint is None:
        raise Http404
    return endpoint


def lock_endpoint(request: Request, key: Any) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.changeable_by(request.user)
    return find_endpoint(rows.select_for_update(no_key=True, of=("self",)), key)
