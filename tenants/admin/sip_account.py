"""The pages of SIP accounts; the password goes in and never comes out."""

from __future__ import annotations

from django.contrib import admin

from tenants.admin.forms import SipAccountForm
from tenants.admin.of_tenant import OfTenantAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.words import whether_set
from tenants.models import SipAccount

FIELDS = (
    "login",
    "authentication_name",
    ("password", "password_is"),
    ("domain", "port"),
    "outbound_proxy",
    "enabled",
)


@admin.register(SipAccount)
class SipAccountAdmin(OfTenantAdmin):
    form = SipAccountForm
    fields = ("tenant", *FIELDS)
    readonly_fields = ("password_is",)
    list_display = ("login", "domain", "tenant", "enabled", "password_is")
    list_filter = (TenantFilter, "enabled")
    search_fields = ("login", "domain")

    @admin.display(description="password is")
    def password_is(self, account: SipAccount) -> str:
        return whether_set(account.password)
