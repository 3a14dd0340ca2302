"""Pages and forms for what a tenant owns: the tenant is chosen once and stays."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest

from tenants.admin.display import STYLE
from tenants.admin.limits_form import (
    TENANTS_HOLD_TOO,
    LimitsForm,
    describe_limits,
    limit_fieldsets,
)
from tenants.admin.pages.exporting import ExportingAdmin
from tenants.admin.raising import RaisingAdmin
from tenants.admin.versioned_form import VersionedForm


class TenantOwnedAdmin(ExportingAdmin, RaisingAdmin):
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant",)
    readonly_fields: ClassVar[Any] = ("limits_are",)
    # Of a stored row that the user may change; a new one gets its limits afterwards.
    page_form: type[LimitsForm]

    class Media:
        css = STYLE

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        may_change = obj and self.has_change_permission(request, obj)
        form = self.page_form if may_change else self.form
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        if self.has_change_permission(request, obj):
            return [*fieldsets, *self.page_fieldsets(), *limit_fieldsets(TENANTS_HOLD_TOO)]
        return [*fieldsets, ("Limits", {"fields": ["limits_are"]})]

    def page_fieldsets(self) -> list[Any]:
        """What only the page of a stored row has, beside its limits."""
        return []

    @admin.display(description="limits")
    def limits_are(self, row: Any) -> str:
        return describe_limits(row.limits)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A secret is sealed to its tenant, and callees belong to it: a moved row would break."""
        read_only = super().get_readonly_fields(request, obj)
        return [*read_only, "tenant"] if obj else read_only


class TenantOwnedForm(VersionedForm):
    # The fields that the formset around this form checks.
    checked_by_formset: frozenset[str] = frozenset()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        tenant_field = self.fields.get("tenant")
        if tenant_field is None or isinstance(tenant_field, InlineForeignKeyField):
            self._check_within_tenant()

    def _check_within_tenant(self) -> None:
        """Django checks no constraint of a field that is not in the form, such as the tenant."""
        unchecked = self._get_validation_exclusions() - {"tenant"}  # type: ignore[attr-defined]
        try:
            self.instance.validate_constraints(exclude=unchecked | self.checked_by_formset)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]
