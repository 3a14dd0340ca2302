"""Django's admin on our site, with app names that a newcomer understands, and sign-in signals."""

from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in

APP_NAMES = {"auth": "Staff", "axes": "Sign-ins"}


class SignInAdminConfig(AdminConfig):
    default_site = "tenants.sign_in.site.Site"

    def ready(self) -> None:
        from tenants.sign_in import ending

        for label, name in APP_NAMES.items():
            apps.get_app_config(label).verbose_name = name

        user_logged_in.connect(ending.note_sign_in)
        super().ready()
