"""The pages of callees: the aliases that a tenant's pages may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.admin.destinations_form import FIELDS as DESTINATIONS
from tenants.admin.destinations_form import CalleeDestinationsForm
from tenants.admin.limits_form import LimitsForm
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedAdmin, TenantOwnedForm
from tenants.admin.text_fields import AliasesField
from tenants.fallback import aliases_of
from tenants.models import Callee

if TYPE_CHECKING:
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = forms.BaseInlineFormSet


RINGING = ("ringing_capacity", "cool_down")
TARGET_HELP = {
    "target": "What is dialled: +442079460000, an extension like 10002, or sip:sales@pbx.example.",
}


class CalleeForm(TenantOwnedForm):
    fallback = AliasesField(
        label="Fallback",
        required=False,
        help_text="Aliases that are called instead, in this order: help night. With weights, "
        "chance decides: of help:3 night:1, help is called three times out of four.",
    )

    class Meta:
        model = Callee
        fields = ["tenant", "alias", "target", "default", "keypad", "fallback"]
        help_texts = TARGET_HELP

    def clean_fallback(self) -> list[Any]:
        fallback: list[Any] = self.cleaned_data["fallback"]
        aliases = aliases_of(fallback)
        if "fallback" not in self.checked_by_formset:
            tenant = self.cleaned_data.get("tenant") or self.instance.tenant_id
            stored = Callee.objects.filter(tenant=tenant, alias__in=aliases)
            _require_aliases(aliases, set(stored.values_list("alias", flat=True)))
        return fallback


class CalleePageForm(LimitsForm, CalleeDestinationsForm, CalleeForm):
    class Meta(CalleeForm.Meta):
        fields = [*CalleeForm.Meta.fields, *RINGING]  # as Django has it


class CalleeInlineForm(CalleeForm):
    checked_by_formset = frozenset({"default", "fallback"})


class CalleeFormSet(_InlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        if sum(bool(form.cleaned_data.get("default")) for form in kept) > 1:
            raise ValidationError("Only one callee can be the default.")

        aliases = {form.cleaned_data.get("alias", "") for form in kept}
        for form in kept:
            try:
                _require_aliases(aliases_of(form.cleaned_data.get("fallback", [])), aliases)
            except ValidationError as error:
                form.add_error("fallback", error)

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
    page_form = CalleePageForm
    fields = ("tenant", "alias", "target", "default", "keypad", "fallback")
    list_display = ("alias", "target", "default", "tenant")
    list_filter = (TenantFilter, "default")
    search_fields = ("alias", "target")

    def page_fieldsets(self) -> list[Any]:
        sentence = "Opened for this callee alone, beside what the tenant opens."
        return [
            ("Ringing", {"fields": RINGING}),
            ("Destinations", {"fields": DESTINATIONS, "description": sentence}),
        ]


def _require_aliases(fallback: list[str], aliases: set[str]) -> None:
    if missing := [alias for alias in fallback if alias not in aliases]:
        raise ValidationError(f"This tenant has no callee {', '.join(missing)}.")
