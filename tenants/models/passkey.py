"""A person's passkey: a key in their phone, computer or security key, instead of a code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django_otp.models import Device

from tenants.models.second_factor import new_id

MOST = 10  # of one person


class Passkey(Device):  # type: ignore[misc]
    # Sessions name the id, so it is never reused.
    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys"
    )
    name = models.CharField(max_length=64)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    # Counts what the key has signed; some keys always say 0. A lower number means a copy.
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    def verify_token(self, token: Any) -> bool:
        return False  # nobody types anything
