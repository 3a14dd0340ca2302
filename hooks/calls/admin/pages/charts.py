"""The page of charts: which tenants and period are asked for, and a time limit on the answer."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import admin
from django.db import OperationalError, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from psycopg.errors import QueryCanceled

from hooks.calls.admin.pages.chart_figures import Figure, build_figures
from hooks.calls.charts.figures import PERIODS, Period
from hooks.calls.replica import read_records
from tenants.admin.search_text import searchable
from tenants.models import Tenant
from tenants.scope import scope_of

TIMEOUT_MILLISECONDS = 5_000
MAX_SUGGESTED = 100  # tenants
TOO_SLOW = (
    "The calls of this period are still being added up. "
    "Choose a shorter period or one tenant, or come back in a few minutes."
)


def charts_page(request: HttpRequest) -> HttpResponse:
    period = PERIODS.get(request.GET.get("period", ""), PERIODS["24h"])
    slug = searchable(request.GET.get("tenant", ""))
    tenants, problem = _asked_tenants(request, slug)
    figures: list[Figure] = []
    if not problem:
        figures, problem = read_records(
            request, lambda using: _build_in_time(using, tenants, period, slug)
        )

    everybody = "all tenants" if tenants is None else "your tenants"
    visible = Tenant.objects.visible_to(request.user)
    context = {
        **admin.site.each_context(request),
        "title": f"Charts: {slug if slug and figures else everybody}, {period.title}",
        "figures": figures,
        "problem": problem,
        "periods": PERIODS.values(),
        "period": period,
        "slug": slug,
        "suggested": visible.values_list("slug", flat=True)[:MAX_SUGGESTED],
    }
    return TemplateResponse(request, "hooks/charts.html", context)


def _asked_tenants(request: HttpRequest, slug: str) -> tuple[list[int] | None, str]:
    """The tenants, None for all there are; and the problem with what was asked for."""
    if not slug:
        visible = scope_of(request.user).visible
        return (None if visible is None else sorted(visible)), ""

    tenants = Tenant.objects.visible_to(request.user).filter(slug=slug)
    keys = list(tenants.values_list("pk", flat=True))
    problem = f"There is no tenant “{slug}”. Type a short name, like acme."
    return keys, "" if keys else problem


def _build_in_time(
    using: str, tenants: list[int] | None, period: Period, slug: str
) -> tuple[list[Figure], str]:
    """The figures, and the problem where they take too long."""
    try:
        with transaction.atomic(using=using):
            _limit_statements(using)
            return list(build_figures(tenants, period, slug, datetime.now(UTC))), ""
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    return [], TOO_SLOW


def _limit_statements(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SET LOCAL statement_timeout = {TIMEOUT_MILLISECONDS};"
            " SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
        )
