"""A text that a tenant sends to the pages of connected visitors, and to whom it goes."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now

from hooks.models.session import Session
from hooks.row_id import new_row_id
from tenants.models import Tenant, WcsInstance
from tenants.scope import OfTenantQuerySet


class DataMessage(models.Model):
    class To(models.TextChoices):
        SESSION = "session", "one session"
        CALL = "call", "the visitor of a call"
        EVERYBODY = "everybody", "all connected visitors"

    # It is the operationId of each POST to WCS: a page that gets it twice shows it once.
    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        related_name="data_messages",
        db_index=False,
        db_constraint=False,
    )
    goes_to = models.CharField("receivers", max_length=16, choices=To.choices)
    text = models.TextField()
    by = models.TextField("sent by")
    # More visitors were connected than one message reaches; the rest gets nothing.
    is_cut = models.BooleanField("cut", default=False, db_default=False)
    sent_at = models.DateTimeField("sent", db_default=Now())

    objects = OfTenantQuerySet["DataMessage"].as_manager()

    class Meta:
        verbose_name = "message"
        indexes = [
            models.Index(fields=["tenant", "sent_at"], name="data_message_of_tenant"),
            models.Index(fields=["sent_at"], name="data_message_by_time"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    def count_recipients(self) -> dict[str, int]:
        """By state; every state is there."""
        rows = self.recipients.order_by().values_list("state").annotate(Count("id"))
        return dict.fromkeys(DataRecipient.State.values, 0) | dict(rows)


class DataRecipient(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        TAKEN = "taken", "WCS took it"
        GONE = "gone", "no longer connected"
        FAILED = "failed", "given up"

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        DataMessage,
        on_delete=models.CASCADE,
        related_name="recipients",
        db_constraint=False,
        db_index=False,
    )
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    instance = models.ForeignKey(
        WcsInstance, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    result = models.CharField(max_length=32, blank=True, help_text="Why it was not taken.")
    tries = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())

    objects = OfTenantQuerySet["DataRecipient"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "session"], name="data_recipient_once")
        ]
        indexes = [
            models.Index(
                fields=["instance", "tenant", "due_at", "id"],
                condition=Q(state="waiting"),
                name="data_recipient_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"
