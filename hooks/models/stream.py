"""The record of one stream: published or played in a session, asked for and perhaps begun."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from hooks.models.call import REFUSED, decisions, reasons
from hooks.models.session import Session
from hooks.reasons import Decision
from hooks.row_id import new_row_id
from hooks.streams.methods import PLAY, PUBLISH
from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet

ALLOWED = Q(decision=Decision.ALLOWED.value)
# Ended, and still counted as living in the meters of its tenant.
COUNTED_STILL = ALLOWED & Q(ended_at__isnull=False, settled_at=None)


class Stream(models.Model):
    class Kind(models.TextChoices):
        PUBLISH = PUBLISH, "published"
        PLAY = PLAY, "played"

    class EndedBy(models.TextChoices):
        STOPPED = "stopped", "stopped"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused"
        SESSION = "session", "the session ended"
        REAPER = "reaper", "nobody ended it"

    # No foreign key constraints, as with sessions.
    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.PROTECT,
        related_name="streams",
        db_index=False,
        db_constraint=False,
    )
    session = models.ForeignKey(
        Session,
        on_delete=models.CASCADE,
        related_name="streams",
        db_index=False,
        db_constraint=False,
    )
    media_session_id = models.CharField("mediaSessionId", max_length=255)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    alias = models.TextField(help_text="What the page asked for.")
    name = models.TextField("real name", blank=True, help_text="What WCS was told.")
    scope = models.TextField(blank=True, editable=False)  # of the meter of its alias
    decision = models.CharField(max_length=16, choices=decisions)
    reason = models.CharField(max_length=32, choices=reasons)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ends_by = models.DateTimeField(null=True, help_text="Then the worker has WCS end it.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, choices=EndedBy.choices, blank=True)
    end_info = models.TextField(blank=True, help_text="WCS's own words.")
    visitor = models.TextField(blank=True, help_text="Empty: cannot be told apart.")
    settled_at = models.DateTimeField(null=True)
    duration = models.GeneratedField(
        expression=models.Case(
            models.When(~Q(ended_by="reaper"), then=F("ended_at") - F("began_at"))
        ),
        output_field=models.DurationField(),
        db_persist=True,
        null=True,
    )

    objects = OfTenantQuerySet["Stream"].as_manager()

    class Meta:
        constraints = [
            # In this order it is looked up: one that was allowed comes before one that was not.
            models.UniqueConstraint(
                fields=["session", "media_session_id", "decision"], name="stream_once_per_session"
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="stream_by_time"),
            models.Index(fields=["tenant", "asked_at"], name="stream_of_tenant"),
            models.Index(fields=["asked_at"], condition=REFUSED, name="stream_refused"),
            models.Index(
                fields=["tenant", "asked_at"], condition=REFUSED, name="stream_refused_of_tenant"
            ),
            # For the search for an id, as with calls.
            BrinIndex(
                fields=["media_session_id"],
                opclasses=["text_bloom_ops"],
                autosummarize=True,
                name="stream_by_id",
            ),
            models.Index(
                fields=["ends_by"], condition=ALLOWED & Q(ended_at=None), name="stream_living"
            ),
            models.Index(
                fields=["tenant", "id"], condition=COUNTED_STILL, name="stream_counted_still"
            ),
        ]

    def __str__(self) -> str:
        return self.media_session_id
