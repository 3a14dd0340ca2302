"""What an import did to each row, kept so that it can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models

from tenants.models.tenant import Tenant
from tenants.scope import scope_of


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User | AnonymousUser) -> ImportRunQuerySet:
        """The user's own: those of others may concern tenants that the user may not see."""
        return self if scope_of(user).visible is None else self.filter(by=user.pk)

    def changeable_by(self, user: User | AnonymousUser) -> ImportRunQuerySet:
        return self.none()


class ImportRun(models.Model):
    """One import, or the undoing of one."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Where all rows belong to one tenant; the record outlives it.
    tenant = models.ForeignKey(
        Tenant, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=255)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by"
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "id"], name="import_of_tenant")]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportedRow(models.Model):
    """A row as it was and as it became, by column; secrets are sealed as in their own table."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField()
    table = models.CharField(max_length=63)
    key = models.CharField(max_length=63)
    label = models.TextField()
    differences: models.JSONField[Any, Any] = models.JSONField(default=list)  # as in the report
    before: models.JSONField[Any, Any] = models.JSONField(null=True)  # null: it was added
    after: models.JSONField[Any, Any] = models.JSONField(null=True)  # null: it was removed

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="imported_row_once_per_run")
        ]

    def __str__(self) -> str:
        return self.label
