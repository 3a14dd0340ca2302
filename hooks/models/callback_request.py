"""A visitor who reached nobody asks to be called back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from hooks.row_id import new_row_id
from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class CallbackRequestQuerySet(OfTenantQuerySet["CallbackRequest"]):
    def mark_done(self, by: str) -> int:
        return self.filter(done_at=None).update(done_at=timezone.now(), done_by=by)

    def mark_not_done(self) -> int:
        return self.exclude(done_at=None).update(done_at=None, done_by="")


class CallbackRequest(models.Model):
    class Because(models.TextChoices):
        CLOSED = "closed", "closed"
        BUSY = "busy", "busy"
        REFUSED = "refused", "refused"
        NO_ANSWER = "no-answer", "nobody answered"
        FAILED = "failed", "the call failed"

    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        related_name="callback_requests",
        db_index=False,
        db_constraint=False,
    )
    asked_at = models.DateTimeField("asked")
    alias = models.TextField("callee")
    because = models.CharField("reason", max_length=16, choices=Because.choices)
    # As the visitor wrote it.
    name = models.CharField(max_length=100, blank=True)
    reach = models.CharField("number or address", max_length=100)
    sentence = models.CharField("message", max_length=300, blank=True)
    visitor = models.TextField(blank=True, help_text="Empty: cannot be told apart.")
    done_at = models.DateTimeField("done", null=True)
    done_by = models.TextField(blank=True)
    mailed_at = models.DateTimeField(null=True)

    objects = CallbackRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "call-back request"
        indexes = [
            models.Index(fields=["tenant", "asked_at"], name="callback_of_tenant"),
            models.Index(fields=["asked_at"], name="callback_by_time"),
        ]

    def __str__(self) -> str:
        return f"asked at {self.asked_at:%Y-%m-%d %H:%M}"
