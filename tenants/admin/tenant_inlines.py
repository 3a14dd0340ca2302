"""What a tenant owns, as rows on the tenant's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from tenants.admin.callee import CalleeFormSet, CalleeInlineForm
from tenants.admin.conflicts import with_version
from tenants.admin.display import set_or_not
from tenants.admin.domain import DomainForm, DomainFormSet, form_for_viewer
from tenants.admin.scoped import ScopedInline
from tenants.admin.sip_account import FIELDS as SIP_ACCOUNT_FIELDS
from tenants.admin.sip_account import SipAccountForm
from tenants.models import Callee, Domain, SipAccount, WcsInstance

if TYPE_CHECKING:
    _StackedInline = admin.StackedInline[Any, Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _StackedInline, _TabularInline = admin.StackedInline, admin.TabularInline


class OwnedInline(ScopedInline):
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        may_change = self.has_change_permission(request, obj)
        return with_version(fieldsets, self.form) if may_change else fieldsets


class DomainInline(OwnedInline, _TabularInline):
    model = Domain
    form = DomainForm
    formset = DomainFormSet
    fields = ("origin", "include_subdomains", "default_callee")
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = form_for_viewer(formset.form, request)
        return formset


class CalleeInline(OwnedInline, _TabularInline):
    model = Callee
    form = CalleeInlineForm
    formset = CalleeFormSet
    fields = ("alias", "target", "default", "keypad", "fallback")
    extra = 0


class SipAccountInline(OwnedInline, _StackedInline):
    model = SipAccount
    form = SipAccountForm
    fields = SIP_ACCOUNT_FIELDS
    readonly_fields = ("password_is",)
    extra = 0

    @admin.display(description="password is")
    def password_is(self, account: SipAccount) -> str:
        return set_or_not(account.password)


class InstanceInline(ScopedInline, _TabularInline):
    model = WcsInstance.tenants.through
    verbose_name = "WCS instance"
    verbose_name_plural = "WCS instances that may speak for this tenant"
    autocomplete_fields = ("wcsinstance",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that the user may change: a shared one may also serve other customers."""
        changeable = WcsInstance.objects.changeable_by(request.user)
        return super().get_queryset(request).filter(wcsinstance__in=changeable)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, label="WCS instance", **kwargs)
