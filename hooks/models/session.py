"""One browser connection at one WCS instance, from an accepted connect to its end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hooks.row_id import new_row_id
from tenants.models import Domain, SipAccount, Tenant, WcsInstance
from tenants.scope import OfTenantQuerySet


class Session(models.Model):
    class EndedBy(models.TextChoices):
        DISCONNECTED = "disconnected", "disconnected"
        FAILED = "failed", "the connection failed"
        SUPERSEDED = "superseded", "the same session id connected anew"
        REAPER = "reaper", "nobody ended it"

    # No foreign key constraints: they cost four look-ups and four row locks for every connect. A
    # reference to a missing row is refused when it is read, and PROTECT keeps the admin from
    # deleting a tenant or an instance that has sessions.
    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.PROTECT,
        related_name="sessions",
        db_index=False,
        db_constraint=False,
    )
    instance = models.ForeignKey(
        WcsInstance,
        on_delete=models.PROTECT,
        related_name="sessions",
        db_index=False,
        db_constraint=False,
    )
    node_id = models.CharField("nodeId", max_length=255)
    wcs_session_id = models.CharField("sessionId", max_length=512)
    app_key = models.CharField("appKey", max_length=255)
    domain = models.ForeignKey(
        Domain,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    origin = models.TextField()
    sip_account = models.ForeignKey(
        SipAccount,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    sip_login = models.TextField("SIP login")
    visitor = models.TextField(
        blank=True, default="", db_default="", help_text="Empty: cannot be told apart."
    )
    visitor_display = models.TextField(
        "known as", blank=True, default="", db_default="", help_text="The visitor's short form."
    )
    ticketed = models.BooleanField(default=False, db_default=False)
    ticket_alias = models.TextField(
        blank=True, default="", db_default="", help_text="Empty: any callee."
    )
    publish_alias = models.TextField(
        "may publish", blank=True, default="", db_default="", help_text="Alias; empty: no stream."
    )
    play_alias = models.TextField(
        "may play", blank=True, default="", db_default="", help_text="Alias; empty: no stream."
    )
    label = models.TextField(blank=True, default="", db_default="")
    context = models.JSONField(null=True)
    # Which password it got; null: the account's current one at that time.
    sip_password_since = models.DateTimeField(null=True)
    connect_digest = models.CharField(
        max_length=32,
        help_text="Of the connect hook's body: tells a repeated hook from a new connection.",
    )
    opened_at = models.DateTimeField()
    established_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, choices=EndedBy.choices, blank=True)

    objects = OfTenantQuerySet["Session"].as_manager()

    class Meta:
        constraints = [
            # WCS reuses session ids: of one id many sessions may have ended, one may live.
            models.UniqueConstraint(
                fields=["wcs_session_id", "node_id", "instance", "ended_at"],
                nulls_distinct=False,
                name="session_lives_once",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="session_by_time"),
            models.Index(fields=["tenant", "opened_at"], name="session_of_tenant"),
            # Ends with the id: the order in which an account's living sessions are counted.
            models.Index(
                fields=["sip_account", "id"], condition=Q(ended_at=None), name="session_living"
            ),
        ]

    def __str__(self) -> str:
        return self.wcs_session_id
