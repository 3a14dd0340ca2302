"""The form of WCS instances; the signing secret goes in and never comes out."""

from __future__ import annotations

from typing import Any

from tenants.admin.secret_input import SecretInput
from tenants.admin.versioned_form import VersionedForm
from tenants.models import WcsInstance
from tenants.models.served_apps import find_problems_among
from tenants.models.wcs_instance import new_signing_secret
from tenants.secrets.encryption import Secret, SecretUnreadable


class WcsInstanceForm(VersionedForm):
    signing_secret = SecretInput(
        help_text="rest_hook_secret_key of this WCS. Leave it blank to keep the stored one, or to "
        "generate one for a new instance. A new one replaces it; the previous one is still "
        "accepted until you forget it."
    )

    rest_api_password = SecretInput(
        label="REST API password", help_text="Leave it blank to keep the stored one."
    )

    class Meta:
        model = WcsInstance
        exclude = ["signing_secret", "rest_api_password"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        # Only administrators have this field.
        unsigned = self.cleaned_data.get("unsigned", self.instance.unsigned)
        if unsigned and self.cleaned_data.get("signing_secret"):
            self.add_error(
                "signing_secret", "An instance either signs or is marked as unsigned, not both."
            )
        if "tenants" in self.changed_data and "tenants" in self.cleaned_data:
            self._check_apps()
        return self.cleaned_data

    def _check_apps(self) -> None:
        name, tenants = self.cleaned_data.get("name", ""), self.cleaned_data["tenants"]
        for problem in find_problems_among(name or self.instance.name, tenants):
            self.add_error("tenants", problem.sentence)

    def save(self, commit: bool = True) -> Any:
        instance, typed = self.instance, self.cleaned_data["signing_secret"]
        if instance.unsigned:
            instance.signing_secret = instance.previous_signing_secret = None
        elif typed:
            _replace_signing_secret(instance, typed)
        elif instance._state.adding or "unsigned" in self.changed_data:
            instance.signing_secret = new_signing_secret()
        if "rest_api_url" in self.fields:  # only administrators have it
            self._keep_rest_api_password(instance)
        return super().save(commit)

    def _keep_rest_api_password(self, instance: WcsInstance) -> None:
        typed = self.cleaned_data["rest_api_password"]
        if not instance.rest_api_url:
            instance.rest_api_user, instance.rest_api_password = "", None
        elif typed:
            instance.rest_api_password = typed


def _replace_signing_secret(instance: WcsInstance, typed: Secret) -> None:
    try:
        if instance.signing_secret is None or not instance.signing_secret.matches(typed):
            instance.rotate_signing_secret(typed)
    except SecretUnreadable:  # its key is lost: entering the secret again is the remedy
        instance.previous_signing_secret, instance.signing_secret = None, typed
