"""A login and password for the visitors of a closed group."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core.validators import RegexValidator
from django.db import models

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet

MOST_WRONG = 5  # passwords, then nobody signs in with this login for a while
LOCKED_FOR = timedelta(minutes=15)
LOGIN = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9@._+-]{0,63}\Z", "Letters, digits and @ . _ + - only, at most 64."
)


class VisitorLogin(models.Model):
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="visitor_logins", db_index=False
    )
    login = models.CharField(max_length=64, validators=[LOGIN])
    password = models.CharField(max_length=128, editable=False, help_text="Its hash.")
    enabled = models.BooleanField(default=True)
    # Named as the audit names what changes with every use.
    throttling_failure_count = models.PositiveIntegerField(default=0, editable=False)
    throttling_failure_timestamp = models.DateTimeField(null=True, editable=False)

    objects = OfTenantQuerySet["VisitorLogin"].as_manager()

    class Meta:
        ordering = ["tenant", "login"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "login"],
                name="visitor_login_once_per_tenant",
                violation_error_message="This tenant has that login already.",
            )
        ]

    def __str__(self) -> str:
        return self.login

    def set_password(self, password: str) -> None:
        self.password = make_password(password)
        self.throttling_failure_count = 0

    def is_locked(self, now: datetime) -> bool:
        failed_at = self.throttling_failure_timestamp
        return (
            self.throttling_failure_count >= MOST_WRONG
            and failed_at is not None
            and now < failed_at + LOCKED_FOR
        )
