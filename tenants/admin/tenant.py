"""The pages of tenants, each with what it owns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from tenants.admin.conflicts import MayNotStay
from tenants.admin.destinations_form import describe_destinations
from tenants.admin.display import STYLE, alarm, time_column
from tenants.admin.limits_form import describe_limits
from tenants.admin.pages.exporting import ExportingAdmin
from tenants.admin.raising import RaisingAdmin
from tenants.admin.scoped import forget_scope, may_change, scope
from tenants.admin.tenant_forms import (
    CHANGE_FIELDSETS,
    NEW_FIELDS,
    TenantForm,
    TenantPageForm,
    viewed_fieldset,
)
from tenants.admin.tenant_inlines import (
    CalleeInline,
    DomainInline,
    InstanceInline,
    SipAccountInline,
)
from tenants.admin.text_fields import HoursField
from tenants.models import Callee, Domain, SipAccount, StreamAlias, Tenant, WcsInstance
from tenants.models.domain import UNAVAILABLE
from tenants.models.served_apps import find_app_problem
from tenants.origins import EVERY_APPS
from tenants.scope import ALL_TENANTS

CREATED = time_column("created_at", "created")
# A form takes 1,000 values (DATA_UPLOAD_MAX_NUMBER_FIELDS): with more rows of a kind than this,
# they are edited in their list.
ROWS_EDITABLE = 30
# What decides whether a WCS instance can tell whose app connects.
APPS_TELL = (Domain, WcsInstance.tenants.through)
OWNED: tuple[type[Domain | Callee | SipAccount], ...] = (Domain, Callee, SipAccount)
COUNTED: tuple[type[Domain | Callee | SipAccount | StreamAlias], ...] = (*OWNED, StreamAlias)


class TenantAdmin(ExportingAdmin, RaisingAdmin):
    form = TenantForm
    inlines = (DomainInline, CalleeInline, SipAccountInline, InstanceInline)
    readonly_fields = (
        "standing",
        "key_for_pages",
        "owns",
        "served_by",
        CREATED,
        "limits_are",
        "destinations_are",
        "hours_are",
        "holidays_are",
        "operations_are",
    )
    list_display = (
        "short_name",
        "name",
        "status_word",
        "domains",
        "callees",
        "sip_accounts",
        "instances",
    )
    list_filter = ("status", "sip_register_required")
    search_fields = ("slug", "name")
    instead_of_deleting = "A tenant with sessions stays: suspend it instead."

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> Any:
        visible = WcsInstance.objects.visible_to(request.user).only("name")
        names = Prefetch("wcs_instances", visible)
        view_only = Prefetch(
            "wcs_instances", _view_only_instances(request), to_attr="view_only_instances"
        )
        counts = {f"{owned._meta.model_name}_number": _count_rows(owned) for owned in COUNTED}
        return super().get_queryset(request).annotate(**counts).prefetch_related(names, view_only)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A new tenant starts safe; what it may use is changed on its page."""
        may_change_it = obj and may_change(request, Tenant, obj)
        form = TenantPageForm if may_change_it else self.form
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not obj:
            return [(None, {"fields": NEW_FIELDS})]

        served_by = ["served_by"] if getattr(obj, "view_only_instances", []) else []
        shown = ["key_for_pages", "owns", *served_by, CREATED]
        first = (None, {"fields": ["standing", *NEW_FIELDS, *shown]})
        may_change_it = self.has_change_permission(request, obj)
        rest = CHANGE_FIELDSETS if may_change_it else [viewed_fieldset()]
        return self.add_version([first, *rest], request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope(request) == ALL_TENANTS

    def save_model(self, request: Any, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and scope(request) != ALL_TENANTS:
            obj.assignments.create(user=request.user, may_change=True)
            forget_scope(request)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Raises MayNotStay: a domain and an instance may both be new on this page."""
        super().save_related(request, form, formsets, change)
        if any(one.has_changed() for one in formsets if one.model in APPS_TELL):
            _check_apps(request, form.instance)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Only people who may change the tenant connect instances; others read their names."""
        inlines = self.inlines if may_change(request, Tenant, obj) else self.inlines[:-1]
        return [inline for inline in inlines if _is_editable(inline, request, obj)]

    def lock(self, request: HttpRequest, obj: Tenant) -> None:
        super().lock(request, obj)
        if not connection.in_atomic_block:
            return

        for inline in self.get_inlines(request, obj):
            if inline.model in OWNED:
                rows = inline.model.objects.filter(tenant=obj).order_by("pk")
                list(rows.select_for_update(no_key=True).values("pk"))

    @admin.display(description="status", ordering="status")
    def status_word(self, tenant: Tenant) -> str:
        return alarm("SUSPENDED") if tenant.status == Tenant.Status.SUSPENDED else "active"

    @admin.display(description="calls are")
    def standing(self, tenant: Tenant) -> str:
        is_suspended = tenant.status == Tenant.Status.SUSPENDED
        return alarm("SUSPENDED: every connect and call is refused") if is_suspended else "allowed"

    @admin.display(description="limits")
    def limits_are(self, tenant: Tenant) -> str:
        return describe_limits(tenant.limits)

    @admin.display(description="destinations")
    def destinations_are(self, tenant: Tenant) -> str:
        return describe_destinations(tenant.destinations, "the tenant's own country")

    @admin.display(description="opening hours")
    def hours_are(self, tenant: Tenant) -> str:
        return str(HoursField().prepare_value(tenant.hours) or "always open")

    @admin.display(description="holidays")
    def holidays_are(self, tenant: Tenant) -> str:
        return ", ".join(tenant.holidays) or "none"

    @admin.display(description="operations")
    def operations_are(self, tenant: Tenant) -> str:
        return ", ".join(tenant.message_operations) or "none: pages send no messages"

    @admin.display(ordering="domain_number")
    def domains(self, tenant: Any) -> Any:
        return tenant.domain_number

    @admin.display(ordering="callee_number")
    def callees(self, tenant: Any) -> Any:
        return tenant.callee_number

    @admin.display(description="SIP accounts", ordering="sipaccount_number")
    def sip_accounts(self, tenant: Any) -> Any:
        return tenant.sipaccount_number

    @admin.display(description="WCS instances")
    def instances(self, tenant: Tenant) -> str:
        return ", ".join(instance.name for instance in tenant.wcs_instances.all()) or alarm("none")

    @admin.display(description="short name", ordering="slug")
    def short_name(self, tenant: Tenant) -> str:
        return tenant.slug

    @admin.display(description="WCS instances")
    def served_by(self, tenant: Any) -> str:
        names = ", ".join(instance.name for instance in tenant.view_only_instances)
        return f"{names}: an administrator connects and disconnects them"

    @admin.display(description="key for data-tickets")
    def key_for_pages(self, tenant: Tenant) -> str:
        return str(tenant.public_key)

    @admin.display(description="owns")
    def owns(self, tenant: Any) -> str:
        links = (_list_link(owned, tenant) for owned in COUNTED)
        return format_html_join(", ", '<a href="{}?tenant={}">{} {}</a>{}', links)


def _check_apps(request: HttpRequest, tenant: Tenant) -> None:
    """Raises MayNotStay."""
    origins = tenant.domains.filter(origin__in=EVERY_APPS).values_list("origin", flat=True)
    problem = find_app_problem(tenant.wcs_instances.all(), tenant.slug, list(origins))
    if problem:
        sees_all = scope(request) == ALL_TENANTS
        raise MayNotStay(problem.sentence if sees_all else UNAVAILABLE)


def _view_only_instances(request: HttpRequest) -> Any:
    """Those that the user may see but not change."""
    changeable = WcsInstance.objects.changeable_by(request.user).values("pk")
    return WcsInstance.objects.visible_to(request.user).exclude(pk__in=changeable).only("name")


def _count_rows(owned: type[Domain | Callee | SipAccount | StreamAlias]) -> Coalesce:
    """A subquery for each table: joins of three tables would multiply the rows."""
    rows = owned._default_manager.filter(tenant=OuterRef("pk")).order_by().values("tenant")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _row_number(tenant: Any, model: Any) -> int:
    return getattr(tenant, f"{model._meta.model_name}_number", 0)


def _is_editable(inline: Any, request: HttpRequest, tenant: Any) -> bool:
    # For a POST the page decides: its rows are saved even if their number has changed since.
    if request.method == "POST":
        related = inline.model._meta.get_field("tenant").remote_field
        prefix = related.get_accessor_name().replace("+", "")
        return f"{prefix}-TOTAL_FORMS" in request.POST
    return _row_number(tenant, inline.model) <= ROWS_EDITABLE


def _list_link(owned: Any, tenant: Any) -> tuple[str, str, int, str, str]:
    number, names = _row_number(tenant, owned), owned._meta
    url = reverse(f"admin:tenants_{names.model_name}_changelist")
    name = names.verbose_name if number == 1 else names.verbose_name_plural
    note = " (too many for this page)" if number > ROWS_EDITABLE else ""
    return url, tenant.slug, number, name, note
