"""The pages of webhook deliveries: each message on its way to an endpoint, with every attempt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from hooks.calls.admin.lists.tables import MAX_ROWS, render_table
from hooks.models import WebhookDelivery
from hooks.webhooks.failures import Failure
from tenants.admin.audit_entry import LatestEntries
from tenants.admin.display import STYLE, alarm, format_time
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import WebhookEndpoint

HEADS = ("written", "type", "state", "tries", "last answer", "next try")
ATTEMPT_HEADS = ("at", "took", "status", "what happened", "first bytes of the answer")


def delivery_table(endpoint: WebhookEndpoint) -> str:
    """The newest of an endpoint."""
    newest = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("message")
    rows = [_row(delivery) for delivery in newest.order_by("-message")[: MAX_ROWS + 1]]
    full_list = reverse("admin:hooks_webhookdelivery_changelist")
    return render_table(HEADS, rows, f"{full_list}?endpoint__id__exact={endpoint.pk}")


class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("written", "tenant", "host", "type", "standing", "last_answer")
    list_filter = (TenantFilter, "state")
    linked_lookups = ("endpoint__id__exact",)
    search_fields = ("message__uid__exact",)
    search_help_text = "A whole webhook-id"
    ordering = ("-message",)
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # one count of the whole table for each choice
    paginator = LatestEntries
    fields = (
        *("written", "tenant", "receiver", "type", "webhook_id", "standing", "tries", "next_try"),
        *("attempts_made", "data"),
    )
    actions = None

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        """Those of a removed endpoint are not shown."""
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.select_related("tenant", "message", "endpoint")

    @admin.display(description="written")
    def written(self, delivery: WebhookDelivery) -> str:
        return format_time(delivery.message.created_at)

    @admin.display(description="receiver")
    def receiver(self, delivery: WebhookDelivery) -> str:
        page = reverse("admin:hooks_webhook", args=[delivery.endpoint_id])
        return format_html('<a href="{}">{}</a>', page, delivery.endpoint.url)

    @admin.display(description="receiver")
    def host(self, delivery: WebhookDelivery) -> str:
        return urlsplit(delivery.endpoint.url).netloc

    @admin.display(description="type")
    def type(self, delivery: WebhookDelivery) -> str:
        return delivery.message.type

    @admin.display(description="webhook-id")
    def webhook_id(self, delivery: WebhookDelivery) -> str:
        return str(delivery.message.uid)

    @admin.display(description="state")
    def standing(self, delivery: WebhookDelivery) -> str:
        return _state(delivery)

    @admin.display(description="last answer")
    def last_answer(self, delivery: WebhookDelivery) -> str:
        return _last_answer(delivery)

    @admin.display(description="next try")
    def next_try(self, delivery: WebhookDelivery) -> str:
        return _next_try(delivery)

    @admin.display(description="attempts")
    def attempts_made(self, delivery: WebhookDelivery) -> str:
        return render_table(ATTEMPT_HEADS, _attempt_rows(delivery), "")

    @admin.display(description="data")
    def data(self, delivery: WebhookDelivery) -> str:
        """Without numbers, which only the endpoint may ask for."""
        text = json.dumps(delivery.message.data, indent=2, ensure_ascii=False)
        return format_html('<pre class="body">{}</pre>', text)


def _row(delivery: WebhookDelivery) -> tuple[Any, ...]:
    page = reverse("admin:hooks_webhookdelivery_change", args=[delivery.pk])
    written = format_html('<a href="{}">{}</a>', page, format_time(delivery.message.created_at))
    return (
        written,
        delivery.message.type,
        _state(delivery),
        delivery.tries,
        _last_answer(delivery),
        _next_try(delivery),
    )


def _state(delivery: WebhookDelivery) -> str:
    text = delivery.get_state_display()
    return alarm(text) if delivery.state == WebhookDelivery.State.FAILED else text


def _last_answer(delivery: WebhookDelivery) -> str:
    last = delivery.attempts[-1] if delivery.attempts else None
    return _what_happened(last) if last else "-"


def _next_try(delivery: WebhookDelivery) -> str:
    return format_time(delivery.due_at) if delivery.done_at is None else "-"


def _what_happened(attempt: dict[str, Any]) -> str:
    if attempt["failure"] in ("", Failure.STATUS):
        return f"HTTP {attempt['status']}"
    return Failure.sentence_of(attempt["failure"])


def _attempt_rows(delivery: WebhookDelivery) -> Iterator[tuple[Any, ...]]:
    for attempt in reversed(delivery.attempts):
        yield (
            format_time(datetime.fromisoformat(attempt["at"])),
            f"{attempt['milliseconds']} ms",
            attempt["status"] or "-",
            _what_happened(attempt),
            attempt["answer"] or "-",
        )
