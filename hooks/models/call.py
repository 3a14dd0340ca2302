"""The call detail record: one call in a session, asked for and perhaps placed."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from hooks.models.session import Session
from hooks.reasons import Decision, Reason
from hooks.row_id import new_row_id
from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet

REFUSED = Q(decision=Decision.REFUSED.value)
# Ended, and what it reserved was not given back yet.
UNSETTLED = Q(ended_at__isnull=False, settled_at=None, reservation__isnull=False)


def decisions() -> list[tuple[str, str]]:
    return [(decision.value, decision.value) for decision in Decision]


def reasons() -> list[tuple[str, str]]:
    return [(reason.value, reason.sentence) for reason in Reason]


class Call(models.Model):
    class EndedBy(models.TextChoices):
        FINISH = "finish", "hung up"
        BUSY = "busy", "busy"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused"
        SESSION = "session", "the session ended"
        REAPER = "reaper", "nobody ended it"

    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="calls", db_index=False
    )
    wcs_call_id = models.CharField("callId", max_length=255)
    alias = models.TextField(help_text="What the page asked for; empty: the default callee.")
    target = models.TextField(help_text="What WCS was told to dial.")
    fallback = models.TextField(
        blank=True, default="", db_default="", help_text="Alias that was called instead."
    )
    caller = models.TextField()
    decision = models.CharField(max_length=16, choices=decisions)
    reason = models.CharField(max_length=32, choices=reasons)
    asked_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, choices=EndedBy.choices, blank=True)
    end_info = models.TextField(blank=True, help_text="WCS's own words.")
    sip_status = models.PositiveIntegerField("SIP status", null=True)
    visitor = models.TextField(
        blank=True, default="", db_default="", help_text="Empty: cannot be told apart."
    )
    # What it holds in the meters of its tenant; given back once, when it has ended.
    reservation = models.JSONField(null=True)
    settled_at = models.DateTimeField(null=True)
    cost = models.BigIntegerField(null=True, help_text="Millionths of the currency's unit.")
    # How long a call lasted is unknown where no hook ended it.
    duration = models.GeneratedField(
        expression=models.Case(
            models.When(~Q(ended_by="reaper"), then=F("ended_at") - F("answered_at"))
        ),
        output_field=models.DurationField(),
        db_persist=True,
        null=True,
    )

    objects = OfTenantQuerySet["Call"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "wcs_call_id"], name="call_once_per_session")
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="call_by_time"),
            models.Index(fields=["tenant", "asked_at"], name="call_of_tenant"),
            # Only what went wrong is written to these; no condition changes before the call ends.
            models.Index(fields=["asked_at"], condition=REFUSED, name="call_refused"),
            models.Index(
                fields=["tenant", "asked_at"], condition=REFUSED, name="call_refused_of_tenant"
            ),
            models.Index(
                fields=["tenant", "asked_at"],
                condition=Q(ended_by="failed"),
                name="call_failed_of_tenant",
            ),
            # For the search for a call id: cheap to write, and a search reads only some pages.
            BrinIndex(
                fields=["wcs_call_id"],
                opclasses=["text_bloom_ops"],
                autosummarize=True,
                name="call_by_id",
            ),
            models.Index(fields=["asked_at"], condition=Q(ended_at=None), name="call_living"),
            models.Index(fields=["tenant", "id"], condition=UNSETTLED, name="call_unsettled"),
        ]

    def __str__(self) -> str:
        return self.wcs_call_id
