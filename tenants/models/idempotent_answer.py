"""What a request to the API was answered, so that its repetition gets the same and does nothing."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.db import models

from tenants.models.api_key import ApiKey
from tenants.secrets.fields import SecretField

LASTS = timedelta(hours=24)
LONGEST_KEY = 255  # characters


class IdempotentAnswer(models.Model):
    # The answer is sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=LONGEST_KEY)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    answer = SecretField(help_text="It may hold a secret that is shown once.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "key"], name="idempotent_answer_once_per_key"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_answer_by_time")]

    def __str__(self) -> str:
        return self.key

    @property
    def body(self) -> Any:
        """Raises SecretUnreadable."""
        return json.loads(self.answer.reveal())
