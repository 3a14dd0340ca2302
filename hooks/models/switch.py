"""The kill switch: what is switched off, by whom and why."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from hooks.policy import MOVES
from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class SwitchQuerySet(OfTenantQuerySet["Switch"]):
    def on_for(self, tenant: Tenant) -> Self:
        """Those that stop the tenant as a whole."""
        keys = ("everything", f"tenant {tenant.pk}", f"{MOVES}{tenant.pk}")
        return self.filter(key__in=keys, off_at=None)

    def moved_tenants(self) -> set[int]:
        """On their way to another cell, or gone there: this one refuses all of theirs."""
        moves = self.filter(key__startswith=MOVES, off_at=None)
        return {switch.tenant_id for switch in moves if switch.tenant_id}


class Switch(models.Model):
    # What the statements of the hooks look up; hooks.wcs.kill_switch writes it.
    key = models.CharField(max_length=120, editable=False)
    name = models.CharField(max_length=400, help_text="What is switched off, as people call it.")
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="switches",
        help_text="Whose; empty: several tenants' or everybody's.",
    )
    because = models.CharField(max_length=400)
    by = models.CharField(max_length=150)
    on_at = models.DateTimeField(db_default=Now())
    off_by = models.CharField(max_length=150, blank=True, db_default="")
    off_at = models.DateTimeField(null=True)

    objects = SwitchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "switches"
        ordering = [F("off_at").desc(nulls_first=True), "-on_at"]
        indexes = [models.Index(fields=["on_at"], name="switch_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(off_at=None), name="switch_on_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_move(self) -> bool:
        """Then `move_tenant` alone turns it off again."""
        return self.key.startswith(MOVES)
