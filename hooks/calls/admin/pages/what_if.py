"""The page that tries the limits of a tenant's form before they are saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from hooks.calls.what_if.figure import build_figure, limit_rows
from hooks.calls.what_if.reading import recorded_calls
from hooks.calls.what_if.reporting import Report, begin_of_replay, replay_calls
from hooks.calls.what_if.trying import read_stored_limits
from hooks.limits.replay import Change
from hooks.limits.scope import TENANT
from hooks.limits.use_text import format_money
from tenants.admin.display import format_time
from tenants.admin.scoped import may_change
from tenants.admin.tenant import TenantAdmin
from tenants.limits import BadLimits
from tenants.models import Tenant

DAYS = (1, 7, 30)
MOST_SHOWN = 20  # calls
MOST_CALLS = 30_000  # some seconds; the command takes any number
TOO_MANY = (
    f"There are more than {MOST_CALLS:,} calls in these days. Choose fewer days, or run "
    "manage.py what_if, which takes any number."
)


class ChangeRow(NamedTuple):
    asked: str
    call: str
    callee: str
    kind: str
    reason: str
    money: str


def what_if_page(page: TenantAdmin, request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """`tenant` gets the values of the form, and is not saved."""
    if not may_change(request, Tenant, tenant):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[tenant.pk]))

    name = str(tenant)
    form = page.get_form(request, tenant, change=True)(request.POST, instance=tenant)
    problems, report = list(_problems(form)), None
    days = _read_days(request)
    if not problems:
        report, problems = _replay(tenant, days)

    context = {
        **page.admin_site.each_context(request),
        "title": f"What if: {name}, {days} day{'' if days == 1 else 's'}",
        "tenant": Tenant.objects.get(pk=tenant.pk),
        "problems": problems,
        **(_report_context(report) if report else {}),
    }
    return TemplateResponse(request, "hooks/what_if.html", context)


def _read_days(request: HttpRequest) -> int:
    text = request.POST.get("what_if_days", "")
    return int(text) if text in map(str, DAYS) else DAYS[1]


def _problems(form: Any) -> Iterator[str]:
    if form.is_valid():
        return
    for name, errors in form.errors.items():
        label = form.fields[name].label or name if name in form.fields else "The form"
        yield f"{label}: {' '.join(errors)}"


def _replay(tenant: Tenant, days: int) -> tuple[Report | None, list[str]]:
    """The report, or the problems."""
    now = datetime.now(UTC)
    limits = {**read_stored_limits(tenant), TENANT: tenant.limits}
    begin = begin_of_replay(tenant, limits, now, days)
    if recorded_calls(tenant, begin, now)[: MOST_CALLS + 1].count() > MOST_CALLS:
        return None, [TOO_MANY]
    try:
        return replay_calls(tenant, limits, days, now), []
    except BadLimits as error:
        return None, [f"Limits of a domain, SIP account or callee cannot be read: {error}"]


def _report_context(report: Report) -> dict[str, Any]:
    currency = report.tenant.currency
    return {
        "figure": build_figure(report),
        "limit_rows": limit_rows(report),
        "changes": [_change_row(change, currency) for change in report.examples[:MOST_SHOWN]],
    }


def _change_row(change: Change, currency: str) -> ChangeRow:
    address = reverse("admin:hooks_call_change", args=[change.call.id])
    return ChangeRow(
        format_time(datetime.fromtimestamp(change.call.asked_at, UTC)),
        format_html('<a href="{}">call</a>', address),
        change.call.alias or "(default)",
        change.kind,
        change.reason.sentence,
        format_money(change.money, currency),
    )
