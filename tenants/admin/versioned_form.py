"""Two people open the same row and both save: the second is told what was changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from tenants.secrets.encryption import SealedSecret
from tenants.secrets.fields import SecretField

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

VERSION = "version"
CHANGED = "Not saved: somebody changed this since you opened the page."
AGAIN = "If you save again, your values replace it."


def waiting_raises(row: Model) -> list[Any]:
    """Of a page's row, as the page has read them."""
    return getattr(row, "waiting_raises", [])


def version_of(row: Model) -> str:
    """Of the fields that people edit: hooks may change others meanwhile."""
    values: list[Any] = [
        _stored_text(row, field)
        for field in row._meta.concrete_fields
        if field.editable or isinstance(field, SecretField)
    ]
    for relation in row._meta.many_to_many:
        keys = getattr(row, relation.name).values_list("pk", flat=True)
        values.append(sorted(map(str, keys)))
    values.append([raised.pk for raised in waiting_raises(row)])
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


class VersionedForm(_ModelForm):
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._version = "" if self.instance._state.adding else version_of(self.instance)
        self.initial[VERSION] = self._version

    def clean(self) -> Any:
        cleaned = super().clean()
        if self._version and self.cleaned_data.get(VERSION) != self._version:
            # After reading this, the person may save.
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix(VERSION)] = self._version
            self.data = data
            told = [*self._stored_values(), *self._waiting_values()]
            raise ValidationError(" ".join([CHANGED, *told, AGAIN]))
        return cleaned

    def _stored_values(self) -> list[str]:
        names = [name for name in self.changed_data if name != VERSION and name in self.initial]
        values = [
            f"“{self.fields[name].label or name}” is {self._stored_value(name)}" for name in names
        ]
        return [f"By now {', '.join(values)}."] if values else []

    def _waiting_values(self) -> list[str]:
        return [f"{raised.sentence}." for raised in waiting_raises(self.instance)]

    def _stored_value(self, name: str) -> str:
        value, field = self.initial[name], self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(map(str, value)) or "empty"
        if isinstance(field, forms.ModelChoiceField):
            return str(getattr(self.instance, name) or "none")
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"“{value}”" if value not in ("", None) else "empty"


def _stored_text(row: Model, field: Any) -> str:
    value = getattr(row, field.attname)
    return value.token if isinstance(value, SealedSecret) else str(value)
