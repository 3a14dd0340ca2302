"""An endpoint of Acme's, which is told of everything."""

from __future__ import annotations

import pytest

from hooks.models import WebhookMessage
from tenants.models import WebhookEndpoint
from tests.hooks.webhooks.receiver import SECRET, Receiver, receiving


@pytest.fixture
def receiver():
    with receiving() as running:
        yield running


@pytest.fixture
def endpoint(cast, receiver: Receiver) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(tenant=cast.acme, url=receiver.url, secret=SECRET)


@pytest.fixture
def told():
    """The types of Acme's messages, in their order."""
    return lambda: list(WebhookMessage.objects.order_by("id").values_list("type", flat=True))
