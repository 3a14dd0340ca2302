"""The app of the hooks: one POST from WCS, one answer."""

from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "hooks"
    verbose_name = "Calls"  # as a manager's pages head them
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hooks.exposure import find_unbounded_ids
        from hooks.limits_news import bump_versions
        from tenants.limits_changed import limits_changed
        from tenants.transfer.raised import unbounded_finders

        limits_changed.connect(bump_versions)
        unbounded_finders.append(find_unbounded_ids)
