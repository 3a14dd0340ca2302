"""A session or call that was refused without knowing whether its commit happened."""

from __future__ import annotations

from django.db import models


class RefusedId(models.Model):
    id = models.UUIDField(primary_key=True)  # of the session or the call
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
