"""The app of the tenants: who may call whom."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class TenantsConfig(AppConfig):
    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.audit import acting, recording, triggers

        connection_created.connect(acting.stamp_connection)
        user_logged_in.connect(recording.record_sign_in)
        post_migrate.connect(triggers.install_triggers, sender=self)
