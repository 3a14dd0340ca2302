"""How often a key of the API asked lately, whichever process of the gateway it asked."""

from __future__ import annotations

from django.db import models

from tenants.models.api_key import ApiKey


class ApiPace(models.Model):
    pk = models.CompositePrimaryKey("api_key_id", "of")
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    of = models.CharField(max_length=16)  # what is counted: requests, answers
    full_at = models.DateTimeField()  # when the key may ask as often as at the beginning again

    def __str__(self) -> str:
        return f"{self.api_key_id}: {self.of}"
