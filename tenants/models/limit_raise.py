"""A raise of a limit that waits until a second person confirms it, or until a day later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet

WAITS = timedelta(hours=24)


class LimitRaiseQuerySet(OfTenantQuerySet["LimitRaise"]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=timezone.now())

    def to_fall_back(self) -> Self:
        """They hold, and their end has come."""
        return self.filter(
            decision__in=LimitRaise.HOLDS, ends_at__lte=timezone.now(), fell_back_at=None
        )

    def about(self, row: models.Model) -> Self:
        return self.filter(thing=row._meta.model_name, row_key=str(row.pk))

    def decide(self, decision: LimitRaise.Decision, by: str) -> int:
        """How many."""
        return self.update(decision=decision, decided_by=by[:150], decided_at=timezone.now())


def a_day_from_now() -> Any:
    return timezone.now() + WAITS


class LimitRaise(models.Model):
    class Decision(models.TextChoices):
        WAITING = "", "waits for a second person"
        CONFIRMED = "confirmed", "confirmed"
        ELAPSED = "elapsed", "holds since its waiting time was over"
        WITHDRAWN = "withdrawn", "withdrawn"
        OVERTAKEN = "overtaken", "given up: the value was changed meanwhile"

    HOLDS = (Decision.CONFIRMED.value, Decision.ELAPSED.value)

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="limit_raises")
    thing = models.CharField(max_length=32)  # the model: tenant, domain, callee, sipaccount
    row_key = models.CharField(max_length=64)
    row_name = models.CharField(max_length=400)
    field = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_by_name = models.CharField(max_length=150)
    # Of an API key that asked: the names of those who knew its secret.
    key_holders: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=a_day_from_now)
    ends_at = models.DateTimeField(null=True, blank=True)

    decision = models.CharField(
        max_length=16, choices=Decision.choices, blank=True, default=Decision.WAITING
    )
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    fell_back_at = models.DateTimeField(null=True)

    objects = LimitRaiseQuerySet.as_manager()

    class Meta:
        verbose_name = "raise of a limit"
        verbose_name_plural = "raises of limits"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["thing", "row_key", "field"],
                condition=Q(decision=""),
                name="limit_raise_once_waiting",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("asked_at")),
                name="limit_raise_ends_later",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(fell_back_at=None, ends_at__isnull=False),
                name="limit_raise_ending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_name}: {self.title}"

    @property
    def title(self) -> str:
        """Like "calls per hour"."""
        return self.field.removeprefix("limits.").replace("_", " ").replace(".", ": ")

    @property
    def before_text(self) -> str:
        return self._describe(self.before)

    @property
    def after_text(self) -> str:
        return self._describe(self.after)

    @property
    def may_end_earlier(self) -> bool:
        return self.decision in self.HOLDS and self.fell_back_at is None

    @property
    def sentence(self) -> str:
        return (
            f"{self.row_name}: {self.title} waits to become {self.after_text}, "
            f"asked by {self.asked_by_name}"
        )

    def is_asked_by(self, user: Any) -> bool:
        """By the name too: the account may have been deleted and made again."""
        names = [self.asked_by_name, *(self.key_holders or [])]
        return bool(user.pk == self.asked_by_id or user.get_username() in names)

    def _describe(self, value: Any) -> str:
        if value is None:
            return self._describe_absence()
        if isinstance(value, dict):
            lists = [", ".join(value.get(name, ())) for name in ("countries", "types")]
            return "; ".join(text or "none" for text in lists)
        return str(value) or "none"

    def _describe_absence(self) -> str:
        if self.field == "internal_rate":
            return "no rate"
        if self.field != "destinations":
            return "no limit"
        return "its own country" if self.thing == "tenant" else "as the tenant"
