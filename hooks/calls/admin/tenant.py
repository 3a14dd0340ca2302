"""A tenant's two pages: one to look at, with what the hooks recorded, and one to change it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from hooks.calls import checklist
from hooks.calls.admin.limit_bars import build_limit_bars
from hooks.calls.admin.limit_notices import newest_notices
from hooks.calls.admin.lists import tables
from hooks.calls.admin.pages.call_test import CallTestForm, make_test_call
from hooks.calls.admin.pages.new_customer import NewCustomerForm
from hooks.calls.admin.pages.set_up import describe_set_up
from hooks.calls.admin.pages.shared_set_up import LASTS_DAYS, set_up_link, set_up_text
from hooks.calls.admin.pages.sip_rotation import sip_rotation_page
from hooks.calls.admin.pages.what_if import what_if_page
from hooks.calls.admin.pages.worst_case import with_activation_check, worst_case_context
from hooks.calls.admin.sip_account_table import sip_account_table
from hooks.calls.admin.webhook_standing import endpoint_table
from hooks.calls.checklist import InstanceFacts, SetUpFacts
from hooks.models import Call, Event, LimitNotice, Session
from hooks.reasons import Decision
from hooks.wcs.rehearsal.visitor import NODE as REHEARSAL
from tenants.admin.domain_proof import proof_address, proof_problem
from tenants.admin.scoped import may_change, scope
from tenants.admin.tenant import TenantAdmin
from tenants.models import Tenant, WcsInstance
from tenants.scope import ALL_TENANTS, scope_of
from tenants.unpriced import unpriced_among

MAX_ROWS = 10
IMPORT_PAGE = "admin:tenants_importrun_add"
NO_RATE = (
    "Import the customer's rates in {currency}: none covers {target} ({alias}), so the call is "
    "refused while money is limited."
)
NO_INTERNAL_RATE = (
    "Enter the internal rate of {account}, 0 if it costs nothing: without it the call to {target} "
    "({alias}) is refused while money is limited."
)
NEWEST = 500  # sessions and calls that the checklist looks at
MAX_DOMAINS = 1000  # that are looked through for one that nobody may have
MAX_CALLEES = 4  # one more than the checklist names


class TenantWithCallsAdmin(TenantAdmin):
    change_form_template = "hooks/tenant.html"

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        is_administrators = scope_of(request.user).changeable is None
        return with_activation_check(form, is_administrators=is_administrators)

    def response_add(
        self, request: HttpRequest, obj: Tenant, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Leads on to the tenant's page, which says what is still missing."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, *args, **kwargs)

        messages.success(request, f"{obj.name} was added. What is still missing is listed below.")
        return HttpResponseRedirect(overview_address(obj))

    def response_change(self, request: HttpRequest, obj: Tenant) -> HttpResponse:
        answer = super().response_change(request, obj)
        stays = {"_continue", "_addanother", "_popup"} & request.POST.keys()
        return answer if stays else HttpResponseRedirect(overview_address(obj))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return TenantList

    def get_urls(self) -> list[Any]:
        """Before the admin's own, which take anything for an id."""
        view = self.admin_site.admin_view
        return [
            path("new-customer/", view(self.new_customer), name="tenants_new_customer"),
            path("set-up-text/", set_up_text, name="hooks_set_up_text"),
            path("<path:object_id>/overview/", view(self.overview), name="tenants_tenant_overview"),
            path(
                "sip-password/<uuid:account_id>/",
                view(sip_rotation_page),
                name="hooks_sip_rotation",
            ),
            path("<path:object_id>/what-if/", view(self.what_if), name="hooks_what_if"),
            *super().get_urls(),
        ]

    def what_if(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return what_if_page(self, request, self._visible_tenant(request, object_id))

    def overview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the tenant; a POST makes a test call, and the page tells how it went."""
        tenant = self._visible_tenant(request, object_id)
        form = CallTestForm(request, tenant)
        changeable = may_change(request, Tenant, tenant)
        if request.method == "POST" and not changeable:
            raise PermissionDenied

        called = make_test_call(form) if request.method == "POST" and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            **_page_context(tenant, hides_owners=scope(request) != ALL_TENANTS),
            "title": str(tenant),
            "tenant": tenant,
            "opts": self.opts,
            "may_change": changeable,
            "test_form": form,
            "test_call": called,
            "link_days": LASTS_DAYS,
        }
        return TemplateResponse(request, "hooks/tenant_overview.html", context)

    def new_customer(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied

        form = NewCustomerForm(request)
        if request.method == "POST" and form.is_valid() and (tenant := form.save()):
            self.log_addition(request, tenant, "Added on the page for new customers.")
            text = f"{tenant.name} was added. What is still missing is listed below."
            messages.success(request, text)
            return HttpResponseRedirect(overview_address(tenant))

        context = {**self.admin_site.each_context(request), "title": "New customer", "form": form}
        return TemplateResponse(request, "hooks/new_customer.html", context)

    def _visible_tenant(self, request: HttpRequest, object_id: str) -> Tenant:
        try:
            tenant: Tenant | None = self.get_object(request, object_id)
        except ValidationError:
            tenant = None
        if tenant is None:
            raise Http404("You may see no such tenant.")
        return tenant


class TenantList(ChangeList):
    """Leads to the overview, from which one tab leads on to the long page of changes."""

    def url_for_result(self, result: Any) -> str:
        return overview_address(result)


def overview_address(tenant: Tenant) -> str:
    return reverse("admin:tenants_tenant_overview", args=[tenant.pk])


def _page_context(tenant: Tenant, *, hides_owners: bool) -> dict[str, Any]:
    instances = list(tenant.wcs_instances.order_by("name").prefetch_related("nodes"))
    domain_problem = _domain_problem(tenant, hides_owners)
    steps = checklist.steps(_set_up_facts(tenant, instances, domain_problem))
    calls = Call.objects.filter(tenant=tenant)
    refusals = Event.objects.filter(tenant=tenant, decision=Decision.REFUSED)
    query = f"tenant={tenant.slug}"
    refusals_query = f"{query}&decision__exact={Decision.REFUSED}"

    return {
        **worst_case_context(tenant),
        "steps": steps,
        "missing": [step for step in steps if not step.done],
        "limits": build_limit_bars(tenant, datetime.now(UTC)),
        "notices": newest_notices(LimitNotice.objects.filter(tenant=tenant)),
        "accounts": sip_account_table(tenant),
        "webhooks": endpoint_table(tenant),
        "latest_calls": tables.call_table(calls, query, MAX_ROWS),
        "latest_refusals": tables.event_table(refusals, refusals_query, MAX_ROWS),
        "set_ups": [
            {**describe_set_up(instance), "link": set_up_link(instance)} for instance in instances
        ],
    }


def _set_up_facts(
    tenant: Tenant, instances: list[WcsInstance], domain_problem: dict[str, str]
) -> SetUpFacts:
    callees = tenant.callees.order_by("-default", "alias")[:MAX_CALLEES]
    accounts = tenant.sip_accounts.exclude(password="")
    sessions = Session.objects.filter(tenant=tenant).order_by("-opened_at")[:NEWEST]
    calls = Call.objects.filter(tenant=tenant).order_by("-asked_at")[:NEWEST]

    return SetUpFacts(
        active=tenant.status == Tenant.Status.ACTIVE,
        domains=tenant.domains.count(),
        accounts=accounts.filter(enabled=True).count(),
        disabled_accounts=accounts.filter(enabled=False).count(),
        aliases=tuple(callee.alias for callee in callees),
        has_default=any(callee.default for callee in callees),
        instances=tuple(_instance_facts(instance) for instance in instances),
        connected=any(node != REHEARSAL for node in sessions.values_list("node_id", flat=True)),
        **domain_problem,
        **_price_problem([callee.pk for callee in callees]),
        target_problem=next(filter(None, (callee.target_warning for callee in callees)), ""),
        answered=any(
            answered_at and node != REHEARSAL
            for answered_at, node in calls.values_list("answered_at", "session__node_id")
        ),
    )


def _domain_problem(tenant: Tenant, hides_owners: bool) -> dict[str, str]:
    """The first one, as the checklist takes it."""
    for domain in tenant.domains.select_related("proof")[:MAX_DOMAINS]:
        if warning := domain.ownership_warning(hides_owners=hides_owners):
            return {"domain_problem": warning}
        if problem := proof_problem(domain):
            return {"domain_problem": problem, "domain_page": proof_address(domain)}
    return {}


def _price_problem(callees: list[int]) -> dict[str, str]:
    """The first one, as the checklist takes it."""
    for unpriced in unpriced_among(callees):
        if unpriced.number:
            problem = NO_RATE.format(**unpriced._asdict())
            return {"price_problem": problem, "price_page": reverse(IMPORT_PAGE)}
        return {"price_problem": NO_INTERNAL_RATE.format(**unpriced._asdict())}
    return {}


def _instance_facts(instance: WcsInstance) -> InstanceFacts:
    return InstanceFacts(
        name=instance.name,
        page=reverse("admin:tenants_wcsinstance_change", args=[instance.pk]),
        answers=not instance.answers_nobody,
        seen=any(node.node_id != REHEARSAL for node in instance.nodes.all()),
    )
