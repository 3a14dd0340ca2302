"""Two people open the same row and both save: the second is told, and sees what it says by now."""

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
AGAIN = "If you save once more, what you typed replaces it."


def version_of(row: Model) -> str:
    """Of what people edit: what hooks and the clock write may change meanwhile."""
    fields = row._meta.concrete_fields
    said: list[Any] = [
        _stored(row, field) for field in fields if field.editable or isinstance(field, SecretField)
    ]
    for relation in row._meta.many_to_many:
        said.append(sorted(map(str, getattr(row, relation.name).values_list("pk", flat=True))))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


class VersionedForm(_ModelForm):
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._version = "" if self.instance._state.adding else version_of(self.instance)
        self.initial[VERSION] = self._version

    def clean(self) -> Any:
        cleaned = super().clean()
        if self._version and self.cleaned_data.get(VERSION) != self._version:
            # Whoever has read this may save after all.
            again: Any = self.data.copy()  # type: ignore[attr-defined]
            again[self.add_prefix(VERSION)] = self._version
            self.data = again
            raise ValidationError(" ".join([CHANGED, *self._by_now(), AGAIN]))
        return cleaned

    def _by_now(self) -> list[str]:
        names = [name for name in self.changed_data if name != VERSION and name in self.initial]
        found = [f"“{self.fields[name].label or name}” is {self._in_words(name)}" for name in names]
        return [f"By now {', '.join(found)}."] if found else []

    def _in_words(self, name: str) -> str:
        value, field = self.initial[name], self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(map(str, value)) or "empty"
        if isinstance(field, forms.ModelChoiceField):
            return str(getattr(self.instance, name) or "none")
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"“{value}”" if value not in ("", None) else "empty"


def _stored(row: Model, field: Any) -> str:
    value = getattr(row, field.attname)
    return value.token if isinstance(value, SealedSecret) else str(value)
