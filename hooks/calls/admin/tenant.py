"""A tenant's page, with what the hooks recorded: what is missing, its latest calls, its set-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hooks.calls import checklist
from hooks.calls.admin import tables
from hooks.calls.admin.set_up import describe_set_up
from hooks.calls.admin.sip_account_table import sip_account_table
from hooks.calls.checklist import InstanceFacts, SetUpFacts
from hooks.models import Call, Event, Session
from hooks.reasons import Decision
from tenants.admin.tenant import TenantAdmin
from tenants.models import Tenant, WcsInstance

MAX_ROWS = 10
ANSWERED_AMONG = 500  # of the latest calls
MAX_DOMAINS = 1000  # that are looked through for one that nobody may have
MAX_CALLEES = 4  # one more than the checklist names


class TenantWithCallsAdmin(TenantAdmin):
    change_form_template = "hooks/tenant.html"

    def response_add(
        self, request: HttpRequest, obj: Tenant, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Leads on to the tenant's page, which says what is still missing."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, *args, **kwargs)

        messages.success(request, f"{obj.name} was added. What is still missing is listed below.")
        return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[obj.pk]))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        tenant = context.get("original")
        if tenant:
            context |= _page_context(tenant)
        return super().render_change_form(request, context, *args, **kwargs)


def _page_context(tenant: Tenant) -> dict[str, Any]:
    instances = list(tenant.wcs_instances.order_by("name").prefetch_related("nodes"))
    steps = checklist.steps(_set_up_facts(tenant, instances))
    calls = Call.objects.filter(tenant=tenant)
    refusals = Event.objects.filter(tenant=tenant, decision=Decision.REFUSED)
    query = f"tenant={tenant.slug}"
    refusals_query = f"{query}&decision__exact={Decision.REFUSED}"

    return {
        "steps": steps,
        "missing": [step for step in steps if not step.done],
        "accounts": sip_account_table(tenant),
        "latest_calls": tables.call_table(calls, query, MAX_ROWS),
        "latest_refusals": tables.event_table(refusals, refusals_query, MAX_ROWS),
        "set_ups": [describe_set_up(instance) for instance in instances],
    }


def _set_up_facts(tenant: Tenant, instances: list[WcsInstance]) -> SetUpFacts:
    callees = tenant.callees.order_by("-default", "alias")[:MAX_CALLEES]
    accounts = tenant.sip_accounts.exclude(password="")
    latest = Call.objects.filter(tenant=tenant).order_by("-asked_at")[:ANSWERED_AMONG]

    return SetUpFacts(
        active=tenant.status == Tenant.Status.ACTIVE,
        domains=tenant.domains.count(),
        accounts=accounts.filter(enabled=True).count(),
        disabled_accounts=accounts.filter(enabled=False).count(),
        aliases=tuple(callee.alias for callee in callees),
        has_default=any(callee.default for callee in callees),
        instances=tuple(_instance_facts(instance) for instance in instances),
        connected=Session.objects.filter(tenant=tenant).exists(),
        domain_problem=_domain_problem(tenant),
        answered=any(latest.values_list("answered_at", flat=True)),
    )


def _domain_problem(tenant: Tenant) -> str:
    warnings = (domain.ownership_warning for domain in tenant.domains.all()[:MAX_DOMAINS])
    return next(filter(None, warnings), "")


def _instance_facts(instance: WcsInstance) -> InstanceFacts:
    return InstanceFacts(
        name=instance.name,
        page=reverse("admin:tenants_wcsinstance_change", args=[instance.pk]),
        answers=not instance.answers_nobody,
        seen=bool(instance.nodes.all()),
    )
