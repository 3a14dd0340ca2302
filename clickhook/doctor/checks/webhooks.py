"""Whether customers' own systems are told what happens, and where webhooks may go."""

from __future__ import annotations

from django.conf import settings

from clickhook.doctor.finding import Finding, Findings, name_some
from tenants.models import WebhookEndpoint


def check_webhooks() -> Findings:
    opened = ", ".join(str(one) for one in settings.CLICKHOOK_WEBHOOK_ALLOW)
    if opened:
        sentence = f"Webhooks may go beyond public addresses (CLICKHOOK_WEBHOOK_ALLOW): {opened}."
        yield Finding("webhooks", True, sentence)

    endpoints = WebhookEndpoint.objects.order_by("tenant__slug")
    disabled = endpoints.filter(enabled=False).exclude(disabled_because="")
    failing = endpoints.filter(enabled=True, standing__isnull=False)
    for what, some in (("were disabled", disabled), ("fail", failing)):
        slugs = list(some.values_list("tenant__slug", flat=True).distinct())
        if slugs:
            sentence = f"Webhook endpoints of these tenants {what}: {name_some(slugs)}."
            yield Finding("webhooks", False, sentence, "Their pages say why.")
    if not (disabled or failing):
        yield Finding("webhooks", True, "No webhook endpoint fails.")
