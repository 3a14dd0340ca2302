"""A stream that WCS is to end, and how far that is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hooks.models.stream import Stream


class StreamEnding(models.Model):
    class Because(models.TextChoices):
        SWITCH = "switch", "switched off"
        LONGEST = "longest", "the stream lasted as long as its alias allows"
        CLOSED = "closed", "somebody ended it on its page"
        BYPASS = "bypass", "the stream was never allowed"

    stream = models.OneToOneField(
        Stream,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="ending",
        db_constraint=False,
    )
    because = models.CharField(max_length=16, choices=Because.choices)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    result = models.CharField(max_length=32, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="stream_ending_due")
        ]

    def __str__(self) -> str:
        return str(self.stream_id)
