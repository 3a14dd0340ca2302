"""Limits as plain inputs: one for each, grouped, and an empty one is no limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from tenants.admin.versioned_form import VersionedForm
from tenants.limits import MONEY, MOST, BadLimits, parse_limits

CALLS = {
    "concurrent_calls": "At once",
    "calls_per_second": "Per second",
    "calls_per_minute": "Per minute",
    "calls_per_hour": "Per hour",
    "calls_per_day": "Per day",
}
TIME = {
    "call_seconds": "Longest call, in seconds",
    "minutes_per_day": "Minutes of talk per day",
    "minutes_per_month": "Minutes of talk per month",
}
AMOUNTS = {
    "price_per_minute": "Highest price per minute",
    "money_per_day": "Per day",
    "money_per_month": "Per month",
}
VISITOR = {
    "visitor.calls_per_10_minutes": "Calls in 10 minutes",
    "visitor.calls_per_hour": "Calls per hour",
    "visitor.calls_per_day": "Calls per day",
    "visitor.callees_per_hour": "Different callees per hour",
}
GROUPS = {
    "Limits: calls": CALLS,
    "Limits: time": TIME,
    "Limits: money": AMOUNTS,
    "Limits: each visitor": VISITOR,
}
EMPTY_IS_NO_LIMIT = "An empty field means that there is no limit."
TENANTS_HOLD_TOO = (
    "An empty field means that only the tenant's limit holds. What is removed and added again "
    "begins with empty fields: what must not be exceeded belongs on the tenant's page."
)


def limit_fieldsets(explanation: str) -> list[tuple[str, dict[str, Any]]]:
    """The first one has the explanation."""
    fieldsets: list[tuple[str, dict[str, Any]]] = [
        (title, {"fields": [field_name(key) for key in labels]}) for title, labels in GROUPS.items()
    ]
    fieldsets[0][1]["description"] = explanation
    return fieldsets


def field_name(key: str) -> str:
    """Of the form: limits_calls_per_hour, limits_visitor_calls_per_hour."""
    return f"limits_{key.replace('.', '_')}"


def describe_limits(limits: Mapping[str, Any]) -> str:
    """For people who may see them and not change them."""
    flat = dict(_flat(limits))
    texts = [
        f"{title.removeprefix('Limits: ')}, {label.lower()}: {flat[key]}"
        for title, labels in GROUPS.items()
        for key, label in labels.items()
        if key in flat
    ]
    return "; ".join(texts) or "none"


class LimitsForm(VersionedForm):
    """A form of a row that has limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = dict(_flat(self.instance.limits))
        for key in _KEYS:
            self.initial[field_name(key)] = stored.get(key)

    def clean(self) -> Any:
        """Before the model is validated, which looks at its limits too."""
        cleaned = super().clean()
        given = _nested(
            {key: self.cleaned_data.get(field_name(key)) for key in _KEYS if self._is_filled(key)}
        )
        try:
            parse_limits(given, self._currency())
        except BadLimits as error:
            for key, problem in error.problems.items():
                self.add_error(field_name(key), problem)
        else:
            self.instance.limits = given
        return cleaned

    def _is_filled(self, key: str) -> bool:
        return self.cleaned_data.get(field_name(key)) not in (None, "")

    def _currency(self) -> str:
        """Of the tenant, as this form changes it."""
        tenant: Any = getattr(self.instance, "tenant", self.instance)
        return str(self.cleaned_data.get("currency") or tenant.currency)

    def _update_errors(self, errors: Any) -> None:
        """The model names its column, for which this form has several fields."""
        by_field = getattr(errors, "error_dict", {})
        if "limits" in by_field:
            by_field.setdefault(NON_FIELD_ERRORS, []).extend(by_field.pop("limits"))
        super()._update_errors(errors)  # type: ignore[misc]


def _flat(limits: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in limits.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        else:
            yield prefix + key, value


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for key, value in flat.items():
        group, _, name = key.rpartition(".")
        (limits.setdefault(group, {}) if group else limits)[name] = value
    return limits


_KEYS = {key: label for labels in GROUPS.values() for key, label in labels.items()}


def _input(key: str, label: str) -> forms.Field:
    if key in MONEY:
        return forms.CharField(
            label=label,
            required=False,
            max_length=16,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 10}),
            help_text="In the tenant's currency, with a decimal point, like 20.00.",
        )
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST)


# Declared, so that the admin knows them as fields of the form.
for _key, _label in _KEYS.items():
    _field = _input(_key, _label)
    LimitsForm.declared_fields[field_name(_key)] = _field
    LimitsForm.base_fields[field_name(_key)] = _field
