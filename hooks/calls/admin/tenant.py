"""A tenant's page, with what the hooks told of it: how it stands, its latest calls and refusals, its set-up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hooks.calls import checklist, sip_standing
from hooks.calls.admin import shown, tables
from hooks.models import Call, Event, Session
from hooks.reasons import Decision
from hooks.wcs import configuration as wcs_configuration
from tenants.admin.tenant import TenantAdmin
from tenants.admin.words import alarm, whether_set
from tenants.models import SipAccount, Tenant, WcsInstance

ROWS = 10
ANSWERED_AMONG = 500  # of the latest calls
ACCOUNT_HEADS = (
    "SIP account",
    "password",
    "last registration",
    "last call answered",
    "last call refused by the SIP server",
)
SECRET = "rest_hook_secret_key"


class TenantWithCallsAdmin(TenantAdmin):
    change_form_template = "hooks/tenant.html"

    def response_add(
        self, request: HttpRequest, obj: Tenant, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """On with its page, which says what is still missing."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, *args, **kwargs)
        messages.success(request, f"{obj.name} is there. What is still missing stands below.")
        return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[obj.pk]))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        tenant = context.get("original")
        if tenant:
            context |= _looked_at(tenant)
        return super().render_change_form(request, context, *args, **kwargs)


def _looked_at(tenant: Tenant) -> dict[str, Any]:
    instances = list(tenant.wcs_instances.order_by("name").prefetch_related("nodes"))
    steps = checklist.steps(facts(tenant, instances))
    query = f"tenant={tenant.slug}"
    refused = Event.objects.filter(tenant=tenant, decision=Decision.REFUSED)
    return {
        "steps": steps,
        "missing": [step for step in steps if not step.done],
        "accounts": _accounts(tenant),
        "latest_calls": tables.calls(Call.objects.filter(tenant=tenant), query, ROWS),
        "latest_refusals": tables.events(
            refused, f"{query}&decision__exact={Decision.REFUSED}", ROWS
        ),
        "set_ups": [_set_up(instance) for instance in instances],
    }


def facts(tenant: Tenant, instances: list[WcsInstance]) -> checklist.Facts:
    callees = tenant.callees.order_by("-default", "alias")[:4]
    accounts = tenant.sip_accounts.exclude(password="")
    latest = (
        Call.objects.filter(tenant=tenant)
        .order_by("-asked_at")
        .values_list("answered_at", flat=True)
    )
    return checklist.Facts(
        active=tenant.status == Tenant.Status.ACTIVE,
        domains=tenant.domains.count(),
        accounts=accounts.filter(enabled=True).count(),
        disabled_accounts=accounts.filter(enabled=False).count(),
        aliases=tuple(callee.alias for callee in callees),
        has_default=any(callee.default for callee in callees),
        instances=tuple(_instance(instance) for instance in instances),
        connected=Session.objects.filter(tenant=tenant).exists(),
        answered=any(latest[:ANSWERED_AMONG]),
    )


def _instance(instance: WcsInstance) -> checklist.Instance:
    return checklist.Instance(
        name=instance.name,
        page=reverse("admin:tenants_wcsinstance_change", args=[instance.pk]),
        answers=not instance.answers_nobody,
        seen=bool(instance.nodes.all()),
    )


def _accounts(tenant: Tenant) -> str:
    """Those that something is wrong with come first."""
    standings = sip_standing.of_accounts(tenant)
    nothing = sip_standing.SipStanding()
    accounts = [
        (account, standings.get(account.pk, nothing))
        for account in tenant.sip_accounts.all()[:ANSWERED_AMONG]
    ]
    accounts.sort(key=lambda pair: not (pair[1].is_refused or pair[1].registration_failed))
    rows = [
        (
            shown.link_to(account) if account.enabled else f"{account} (disabled)",
            whether_set(account.password),
            _registration(account, standing),
            shown.time(standing.answered_at),
            _refusal(standing),
        )
        for account, standing in accounts[: shown.ROWS + 1]
    ]
    return shown.table(
        ACCOUNT_HEADS,
        rows,
        f"{reverse('admin:tenants_sipaccount_changelist')}?tenant={tenant.slug}",
    )


def _registration(account: SipAccount, standing: sip_standing.SipStanding) -> str:
    if standing.registered_at is None:
        return (
            "none reported"
            if account.tenant.sip_register_required
            else "does not register: not needed to call out"
        )
    told = f"{standing.registration} {standing.registration_info}".strip()
    return shown.joined(
        alarm(told) if standing.registration_failed else told, shown.time(standing.registered_at)
    )


def _refusal(standing: sip_standing.SipStanding) -> str:
    if standing.refused_at is None:
        return "-"
    call = reverse("admin:hooks_call_change", args=[standing.refused_call])
    told = f"SIP {standing.refused_with}"
    if not standing.is_refused:
        return shown.joined(
            told, shown.linked(call, shown.time(standing.refused_at)), "Calls were answered since."
        )
    return shown.joined(
        alarm(told),
        shown.linked(call, shown.time(standing.refused_at)),
        shown.quiet(standing.advice),
    )


def _set_up(instance: WcsInstance) -> dict[str, Any]:
    """As wcs_config prints it, without the secret."""
    secret = "hidden" if instance.signing_secret else ""
    setup = wcs_configuration.read_setup(
        instance, settings.CLICKHOOK_PUBLIC_URL, secret, settings.CLICKHOOK_HOOK_DEADLINE
    )
    properties = wcs_configuration.list_properties(setup)
    return {
        "instance": instance,
        "is_due": not instance.nodes.all(),
        "wiring": setup,
        "commands": wcs_configuration.list_commands(setup),
        "properties": [
            (setting, f"{SECRET}=••••••" if setting.name == SECRET else setting.line)
            for setting in properties
        ],
        "warnings": wcs_configuration.list_warnings(setup),
    }
