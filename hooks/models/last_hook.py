"""When each WCS instance last posted, to two minutes; the duty `hearing` notes it."""

from __future__ import annotations

from django.db import models

from tenants.models import WcsInstance


class LastHook(models.Model):
    instance = models.OneToOneField(
        WcsInstance, on_delete=models.CASCADE, primary_key=True, related_name="last_hook"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.instance} at {self.at}"
