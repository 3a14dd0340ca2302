"""The pages of tenants, each with what it owns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import connection
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from tenants.admin.conflicts import CarefulAdmin, with_version
from tenants.admin.forms import CalleeInlineForm, DomainForm, SipAccountForm, TenantForm
from tenants.admin.formsets import CalleeFormSet, DomainFormSet
from tenants.admin.pages.exporting import ExportingAdmin
from tenants.admin.scoped import ScopedInline, forget_scope, may_change, scope
from tenants.admin.sip_account import FIELDS as SIP_ACCOUNT_FIELDS
from tenants.admin.words import STYLE, alarm, whether_set
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tenants.scope import EVERYTHING

if TYPE_CHECKING:
    _StackedInline = admin.StackedInline[Any, Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _StackedInline, _TabularInline = admin.StackedInline, admin.TabularInline

# A form takes 1,000 values (DATA_UPLOAD_MAX_NUMBER_FIELDS): so many rows of each kind are edited here, more in their list.
ROWS_EDITABLE = 30
OWNED: tuple[type[Domain | Callee | SipAccount], ...] = (Domain, Callee, SipAccount)


class OwnedInline(ScopedInline):
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return (
            with_version(fieldsets, self.form)
            if self.has_change_permission(request, obj)
            else fieldsets
        )


class DomainInline(OwnedInline, _TabularInline):
    model = Domain
    form = DomainForm
    formset = DomainFormSet
    fields = ("origin", "include_subdomains", "default_callee")
    extra = 0


class CalleeInline(OwnedInline, _TabularInline):
    model = Callee
    form = CalleeInlineForm
    formset = CalleeFormSet
    fields = ("alias", "target", "default")
    extra = 0


class SipAccountInline(OwnedInline, _StackedInline):
    model = SipAccount
    form = SipAccountForm
    fields = SIP_ACCOUNT_FIELDS
    readonly_fields = ("password_is",)
    extra = 0

    @admin.display(description="password is")
    def password_is(self, account: SipAccount) -> str:
        return whether_set(account.password)


class InstanceInline(ScopedInline, _TabularInline):
    model = WcsInstance.tenants.through
    verbose_name = "WCS instance"
    verbose_name_plural = "WCS instances that may speak for this tenant"
    autocomplete_fields = ("wcsinstance",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those she may take away or give: another customer may hang on a shared one."""
        return (
            super()
            .get_queryset(request)
            .filter(wcsinstance__in=WcsInstance.objects.changeable_by(request.user))
        )

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, label="WCS instance", **kwargs)


class TenantAdmin(ExportingAdmin, CarefulAdmin):
    form = TenantForm
    inlines = (DomainInline, CalleeInline, SipAccountInline, InstanceInline)
    readonly_fields = ("standing", "owns", "served_by", "created_at")
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
        names = Prefetch("wcs_instances", WcsInstance.objects.visible_to(request.user).only("name"))
        to_look_at = Prefetch(
            "wcs_instances", _not_hers_to_change(request), to_attr="instances_to_look_at"
        )
        counts = {f"{owned._meta.model_name}_number": _number_of(owned) for owned in OWNED}
        return super().get_queryset(request).annotate(**counts).prefetch_related(names, to_look_at)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["slug", "name", "status", "sip_register_required"]
        served_by = ["served_by"] if getattr(obj, "instances_to_look_at", []) else []
        return ["standing", *fields, "owns", *served_by, "created_at"] if obj else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope(request) == EVERYTHING

    def save_model(self, request: Any, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and scope(request) != EVERYTHING:
            obj.assignments.create(user=request.user, may_change=True)
            forget_scope(request)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """An instance is connected by whoever may; the others read its name above."""
        inlines = self.inlines if may_change(request, Tenant, obj) else self.inlines[:-1]
        return [inline for inline in inlines if _is_editable(inline, request, obj)]

    def lock(self, request: HttpRequest, obj: Tenant) -> None:
        super().lock(request, obj)
        for inline in self.get_inlines(request, obj) if connection.in_atomic_block else ():
            if inline.model in OWNED:
                list(
                    inline.model.objects.filter(tenant=obj)
                    .order_by("pk")
                    .select_for_update(no_key=True)
                    .values("pk")
                )

    @admin.display(description="status", ordering="status")
    def status_word(self, tenant: Tenant) -> str:
        return alarm("SUSPENDED") if tenant.status == Tenant.Status.SUSPENDED else "active"

    @admin.display(description="calls are")
    def standing(self, tenant: Tenant) -> str:
        is_suspended = tenant.status == Tenant.Status.SUSPENDED
        return alarm("SUSPENDED: every connect and call is refused") if is_suspended else "allowed"

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
        names = ", ".join(instance.name for instance in tenant.instances_to_look_at)
        return f"{names}: an administrator connects and disconnects"

    @admin.display(description="owns")
    def owns(self, tenant: Any) -> str:
        return format_html_join(
            ", ", '<a href="{}?tenant={}">{} {}</a>{}', (_listed(owned, tenant) for owned in OWNED)
        )


def _not_hers_to_change(request: HttpRequest) -> Any:
    changeable = WcsInstance.objects.changeable_by(request.user).values("pk")
    return WcsInstance.objects.visible_to(request.user).exclude(pk__in=changeable).only("name")


def _number_of(owned: type[Domain | Callee | SipAccount]) -> Coalesce:
    """A subquery each: joins of three tables would multiply the rows."""
    rows = owned._default_manager.filter(tenant=OuterRef("pk")).order_by().values("tenant")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _number(tenant: Any, model: Any) -> int:
    return getattr(tenant, f"{model._meta.model_name}_number", 0)


def _is_editable(inline: Any, request: HttpRequest, tenant: Any) -> bool:
    if (
        request.method == "POST"
    ):  # what the page had, so that a row more or less since then loses nothing
        rows = (
            inline.model._meta.get_field("tenant").remote_field.get_accessor_name().replace("+", "")
        )
        return f"{rows}-TOTAL_FORMS" in request.POST
    return _number(tenant, inline.model) <= ROWS_EDITABLE


def _listed(owned: Any, tenant: Any) -> tuple[str, str, int, str, str]:
    number, names = _number(tenant, owned), owned._meta
    url = reverse(f"admin:tenants_{names.model_name}_changelist")
    name = names.verbose_name if number == 1 else names.verbose_name_plural
    return (
        url,
        tenant.slug,
        number,
        name,
        " (too many for this page)" if number > ROWS_EDITABLE else "",
    )
