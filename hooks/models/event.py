"""One hook as it arrived, redacted, with our decision and its reason."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q

from hooks.models.call import REFUSED, Call, decisions, reasons
from hooks.models.session import Session
from tenants.models import Tenant, WcsInstance
from tenants.scope import scope_of

ALARMING = Q(
    reason__in=[
        "call_never_asked",
        "refused_call_went_on",
        "call_went_elsewhere",
        "honey_alias",
        "stream_never_asked",
        "refused_stream_went_on",
        "stream_went_elsewhere",
    ]
)


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> EventQuerySet:
        """Events of their tenants, and events without a tenant that came from their own instances.

        An instance is their own where it speaks for their tenants only.
        """
        tenants = scope_of(user).visible
        if tenants is None:
            return self.all()
        instances = list(WcsInstance.objects.for_none_but(tenants).values_list("pk", flat=True))
        return self.filter(Q(tenant__in=tenants) | Q(tenant=None, instance__in=instances))


class Event(models.Model):
    # Known before the hook is recorded, so that recording it twice changes nothing.
    hook_id = models.UUIDField("hook", null=True, editable=False)
    # No foreign key constraints: checking five of them for every hook cost more than the row.
    received_at = models.DateTimeField()
    instance = models.ForeignKey(
        WcsInstance, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    tenant = models.ForeignKey(
        Tenant, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    session = models.ForeignKey(
        Session, models.DO_NOTHING, null=True, related_name="events", db_constraint=False
    )
    call = models.ForeignKey(
        Call,
        models.DO_NOTHING,
        null=True,
        related_name="events",
        db_constraint=False,
        db_index=False,
    )
    method = models.CharField(max_length=64)
    decision = models.CharField(max_length=16, choices=decisions)
    reason = models.CharField(max_length=32, choices=reasons)
    detail = models.TextField(
        blank=True, help_text="What was wrong, where the reason alone does not say it."
    )
    body = models.JSONField()

    objects = EventQuerySet.as_manager()

    class Meta:
        # Its rows lie in weeks: hooks/event_weeks.py. What releases before knew, hooks_event, is
        # the part of it that ends with the first of them.
        db_table = "hooks_eventlog"
        constraints = [
            models.UniqueConstraint(fields=["hook_id", "received_at"], name="event_once_per_hook")
        ]
        indexes = [
            models.Index(fields=["received_at"], name="event_by_time"),
            models.Index(fields=["tenant", "received_at"], name="event_of_tenant"),
            # Only a few events are written to these.
            models.Index(
                fields=["received_at"], include=["reason"], condition=REFUSED, name="event_refused"
            ),
            models.Index(
                fields=["tenant", "received_at"],
                include=["reason"],
                condition=REFUSED,
                name="event_refused_of_tenant",
            ),
            models.Index(
                fields=["tenant", "received_at"],
                condition=Q(method="RegistrationStatusEvent"),
                name="event_registration_of_tenant",
            ),
            models.Index(
                fields=["instance", "received_at"],
                condition=Q(tenant=None),
                name="event_of_no_tenant",
            ),
            # What raises an alarm; the worker looks at the newest of them.
            models.Index(fields=["id"], condition=ALARMING, name="event_raising_alarm"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.decision}"
