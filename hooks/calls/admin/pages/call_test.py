"""A test call from a tenant's page: a rehearsal against this gateway, and what it showed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest

from hooks.wcs.rehearsal.rehearse import rehearse
from hooks.wcs.rehearsal.stand_in import BadUrl, StandIn
from tenants.models import Tenant, WcsInstance

OFFERED = 50  # domains, callees or instances


class CallTestForm(forms.Form):
    origin = forms.ChoiceField(label="From the web site")
    callee = forms.ChoiceField(label="Call", required=False)
    instance = forms.ChoiceField(label="By the WCS instance")

    def __init__(self, request: HttpRequest, tenant: Tenant) -> None:
        super().__init__(request.POST or None)
        instances = tenant.wcs_instances.visible_to(request.user).order_by("name")[:OFFERED]
        self._instances = {str(instance.pk): instance for instance in instances}
        origins = tenant.domains.values_list("origin", flat=True)[:OFFERED]
        aliases = tenant.callees.values_list("alias", flat=True)[:OFFERED]

        self._offer("origin", [(origin, origin) for origin in origins])
        self._offer("callee", [("", "the default callee"), *((one, one) for one in aliases)])
        self._offer("instance", [(key, str(one)) for key, one in self._instances.items()])

    @property
    def is_possible(self) -> bool:
        return all(self.fields[name].choices for name in ("origin", "instance"))  # type: ignore[attr-defined]

    @property
    def chosen_instance(self) -> WcsInstance:
        return self._instances[self.cleaned_data["instance"]]

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


def make_test_call(form: CallTestForm) -> dict[str, Any]:
    instance, typed = form.chosen_instance, form.cleaned_data
    try:
        wcs = StandIn(settings.CLICKHOOK_GATEWAY_URL, instance.key)
    except BadUrl as error:
        return {"steps": [], "findings": [str(error)]}

    steps, findings = rehearse(instance, wcs, typed["origin"], typed["callee"] or None)
    return {"steps": steps, "findings": findings}
