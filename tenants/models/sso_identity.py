"""A person's account at the company's OpenID Connect provider."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django_otp.models import Device, DeviceManager

from tenants.models.second_factor import new_id


class SsoIdentityManager(DeviceManager):  # type: ignore[misc]
    def of(self, issuer: str, subject: str) -> Any:
        return self.filter(issuer=issuer, subject=subject)


class SsoIdentity(Device):  # type: ignore[misc]
    """A session that the provider verified names this row, as others name a second factor's."""

    # Sessions name the id, so it is never reused.
    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    name = None
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)  # the longest that OpenID Connect allows
    linked_at = models.DateTimeField(default=timezone.now)

    objects = SsoIdentityManager()

    class Meta:
        verbose_name = "account at the provider"
        verbose_name_plural = "accounts at the provider"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="sso_identity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="sso_identity_of_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.issuer}"

    def verify_token(self, token: str) -> bool:
        return False  # nobody types anything: the provider has verified the person

    @classmethod
    def link(cls, user: Any, issuer: str, subject: str) -> Self:
        """From now on the person signs in at the provider, and has no password here."""
        user.set_unusable_password()
        user.save(update_fields=["password"])
        linked: Self = cls.objects.create(user=user, issuer=issuer, subject=subject)
        return linked
