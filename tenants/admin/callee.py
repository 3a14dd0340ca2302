"""The pages of callees: the aliases that a tenant's pages may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedAdmin, TenantOwnedForm
from tenants.models import Callee

if TYPE_CHECKING:
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = forms.BaseInlineFormSet


class CalleeForm(TenantOwnedForm):
    class Meta:
        model = Callee
        fields = ["tenant", "alias", "target", "default"]


class CalleeInlineForm(CalleeForm):
    checked_by_formset = frozenset({"default"})


class CalleeFormSet(_InlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        if sum(bool(form.cleaned_data.get("default")) for form in kept) > 1:
            raise ValidationError("Only one callee can be the default.")

    def save(self, commit: bool = True) -> list[Any]:
        # The former default is cleared first: the table never allows two, not even for a moment.
        former = [
            form.instance.pk
            for form in self.initial_forms
            if form in self.deleted_forms or not form.cleaned_data.get("default")
        ]
        callees = Callee.objects.filter(tenant=self.instance.pk, pk__in=former, default=True)
        callees.update(default=False)
        return super().save(commit)


class CalleeAdmin(TenantOwnedAdmin):
    form = CalleeForm
    fields = ("tenant", "alias", "target", "default")
    list_display = ("alias", "target", "default", "tenant")
    list_filter = (TenantFilter, "default")
    search_fields = ("alias", "target")
