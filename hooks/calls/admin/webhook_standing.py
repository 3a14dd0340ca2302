"""How a webhook endpoint does, in a sentence, and the table of a tenant's endpoints."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html

from hooks.calls.admin.lists import cells
from hooks.calls.admin.lists.tables import render_table
from hooks.models import WebhookStanding
from tenants.admin.display import alarm, format_time
from tenants.models import Tenant, WebhookEndpoint

HEADS = ("endpoint", "types of events", "standing")


def describe_standing(endpoint: WebhookEndpoint) -> str:
    """`endpoint` with its standing selected."""
    if not endpoint.enabled:
        because = endpoint.disabled_because
        return format_html("{} {}", alarm("DISABLED"), because) if because else "disabled"
    standing: WebhookStanding | None = getattr(endpoint, "standing", None)
    if standing is None:
        return "well: the last attempt did not fail"
    since = format_time(standing.failing_since)
    return format_html("{} since {}: {}", alarm("FAILS"), since, standing.problem)


def describe_types(endpoint: WebhookEndpoint) -> str:
    return ", ".join(endpoint.events) or "all"


def endpoint_table(tenant: Tenant) -> str:
    """All of them: a tenant has a few."""
    rows = [
        (
            cells.link(reverse("admin:hooks_webhook", args=[endpoint.pk]), endpoint.url),
            describe_types(endpoint),
            describe_standing(endpoint),
        )
        for endpoint in tenant.webhook_endpoints.select_related("standing")
    ]
    return render_table(HEADS, rows, "")
