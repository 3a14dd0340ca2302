"""The project as an app: its commands, its static files and its checks."""

from __future__ import annotations

from django.apps import AppConfig


class ClickhookConfig(AppConfig):
    name = "clickhook"

    def ready(self) -> None:
        from clickhook import pooling  # noqa: F401 - registers its check; needs the apps
