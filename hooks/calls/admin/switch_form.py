"""The forms of the kill switch: what to switch off and why, and why it is switched on again."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django import forms
from django.contrib.auth.models import User

from hooks.models import Switch
from hooks.wcs.kill_switch.targets import Target, UnknownTarget, find_target
from tenants.models import ApiKey

KINDS = {
    "tenant": "a tenant, like acme",
    "domain": "a domain, like https://www.customer.example or acme/capacitor://localhost",
    "callee": "a callee, like acme/sales",
    "account": "a SIP account, like acme/10001",
    "visitor": "a visitor, like acme/VISITOR",
    "instance": "a WCS instance, like acme-1",
    "everything": "everything (leave the name empty)",
}
FOR_ADMINISTRATORS = ("instance", "everything")
NOT_YOURS = "There is no such thing that you may switch."


def _wide() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vTextField"})


class SwitchForm(forms.Form):
    kind = forms.ChoiceField(label="Switch off", choices=[*KINDS.items()])
    name = forms.CharField(label="Name", max_length=300, required=False, widget=_wide())
    because = forms.CharField(
        label="Because", max_length=400, help_text="Stands in the audit.", widget=_wide()
    )
    target: Target

    def __init__(self, changeable: AbstractSet[int] | None, *args: Any, **kwargs: Any) -> None:
        """`changeable`: the tenants that the person may change; None stands for all."""
        super().__init__(*args, **kwargs)
        self._changeable = changeable
        if changeable is not None:
            field: Any = self.fields["kind"]
            field.choices = [item for item in KINDS.items() if item[0] not in FOR_ADMINISTRATORS]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if "kind" in self.cleaned_data:
            self._find(self.cleaned_data["kind"], self.cleaned_data.get("name", ""))
        return self.cleaned_data

    def _find(self, kind: str, name: str) -> None:
        """Whoever may not switch everything does not learn what others have."""
        try:
            self.target = find_target(kind, name)
        except UnknownTarget as error:
            self.add_error("name", str(error) if self._changeable is None else NOT_YOURS)
        else:
            owner = self.target.owner
            if not may_switch(self._changeable, owner.pk if owner else None):
                self.add_error("name", NOT_YOURS)


class SwitchOnForm(forms.Form):
    because = forms.CharField(
        label="Because", max_length=400, help_text="Stands in the audit.", widget=_wide()
    )


def may_switch(changeable: AbstractSet[int] | None, tenant: int | None) -> bool:
    """What concerns several tenants is an administrator's."""
    return changeable is None or (tenant is not None and tenant in changeable)


def may_switch_on(changeable: AbstractSet[int] | None, switch: Switch) -> bool:
    """What neither a manager nor a key of the tenant switched off is an administrator's to undo."""
    if changeable is None:
        return True
    if not may_switch(changeable, switch.tenant_id):
        return False
    people = User.objects.filter(username=switch.by, is_staff=True, is_superuser=False)
    keys = ApiKey.objects.named(switch.by).filter(tenant=switch.tenant_id)
    return people.exists() or keys.exists()
