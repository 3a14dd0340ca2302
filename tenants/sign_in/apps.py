"""Django's admin, on our site; and the apps about people, by names a newcomer understands."""

from importlib import import_module

from django.apps import apps
from django.contrib.admin.apps import AdminConfig

NAMES = {"auth": "Staff", "axes": "Sign-ins"}


class SignInAdminConfig(AdminConfig):
    default_site = "tenants.sign_in.site.Site"

    def ready(self) -> None:
        for label, name in NAMES.items():
            apps.get_app_config(label).verbose_name = name
        super().ready()
        import_module("tenants.sign_in.ending")  # it hears of every sign-in
