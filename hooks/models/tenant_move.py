"""A tenant's move from this cell or to it, and how far that is."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class TenantMoveQuerySet(OfTenantQuerySet["TenantMove"]):
    def under_way(self) -> Self:
        return self.exclude(phase__in=TenantMove.ENDED)


class TenantMove(models.Model):
    class Phase(models.TextChoices):
        """The first three are of the cell that the tenant leaves, the next two of the other."""

        FROZEN = "frozen", "no call is allowed any more"
        EXPORTED = "exported", "the bundle is written"
        HANDED_OVER = "handed_over", "the other cell serves the tenant"
        ARRIVED = "arrived", "its rows are here, and no call is allowed yet"
        THAWED = "thawed", "this cell serves the tenant"
        UNDONE = "undone", "undone"

    ENDED = (Phase.HANDED_OVER.value, Phase.THAWED.value, Phase.UNDONE.value)

    # The same in both cells.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No constraint: of a move that was undone where the tenant arrived, it is gone again.
    tenant = models.ForeignKey(
        Tenant, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    slug = models.CharField(max_length=63)
    other_cell = models.PositiveIntegerField()
    phase = models.CharField(max_length=16, choices=Phase.choices)
    digest = models.CharField(max_length=64, blank=True, help_text="Of the bundle.")
    began_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = TenantMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=~Q(phase__in=["handed_over", "thawed", "undone"]),
                name="tenant_moves_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.phase}"

    def reach(self, phase: Phase, digest: str | None = None) -> None:
        self.phase, self.digest = phase, self.digest if digest is None else digest
        self.changed_at = Now()
        self.save(update_fields=["phase", "digest", "changed_at"])
