"""The app of the hooks: one POST from WCS, one answer."""

from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "hooks"
    verbose_name = "Calls"  # as a manager's pages head them
    default_auto_field = "django.db.models.BigAutoField"
