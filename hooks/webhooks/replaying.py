"""Messages that one endpoint gets again, by id, by time, or all given up; and a test.

The id of a message stays the same, so a receiver that has taken it before can tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from hooks.models import WebhookDelivery, WebhookMessage
from tenants.models import WebhookEndpoint
from tenants.webhooks.event_types import TEST

MOST = 10_000  # messages at once

# Also those that were written before the endpoint was there; types that it asks for.
_AGAIN = """
INSERT INTO hooks_webhookdelivery AS delivery (tenant_id, endpoint_id, message_id, subject, due_at)
SELECT message.tenant_id, endpoint.id, message.id, message.subject, now()
  FROM tenants_webhookendpoint endpoint
  JOIN hooks_webhookmessage message ON message.tenant_id = endpoint.tenant_id
 WHERE endpoint.id = %(endpoint)s AND message.type <> %(test)s
   AND (endpoint.events = '[]' OR endpoint.events @> to_jsonb(message.type::text))
   AND {which}
 ORDER BY message.id LIMIT %(most)s
ON CONFLICT (endpoint_id, message_id) DO UPDATE
   SET state = 'waiting', tries = 0, due_at = now(), done_at = NULL
"""
_BY_ID = _AGAIN.format(which="message.uid = %(uid)s")
_BY_TIME = _AGAIN.format(which="message.created_at >= %(since)s AND message.created_at < %(until)s")


def send_test(endpoint: WebhookEndpoint) -> WebhookMessage:
    """It goes to that endpoint alone."""
    with transaction.atomic():
        message = WebhookMessage.objects.create(
            tenant=endpoint.tenant,
            type=TEST,
            happened_at=Now(),
            data={"tenant": endpoint.tenant.slug, "endpoint": str(endpoint.pk)},
        )
        WebhookDelivery.objects.create(
            tenant=endpoint.tenant, endpoint=endpoint, message=message, due_at=Now()
        )
    return message


def replay_message(endpoint: WebhookEndpoint, uid: UUID) -> int:
    """0 where that tenant has no such message, or the endpoint does not ask for its type."""
    return _run(_BY_ID, endpoint, uid=uid)


def replay_between(endpoint: WebhookEndpoint, since: datetime, until: datetime) -> int:
    """The first MOST of them."""
    return _run(_BY_TIME, endpoint, since=since, until=until)


def replay_given_up(endpoint: WebhookEndpoint) -> int:
    """The first MOST of them."""
    given_up = WebhookDelivery.objects.filter(endpoint=endpoint, state="failed")
    oldest = list(given_up.order_by("message").values_list("pk", flat=True)[:MOST])
    return WebhookDelivery.objects.filter(pk__in=oldest, state="failed").update(
        state="waiting", tries=0, due_at=Now(), done_at=None
    )


def _run(statement: str, endpoint: WebhookEndpoint, **values: UUID | datetime) -> int:
    everything: dict[str, Any] = {"endpoint": endpoint.pk, "test": TEST, "most": MOST, **values}
    with connection.cursor() as cursor:
        cursor.execute(statement, everything)
        return int(cursor.rowcount)
