"""The field for a code, checked under a lock so that no code counts twice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tenants.models import SecondFactor
from tenants.secrets.encryption import SecretUnreadable

WRONG_CODE = (
    "This is not the current code. Each code works once; if the problem stays, "
    "check the clock of the phone."
)
WRONG_RECOVERY_CODE = "This is not one of the remaining recovery codes."
FACTOR_REPLACED = "This second factor was set up again in the meantime: sign in again."
FACTOR_UNREADABLE = (
    "Your second factor does not open with this gateway's keys. Enter a recovery code, "
    "or ask an administrator to reset it."
)

CODE_ATTRIBUTES = {"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric"}
RECOVERY_ATTRIBUTES = {
    "autofocus": True,
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
}


class CodeForm(forms.Form):
    code = forms.CharField(max_length=32, strip=True)

    def __init__(
        self, *args: Any, factor: SecondFactor, recovery: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.factor = factor
        self._wrong = WRONG_RECOVERY_CODE if recovery else WRONG_CODE

        field = self.fields["code"]
        field.label = "Recovery code" if recovery else "Code"
        field.widget.attrs |= RECOVERY_ATTRIBUTES if recovery else CODE_ATTRIBUTES

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with transaction.atomic():  # a raised error would roll back the count of wrong codes
            factor = SecondFactor.objects.select_for_update().filter(pk=self.factor.pk).first()
            problem = self._verify(factor, code) if factor else FACTOR_REPLACED
        if problem:
            raise ValidationError(problem)
        return code

    def _verify(self, factor: SecondFactor, code: str) -> str:
        """The problem with this code, or nothing."""
        allowed, why = factor.verify_is_allowed()
        try:
            if factor.verify_token(code):
                return ""
        except SecretUnreadable:
            return FACTOR_UNREADABLE

        if allowed:
            return self._wrong
        seconds = int((why["locked_until"] - timezone.now()).total_seconds()) + 1
        return f"After {why['failure_count']} wrong codes the next one is accepted in {seconds} s."
