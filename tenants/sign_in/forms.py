"""The field for a code, checked under a lock so that no code counts twice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tenants.models import SecondFactor
from tenants.secrets.encryption import SecretUnreadable

WRONG = "That is not the code of this moment. Each one is good once; if it goes on, check the clock of the phone."
NONE_OF_THEM = "That is none of the recovery codes that are left."
GONE = "Somebody set this second factor anew meanwhile: sign in again."
UNREADABLE = "Your second factor does not open with this gateway's keys. Enter a recovery code, or have an administrator reset it."


class CodeForm(forms.Form):
    code = forms.CharField(max_length=32, strip=True)

    def __init__(
        self, *args: Any, factor: SecondFactor, recovery: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.factor = factor
        self._wrong = NONE_OF_THEM if recovery else WRONG
        field = self.fields["code"]
        field.label = "Recovery code" if recovery else "Code"
        field.widget.attrs |= {
            "autofocus": True,
            "autocomplete": "off" if recovery else "one-time-code",
        }
        field.widget.attrs |= (
            {"autocapitalize": "none", "spellcheck": "false"}
            if recovery
            else {"inputmode": "numeric"}
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with transaction.atomic():  # a wrong code is counted, so nothing is raised in here
            factor = SecondFactor.objects.select_for_update().filter(pk=self.factor.pk).first()
            problem = self._problem(factor, code) if factor else GONE
        if problem:
            raise ValidationError(problem)
        return code

    def _problem(self, factor: SecondFactor, code: str) -> str:
        allowed, why = factor.verify_is_allowed()
        try:
            if factor.verify_token(code):
                return ""
        except SecretUnreadable:
            return UNREADABLE
        if allowed:
            return self._wrong
        seconds = int((why["locked_until"] - timezone.now()).total_seconds()) + 1
        return f"After {why['failure_count']} wrong codes the next one is taken in {seconds} s."
