"""A form field for a secret: it never shows the stored one, and a blank field keeps it."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.secrets.encryption import Secret


class SecretInput(forms.CharField):
    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "new-password", "class": "vTextField"}
        super().__init__(
            widget=forms.PasswordInput(attrs=attributes, render_value=False),
            required=False,
            **options,
        )

    def clean(self, value: Any) -> Secret | None:
        text = super().clean(value)
        return Secret(text) if text else None
