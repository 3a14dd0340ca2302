"""The pages of domains: the origins from which a tenant's pages may connect."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.urls import path

from tenants.admin.domain_proof import is_asked_for, proof_link, proof_page
from tenants.admin.limits_form import LimitsForm
from tenants.admin.scoped import scope
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedAdmin, TenantOwnedForm
from tenants.models import Callee, Domain
from tenants.models.domain import UNAVAILABLE
from tenants.scope import ALL_TENANTS

if TYPE_CHECKING:
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = forms.BaseInlineFormSet

TENANTS_DEFAULT = "the tenant's"


def form_for_viewer(form: Any, request: HttpRequest) -> Any:
    """A class of its own: what it tells depends on who asks."""
    hides_owners = scope(request) != ALL_TENANTS
    return type(form.__name__, (form,), {"hides_owners": hides_owners})


class DomainForm(TenantOwnedForm):
    hides_owners = False  # whether an origin of another tenant looks like any that is reserved

    class Meta:
        model = Domain
        fields = ["tenant", "origin", "include_subdomains", "default_callee"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        callee: Any = self.fields.get("default_callee")
        if callee:
            callee.queryset = Callee.objects.filter(tenant=self.instance.tenant_id)
            callee.empty_label = TENANTS_DEFAULT
            _remove_links(callee.widget)

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.hides_owners and self.has_error("origin", "taken"):
            self.errors["origin"] = self.error_class([UNAVAILABLE])

        # As it will be stored: two rows of one page may spell the same origin differently.
        if "origin" in self.cleaned_data:
            self.cleaned_data["origin"] = self.instance.origin


class DomainPageForm(LimitsForm, DomainForm):
    class Meta(DomainForm.Meta):
        pass


class DomainFormSet(_InlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if callee := form.fields.get("default_callee"):
            callee.queryset = Callee.objects.filter(tenant=self.instance.pk)
            callee.choices = self._callee_choices

    @cached_property
    def _callee_choices(self) -> list[tuple[Any, str]]:
        """Read once for all rows."""
        callees = Callee.objects.filter(tenant=self.instance.pk)
        return [("", TENANTS_DEFAULT), *((callee.pk, str(callee)) for callee in callees)]


class DomainAdmin(TenantOwnedAdmin):
    form = DomainForm
    page_form = DomainPageForm
    list_display = ("origin", "include_subdomains", "default_callee", "tenant")
    list_filter = (TenantFilter, "include_subdomains")
    list_select_related = ("tenant", "default_callee")
    search_fields = ("origin",)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(proof_page)
        page = path("<int:object_id>/proof/", view, name="tenants_domain_proof")
        return [page, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("proof") if is_asked_for() else rows

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return (*shown, proof_link) if is_asked_for() else shown

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return form_for_viewer(super().get_form(request, *args, **kwargs), request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Which callees to offer is known when the tenant is."""
        fields = ["tenant", "origin", "include_subdomains"]
        return [*fields, "default_callee"] if obj else fields


def _remove_links(widget: Any) -> None:
    """The window behind "add" would ask for a tenant, and bring back the callee of any."""
    widget.can_add_related = widget.can_change_related = False
    widget.can_delete_related = widget.can_view_related = False
