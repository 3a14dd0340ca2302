"""What the start page shows before its list of tables: where something was refused lately."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from hooks.calls.admin import shown
from hooks.calls.admin.paging import LOOKED_THROUGH_SPARSE
from hooks.models import Call, Event
from hooks.reasons import Decision
from tenants.admin.scoped import may_change, may_see
from tenants.models import Tenant

LATELY = timedelta(days=1)
SHOWN = 5

register = template.Library()


@register.inclusion_tag("hooks/start_page.html", takes_context=True)
def start_page(context: Any) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    since = datetime.now(UTC) - LATELY
    events = reverse("admin:hooks_event_changelist")
    troubles = _troubles(request.user, since)
    return {
        "may_look": may_see(request, Call),
        "may_add": may_change(request, Tenant),
        "troubles": troubles[:SHOWN],
        "more": len(troubles) - SHOWN,
        "refused": f"{events}?decision__exact={Decision.REFUSED}&since={since:%Y-%m-%dT%H:%M}",
    }


def _troubles(user: Any, since: datetime) -> list[dict[str, Any]]:
    """By tenant, most refusals first; of very many refusals the latest are counted."""
    refused = Event.objects.visible_to(user).filter(
        decision=Decision.REFUSED, received_at__gte=since
    )
    reasons: dict[int | None, Counter[str]] = defaultdict(Counter)
    for tenant, reason in refused.order_by("-received_at").values_list("tenant", "reason")[
        :LOOKED_THROUGH_SPARSE
    ]:
        reasons[tenant][reason] += 1
    tenants = Tenant.objects.visible_to(user).in_bulk([tenant for tenant in reasons if tenant])
    counted = sorted(reasons.items(), key=lambda pair: -pair[1].total())
    return [_trouble(tenants.get(tenant or 0), counts) for tenant, counts in counted]


def _trouble(tenant: Tenant | None, counts: Counter[str]) -> dict[str, Any]:
    reason = counts.most_common(1)[0][0]
    return {"tenant": tenant, "number": counts.total(), "reason": shown.REASONS.get(reason, reason)}
