"""What the start page shows before its list of tables: today's calls, and where trouble is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from psycopg.errors import QueryCanceled

from hooks.calls.admin.limit_notices import newest_notices
from hooks.calls.admin.lists.paging import LOOKED_THROUGH_SPARSE
from hooks.calls.admin.pages.tenants_today import COUNTED, worst_tenants
from hooks.calls.admin.pages.today import build_today
from hooks.models import Call, Event, LimitNotice
from hooks.reasons import Decision, Reason
from hooks.wcs.rehearsal.visitor import NODE as REHEARSAL
from tenants.admin.scoped import may_change, may_see, scope
from tenants.models import Tenant

SPAN = timedelta(days=1)
MAX_TENANTS = 5
TODAY_MILLISECONDS = 1_000  # for each statement
APPS = ("tenants", "hooks", "auth")
Count = Callable[[list[int] | None, datetime], Iterable[Any]]
MODELS = (
    *("Tenant", "Domain", "Callee", "SipAccount", "WcsInstance", "WcsNode"),
    "WebhookEndpoint",
    *("ImportRun", "AuditEntry", "Call", "Session", "Event"),
)

register = template.Library()


@register.inclusion_tag("hooks/start_page.html", takes_context=True)
def start_page(context: Any) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    since = datetime.now(UTC) - SPAN
    events = reverse("admin:hooks_event_changelist")
    refusals = _refusals_by_tenant(request.user, since)
    may_look = may_see(request, Call)

    return {
        "may_look": may_look,
        "today": _count_in_time(request, build_today) if may_look else [],
        "tenants": _count_in_time(request, worst_tenants) if may_look else [],
        "counted": COUNTED,
        "is_administrator": request.user.is_superuser,
        "may_add": may_change(request, Tenant),
        "notices": newest_notices(LimitNotice.objects.visible_to(request.user)),
        "refusals": refusals[:MAX_TENANTS],
        "more": len(refusals) - MAX_TENANTS,
        "refused": f"{events}?decision__exact={Decision.REFUSED}&since={since:%Y-%m-%dT%H:%M}",
    }


@register.filter
def in_order_of_work(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tenants and what they own come first, then what happened, then the people who look."""
    ordered = [{**app, "models": sorted(app["models"], key=_model_place)} for app in apps]
    return sorted(ordered, key=lambda app: _place(app["app_label"], APPS))


def _model_place(model: dict[str, Any]) -> int:
    return _place(model["object_name"], MODELS)


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)


def _count_in_time(request: HttpRequest, count: Count) -> list[Any]:
    """Nothing where counting takes too long: the page has more to show."""
    visible = scope(request).visible
    tenants = None if visible is None else sorted(visible)

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {TODAY_MILLISECONDS}")
            return list(count(tenants, datetime.now(UTC)))
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    return []


def _refusals_by_tenant(user: Any, since: datetime) -> list[dict[str, Any]]:
    """The tenant with most refusals first; of very many refusals the latest are counted."""
    refused = Event.objects.visible_to(user).filter(
        decision=Decision.REFUSED, received_at__gte=since
    )
    latest = refused.order_by("-received_at").values_list("tenant", "reason", "body__nodeId")

    reasons: dict[int | None, Counter[str]] = defaultdict(Counter)
    for tenant, reason, node in latest[:LOOKED_THROUGH_SPARSE]:
        if node != REHEARSAL:  # a test call tries what must be refused
            reasons[tenant][reason] += 1

    tenants = Tenant.objects.visible_to(user).in_bulk([tenant for tenant in reasons if tenant])
    most_first = sorted(reasons.items(), key=lambda pair: -pair[1].total())
    return [_refusals(tenants.get(tenant or 0), counts) for tenant, counts in most_first]


def _refusals(tenant: Tenant | None, counts: Counter[str]) -> dict[str, Any]:
    word = counts.most_common(1)[0][0]
    return {"tenant": tenant, "number": counts.total(), "reason": Reason.from_word(word) or word}
