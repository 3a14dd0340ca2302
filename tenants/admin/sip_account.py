"""The pages of SIP accounts; the password goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from tenants.admin.display import set_or_not
from tenants.admin.limits_form import LimitsForm
from tenants.admin.secret_input import SecretInput
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedAdmin, TenantOwnedForm
from tenants.models import SipAccount
from tenants.money import MICROS, write_money

FIELDS = (
    "login",
    "authentication_name",
    ("password", "password_is"),
    ("domain", "port"),
    "outbound_proxy",
    "enabled",
    "internal_rate",
)


TYPED_AS = {
    "authentication_name": "Only if the SIP server wants another name than the login.",
    "domain": "Like sip.example.com.",
    "port": "5060, unless the SIP server has another one.",
    "outbound_proxy": "Only if another host takes the calls of this domain, like 203.0.113.5.",
}


class SipAccountForm(TenantOwnedForm):
    # Not the model's own field: a blank one must keep the stored password, so `save` decides.
    password = SecretInput(
        strip=False, help_text="It is never shown again. Leave it blank to keep the stored one."
    )

    class Meta:
        model = SipAccount
        exclude = ["password"]
        help_texts = TYPED_AS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = self.instance.password is None
        if self.instance.internal_rate is not None:
            micros = int(self.instance.internal_rate * MICROS)
            self.initial["internal_rate"] = write_money(micros)

    def _post_clean(self) -> None:
        super()._post_clean()
        # As it will be stored: two rows of one page may spell the same domain differently.
        if "domain" in self.cleaned_data:
            self.cleaned_data["domain"] = self.instance.domain

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["password"]:
            self.instance.password = self.cleaned_data["password"]
            self.instance.forget_next_password()
        return super().save(commit)


class SipAccountPageForm(LimitsForm, SipAccountForm):
    class Meta(SipAccountForm.Meta):
        pass


class SipAccountAdmin(TenantOwnedAdmin):
    form = SipAccountForm
    page_form = SipAccountPageForm
    fields = ("tenant", *FIELDS)
    readonly_fields = ("password_is", "limits_are")
    list_display = ("login", "domain", "tenant", "enabled", "password_is")
    list_filter = (TenantFilter, "enabled")
    search_fields = ("login", "domain")

    @admin.display(description="password is")
    def password_is(self, account: SipAccount) -> str:
        return set_or_not(account.password)
