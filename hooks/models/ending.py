"""A call that WCS is to end, and how far that is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hooks.models.call import Call


class Ending(models.Model):
    class Because(models.TextChoices):
        SWITCH = "switch", "switched off"
        HANG_UP = "hang_up", "somebody hung up on the live page"
        LONGEST = "longest", "the call lasted as long as its limits allow"
        MONEY = "money", "the money or the time of a limit was used up"
        BYPASS = "bypass", "the call was never allowed"
        LEFT_OVER = "left_over", "the call had ended here, and went on at WCS"

    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, primary_key=True, related_name="ending", db_constraint=False
    )
    because = models.CharField(max_length=16, choices=Because.choices)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    result = models.CharField(max_length=32, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="ending_due")]

    def __str__(self) -> str:
        return str(self.call_id)
