"""How often a key of the API asked lately: one row for each key, whichever process it asked."""

from __future__ import annotations

from django.db import models

from tenants.models.api_key import ApiKey


class ApiPace(models.Model):
    api_key = models.OneToOneField(
        ApiKey, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    full_at = models.DateTimeField()  # when the key may ask a whole minute's requests again

    def __str__(self) -> str:
        return str(self.api_key)
