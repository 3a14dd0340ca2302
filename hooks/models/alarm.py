"""An alarm: something that must not happen has happened, and somebody has to look at it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q

from hooks.models.call import Call
from hooks.models.stream import Stream
from tenants.models import Tenant, WcsInstance
from tenants.scope import OfTenantQuerySet


class AlarmQuerySet(OfTenantQuerySet["Alarm"]):
    def uncleared_for(self, user: User | AnonymousUser) -> AlarmQuerySet:
        return self.visible_to(user).filter(cleared_at=None)


class Alarm(models.Model):
    class Kind(models.TextChoices):
        """The first seven are words of hooks.reasons, so that an event finds its kind."""

        NEVER_ASKED = "call_never_asked", "WCS placed a call without asking"
        WENT_ON = "refused_call_went_on", "WCS placed a call that was refused"
        ELSEWHERE = "call_went_elsewhere", "WCS called somebody else than it was told"
        STREAM_NEVER_ASKED = "stream_never_asked", "WCS opened a stream without asking"
        STREAM_WENT_ON = "refused_stream_went_on", "WCS opened a stream that was refused"
        STREAM_ELSEWHERE = (
            "stream_went_elsewhere",
            "WCS opened another stream than it was told",
        )
        HONEY = "honey_alias", "somebody tried the honey alias"
        UNKNOWN_CALL = "unknown_call", "WCS has a call that it never reported"
        NOT_ENDED = "not_ended", "WCS does not end a call"
        SHORT_CALLS = "short_calls", "many short calls closed a callee for a while"

    kind = models.CharField(max_length=32, choices=Kind.choices)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    instance = models.ForeignKey(
        WcsInstance, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    call = models.ForeignKey(
        Call,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    stream = models.ForeignKey(
        Stream,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    wcs_call_id = models.CharField(
        "callId, or mediaSessionId of a stream", max_length=512, blank=True
    )
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.CharField(max_length=150, blank=True, db_default="")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wcs_call_id", "instance", "kind"], name="alarm_once_per_call"
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "at"], condition=Q(cleared_at=None), name="alarm_uncleared"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
