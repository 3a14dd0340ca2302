"""How many tones a visitor sent in a call; which ones is written nowhere."""

from __future__ import annotations

from django.db import models

from hooks.models.call import Call


class Keypad(models.Model):
    """A row of its own, since a call's row may be written in the same statement."""

    call = models.OneToOneField(
        Call,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="keypad",
        db_constraint=False,
    )
    presses = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    last = models.JSONField()

    def __str__(self) -> str:
        return f"{self.sent} tones"
