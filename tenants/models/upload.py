"""An uploaded file that is not confirmed yet."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from tenants.secrets.encryption import place
from tenants.secrets.fields import key_ring

MAX_BYTES = 10 * 1024 * 1024
LIFETIME = timedelta(hours=1)


class UploadQuerySet(models.QuerySet["Upload"]):
    def expired(self) -> UploadQuerySet:
        return self.filter(at__lt=timezone.now() - LIFETIME)

    def replaced_by_upload_of(self, user: User) -> UploadQuerySet:
        """Uploads that are too old, and those that this user's new upload replaces."""
        return self.expired() | self.filter(owner=user)

    def living(self) -> UploadQuerySet:
        return self.filter(at__gte=timezone.now() - LIFETIME)


class Upload(models.Model):
    """The whole file is sealed: it may hold passwords."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    table = models.CharField(max_length=63, blank=True)  # empty: a document with everything in it
    sealed = models.TextField()
    # The slug for every row, where the file has no column for it.
    tenant = models.CharField(max_length=63, blank=True)
    # Columns of the file that are left out.
    ignored_columns: models.JSONField[Any, Any] = models.JSONField(default=list)
    digest = models.CharField(max_length=64)  # of the changes that the preview showed
    preview: models.JSONField[Any, Any] = models.JSONField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name

    def seal(self, content: bytes) -> None:
        # Latin-1 has a character for each byte.
        self.sealed = key_ring().seal(content.decode("latin-1"), self._place)

    def open(self) -> bytes:
        """Raises SecretUnreadable."""
        return key_ring().open(self.sealed, self._place).encode("latin-1")

    @property
    def _place(self) -> str:
        return place(None, self._meta.db_table, self.pk, "content")
