"""Django's admin, on our site."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class SignInAdminConfig(AdminConfig):
    default_site = "tenants.sign_in.site.Site"

    def ready(self) -> None:
        super().ready()
        import_module("tenants.sign_in.ending")  # it hears of every sign-in
