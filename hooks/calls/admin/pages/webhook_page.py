"""The page of an endpoint: what it was told, a test, messages once more, and a new secret."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from hooks.calls.admin.webhook_delivery import delivery_table
from hooks.models import WebhookStanding
from hooks.webhooks import replaying
from tenants.admin.scoped import may_change
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.models import WebhookEndpoint
from tenants.models.webhook_endpoint import KEY_FIELDS
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed

NONE = "Nothing was due: there is no such message, or the endpoint does not ask for its type."


class AgainForm(forms.Form):
    """Which messages: one by its id, or those of a time."""

    uid = forms.UUIDField(label="webhook-id", required=False)
    since = forms.DateTimeField(label="From (UTC)", required=False)
    until = forms.DateTimeField(label="Until (UTC)", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.errors or cleaned.get("uid"):
            return cleaned
        since = cleaned.get("since")
        if since is None:
            raise forms.ValidationError("Enter a webhook-id, or from when on.")
        cleaned["until"] = cleaned.get("until") or datetime.now(UTC)
        if since >= cleaned["until"]:
            raise forms.ValidationError("The time ends before it begins.")
        return cleaned


def webhook_page(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    endpoint = _visible_endpoint(request, endpoint_id)
    changeable = may_change(request, WebhookEndpoint, endpoint)
    if request.method == "POST" and not changeable:
        raise PermissionDenied

    act = request.POST.get("act", "") if request.method == "POST" else ""
    form = AgainForm(request.POST if act == "again" else None)
    if act in _SIGNATURES:
        return _rotate(request, endpoint, act)
    if act and (act != "again" or form.is_valid()):
        _do(request, endpoint, act, form)
        return HttpResponseRedirect(request.path)

    context = {
        **_context(request, endpoint),
        "standing": WebhookStanding.objects.filter(endpoint=endpoint).first(),
        "deliveries": delivery_table(endpoint),
        "may_change": changeable,
        "form": form,
    }
    return TemplateResponse(request, "hooks/webhook.html", context)


def show_key(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    """A secret this once; a public key again and again."""
    context = {**_context(request, endpoint), "secret": secret}
    headers = {"Cache-Control": "no-store"}
    return TemplateResponse(request, "hooks/webhook_secret.html", context, headers=headers)


def _context(request: HttpRequest, endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": f"Webhook endpoint of {endpoint.tenant}",
        "endpoint": endpoint,
        "opts": WebhookEndpoint._meta,
        "page": reverse("admin:hooks_webhook", args=[endpoint.pk]),
    }


def _visible_endpoint(request: HttpRequest, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    visible = WebhookEndpoint.objects.visible_to(request.user).select_related("tenant")
    endpoint = visible.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Http404("You may see no such webhook endpoint.")
    return endpoint


def _rotate(request: HttpRequest, endpoint: WebhookEndpoint, act: str) -> HttpResponse:
    if not is_confirmed(request):
        return ask_for_confirmation(request)
    secret = endpoint.rotate_key(_SIGNATURES[act])
    endpoint.save(update_fields=KEY_FIELDS)
    return show_key(request, endpoint, secret)


def _do(request: HttpRequest, endpoint: WebhookEndpoint, act: str, form: AgainForm) -> None:
    if act == "test":
        message = replaying.send_test(endpoint)
        record(Action.WEBHOOK_TESTED, endpoint)
        text = f"The test {message.uid} is on its way. Load this page again for the answer."
        messages.success(request, text)
        return
    replay = _REPLAYS.get(act)
    number = replay(endpoint, form) if replay else 0
    if not number:
        messages.info(request, NONE)
        return
    record(Action.WEBHOOK_REPLAYED, endpoint, after={"messages": number})
    more = " There are more: do the same again later." if number == replaying.MOST else ""
    messages.success(request, f"{number} messages are delivered again.{more}")


def _replay_chosen(endpoint: WebhookEndpoint, form: AgainForm) -> int:
    chosen = form.cleaned_data
    if chosen["uid"]:
        return replaying.replay_message(endpoint, chosen["uid"])
    return replaying.replay_between(endpoint, chosen["since"], chosen["until"])


_SIGNATURES = {
    "rotate": WebhookEndpoint.Signature.SECRET,
    "rotate_pair": WebhookEndpoint.Signature.KEY_PAIR,
}
_REPLAYS: dict[str, Callable[[WebhookEndpoint, AgainForm], int]] = {
    "again": _replay_chosen,
    "given_up": lambda endpoint, _: replaying.replay_given_up(endpoint),
}
