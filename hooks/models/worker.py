"""A worker that runs, and what its duties last did."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    name = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    duties = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
