"""What an import did to each row, kept so that it can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class ImportRun(models.Model):
    """One import, or the undoing of one."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=255)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportedRow(models.Model):
    """A row as it was and as it became, column by column; a secret is sealed here as it is in its own table."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    table = models.CharField(max_length=63)
    key = models.CharField(max_length=63)
    label = models.TextField()
    differences: models.JSONField[Any, Any] = models.JSONField(default=list)  # as the report says them
    before: models.JSONField[Any, Any] = models.JSONField(null=True)  # null: it was not there
    after: models.JSONField[Any, Any] = models.JSONField(null=True)  # null: it went

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="imported_row_once_per_run")]

    def __str__(self) -> str:
        return self.label
