"""The pages of what visitors prove themselves with: token keys and logins."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.display import STYLE, set_or_not
from tenants.admin.secret_input import SecretInput
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedForm
from tenants.models import TokenKey, VisitorLogin

KEPT = "It is never shown again. Leave it blank to keep the stored one."
SHORTEST_PASSWORD = 12  # characters


class VisitorAccessAdmin(CarefulAdmin):
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant",)

    class Media:
        css = STYLE

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A secret is sealed to its tenant."""
        read_only = super().get_readonly_fields(request, obj)
        return [*read_only, "tenant"] if obj else read_only


class JwksField(forms.JSONField):
    """Without keys it is empty; Django writes null."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class TokenKeyForm(TenantOwnedForm):
    secret = SecretInput(strip=False, help_text=f"For HS256: at least 32 characters. {KEPT}")

    class Meta:
        model = TokenKey
        fields = ["tenant", "jwks"]
        field_classes = {"jwks": JwksField}

    def _post_clean(self) -> None:
        if self.cleaned_data.get("secret"):
            self.instance.secret = self.cleaned_data["secret"]
        super()._post_clean()


class TokenKeyAdmin(VisitorAccessAdmin):
    form = TokenKeyForm
    fields = ("tenant", ("secret", "secret_is"), "jwks")
    readonly_fields = ("secret_is",)
    list_display = ("tenant", "secret_is", "public_keys")
    list_filter = (TenantFilter,)

    @admin.display(description="secret is")
    def secret_is(self, key: TokenKey) -> str:
        return set_or_not(key.secret)

    @admin.display(description="public keys")
    def public_keys(self, key: TokenKey) -> int:
        return len(key.jwks["keys"]) if key.jwks else 0


class VisitorLoginForm(TenantOwnedForm):
    new_password = forms.CharField(
        required=False,
        strip=False,
        min_length=SHORTEST_PASSWORD,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=f"At least {SHORTEST_PASSWORD} characters. {KEPT}",
    )

    class Meta:
        model = VisitorLogin
        fields = ["tenant", "login", "enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].required = not self.instance.password

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_password"]:
            self.instance.set_password(self.cleaned_data["new_password"])
        return super().save(commit)


class VisitorLoginAdmin(VisitorAccessAdmin):
    form = VisitorLoginForm
    fields = ("tenant", "login", "new_password", "enabled", "blocked")
    readonly_fields = ("blocked",)
    list_display = ("login", "tenant", "enabled", "blocked")
    list_filter = (TenantFilter, "enabled")
    search_fields = ("login",)

    @admin.display(description="after wrong passwords", empty_value="-")
    def blocked(self, login: VisitorLogin) -> str:
        is_locked = login.is_locked(timezone.now())
        return "blocked for 15 minutes" if is_locked else "not blocked"
