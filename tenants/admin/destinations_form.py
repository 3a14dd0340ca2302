"""Open destinations as choices: countries in a list with a search, types to tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple

from tenants.admin.text_fields import country_choices
from tenants.admin.versioned_form import VersionedForm
from tenants.opened import RISKY, TYPES, WORLDWIDE

FIELDS = ("open_countries", "open_types")
TITLES = {
    "fixed_line": "fixed lines",
    "mobile": "mobiles",
    "toll_free": "toll-free numbers",
    "voip": "numbers of internet telephony",
    "premium_rate": "premium rate",
    "satellite": "satellites and other networks of no country",
    "shared_cost": "shared cost",
    "personal_number": "personal numbers",
    "uan": "numbers of companies without a place",
    "pager": "pagers",
    "voicemail": "voicemail",
    "unknown": "numbers whose type is unknown",
    "invalid": "numbers that no numbering plan knows",
}
_NETWORKS = (WORLDWIDE, f"satellites and other networks ({WORLDWIDE})")


def describe_destinations(opened: Mapping[str, list[str]] | None, default: str) -> str:
    if opened is None:
        return default
    countries = ", ".join(opened["countries"]) or "no country"
    types = ", ".join(TITLES[name] for name in opened["types"]) or "no type"
    return f"{countries}: {types}"


class _DestinationsForm(VersionedForm):
    open_countries = forms.MultipleChoiceField(label="Countries", required=False)
    open_types = forms.MultipleChoiceField(
        label="Types of numbers", required=False, widget=forms.CheckboxSelectMultiple
    )

    countries: list[tuple[str, str]] = []
    types: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.destinations or {}
        self.initial["open_countries"] = stored.get("countries", [])
        self.initial["open_types"] = stored.get("types", [])

        countries: Any = self.fields["open_countries"]
        countries.widget = FilteredSelectMultiple("countries", is_stacked=False)
        countries.choices = [*self._network_choices(), *country_choices()]
        types: Any = self.fields["open_types"]
        types.choices = [(name, TITLES[name]) for name in self._types()]

    def _network_choices(self) -> list[tuple[str, str]]:
        return []

    def _types(self) -> list[str]:
        return [name for name in TITLES if name in TYPES]

    def _opened(self) -> dict[str, list[str]]:
        return {
            "countries": sorted(self.cleaned_data.get("open_countries", [])),
            "types": sorted(self.cleaned_data.get("open_types", [])),
        }


class TenantDestinationsForm(_DestinationsForm):
    open_everyday = forms.BooleanField(
        label="Only the tenant's own country",
        required=False,
        help_text="With fixed lines, mobiles and toll-free numbers. Untick it to choose.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["open_everyday"] = self.instance.destinations is None

    def clean(self) -> Any:
        cleaned = super().clean()
        is_everyday = self.cleaned_data.get("open_everyday")
        self.instance.destinations = None if is_everyday else self._opened()
        return cleaned


class CalleeDestinationsForm(_DestinationsForm):
    def clean(self) -> Any:
        cleaned, opened = super().clean(), self._opened()
        self.instance.destinations = opened if any(opened.values()) else None
        return cleaned

    def _network_choices(self) -> list[tuple[str, str]]:
        return [_NETWORKS]

    def _types(self) -> list[str]:
        return [name for name in TITLES if name in TYPES | RISKY]
