"""What a manager types about a tenant, checked by the models; secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms.models import InlineForeignKeyField

from tenants.admin.secret_input import SecretInput
from tenants.admin.versioned_form import VersionedForm
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tenants.models.wcs_instance import new_signing_secret
from tenants.secrets.encryption import Secret, SecretUnreadable


class TenantForm(VersionedForm):
    class Meta:
        model = Tenant
        fields = ["slug", "name", "status", "sip_register_required"]
        labels = {"slug": "Short name"}


class OfTenantForm(VersionedForm):
    # What the formset around it checks instead.
    left_to_formset: frozenset[str] = frozenset()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        asked_for = self.fields.get("tenant")
        if asked_for is None or isinstance(asked_for, InlineForeignKeyField):
            self._check_within_tenant()

    def _check_within_tenant(self) -> None:
        """Django leaves a tenant that is not typed out of its check, and "once per tenant" to fail in the database."""
        unchecked = (self._get_validation_exclusions() - {"tenant"}) | self.left_to_formset  # type: ignore[attr-defined]
        try:
            self.instance.validate_constraints(exclude=unchecked)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


TENANTS_OWN = "the tenant's"


class DomainForm(OfTenantForm):
    class Meta:
        model = Domain
        fields = ["tenant", "origin", "include_subdomains", "default_callee"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        callee: Any = self.fields.get("default_callee")
        if callee:
            callee.queryset = Callee.objects.filter(tenant=self.instance.tenant_id)
            callee.empty_label = TENANTS_OWN
            _without_links(callee.widget)

    def _post_clean(self) -> None:
        super()._post_clean()
        if (
            "origin" in self.cleaned_data
        ):  # as it will be stored: two rows of one page may spell the same origin
            self.cleaned_data["origin"] = self.instance.origin


def _without_links(widget: Any) -> None:
    """The admin's window behind "add" would ask for a tenant, and bring back the callee of any."""
    widget.can_add_related = widget.can_change_related = widget.can_delete_related = (
        widget.can_view_related
    ) = False


class CalleeForm(OfTenantForm):
    class Meta:
        model = Callee
        fields = ["tenant", "alias", "target", "default"]


class CalleeInlineForm(CalleeForm):
    left_to_formset = frozenset({"default"})


class SipAccountForm(OfTenantForm):
    # Not the model's own field: blank must keep what is set, so `save` decides.
    password = SecretInput(
        strip=False, help_text="Nobody sees it again. Blank keeps the one that is set."
    )

    class Meta:
        model = SipAccount
        exclude = ["password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = self.instance.password is None

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["password"]:
            self.instance.password = self.cleaned_data["password"]
        return super().save(commit)


class WcsInstanceForm(VersionedForm):
    signing_secret = SecretInput(
        help_text="rest_hook_secret_key of this WCS. Blank keeps the one that is set, or makes one for a new instance. "
        "A new one replaces it; the previous one is accepted too until you forget it."
    )

    class Meta:
        model = WcsInstance
        exclude = ["signing_secret"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        unsigned = self.cleaned_data.get(
            "unsigned", self.instance.unsigned
        )  # not everybody is asked
        if unsigned and self.cleaned_data.get("signing_secret"):
            self.add_error(
                "signing_secret", "An instance either signs or is marked as unsigned, not both."
            )
        return self.cleaned_data

    def save(self, commit: bool = True) -> Any:
        instance, typed = self.instance, self.cleaned_data["signing_secret"]
        if instance.unsigned:
            instance.signing_secret = instance.previous_signing_secret = None
        elif typed:
            _replace(instance, typed)
        elif instance._state.adding or "unsigned" in self.changed_data:
            instance.signing_secret = new_signing_secret()
        return super().save(commit)


def _replace(instance: WcsInstance, typed: Secret) -> None:
    try:
        if instance.signing_secret is None or not instance.signing_secret.matches(typed):
            instance.rotate_signing_secret(typed)
    except SecretUnreadable:  # the key ring lost its key: to enter the secret again is the remedy
        instance.previous_signing_secret, instance.signing_secret = None, typed
