"""The rows of one tenant's page, checked against each other."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.admin.forms import TENANTS_OWN
from tenants.models import Callee

if TYPE_CHECKING:
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = forms.BaseInlineFormSet


class DomainFormSet(_InlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if callee := form.fields.get("default_callee"):
            callee.queryset = Callee.objects.filter(tenant=self.instance.pk)
            callee.choices = self._callees

    @cached_property
    def _callees(self) -> list[tuple[Any, str]]:
        """Read once for all rows."""
        callees = Callee.objects.filter(tenant=self.instance.pk)
        return [("", TENANTS_OWN), *((callee.pk, str(callee)) for callee in callees)]


class CalleeFormSet(_InlineFormSet):
    def clean(self) -> None:
        super().clean()
        defaults = [
            form
            for form in self.forms
            if form not in self.deleted_forms and form.cleaned_data.get("default")
        ]
        if len(defaults) > 1:
            raise ValidationError("Only one callee can be the default.")

    def save(self, commit: bool = True) -> list[Any]:
        # Whoever is no longer the default goes first: the table allows one at any moment, not only in the end.
        former = [
            form.instance.pk
            for form in self.initial_forms
            if form in self.deleted_forms or not form.cleaned_data.get("default")
        ]
        Callee.objects.filter(tenant=self.instance.pk, pk__in=former, default=True).update(
            default=False
        )
        return super().save(commit)
