"""How a person wants times to be shown: in which zone, and written in which way."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models


class TimeDisplay(models.Model):
    class Writing(models.TextChoices):
        """Each is the locale by which a browser writes a time in this way."""

        BROWSERS = "", "as the browser writes times"
        YEAR_FIRST = "sv-SE", "2026-11-26 19:10:00"
        DAY_WITH_DOTS = "de-DE", "26.11.2026, 19:10:00"
        DAY_WITH_SLASHES = "en-GB", "26/11/2026, 19:10:00"
        MONTH_FIRST = "en-US", "11/26/2026, 07:10:00 PM"

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="time_display"
    )
    zone = models.CharField("time zone", max_length=64, blank=True)
    writing = models.CharField(
        "dates and times", max_length=8, choices=Writing.choices, blank=True, default=""
    )

    def __str__(self) -> str:
        return f"{self.zone} {self.writing}".strip()
