"""When somebody uploaded a file, and how many new origins it named: uploads are paced by these."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone

PACE_WINDOW = timedelta(minutes=10)
MOST_UPLOADS = 10  # of one person within PACE_WINDOW
MOST_NEW_ORIGINS = 20_000  # the same: an upload tells which origins other tenants have


class UploadAttempt(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    new_origins = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["owner", "at"], name="upload_attempt_of_owner")]

    def __str__(self) -> str:
        return str(self.at)


@transaction.atomic
def seconds_until_allowed(user: User, new_origins: int) -> int:
    """0 where the upload may go on; then it is counted."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one upload after another
    now, attempts = timezone.now(), UploadAttempt.objects.filter(owner=user)
    attempts.filter(at__lte=now - PACE_WINDOW).delete()

    earlier = list(attempts.order_by("-at").values_list("at", "new_origins"))
    free_at = _free_at(earlier, new_origins, now)
    if free_at > now:
        return int((free_at - now).total_seconds()) + 1

    UploadAttempt.objects.create(owner=user, at=now, new_origins=new_origins)
    return 0


def _free_at(earlier: list[tuple[datetime, int]], new_origins: int, now: datetime) -> datetime:
    """`earlier`: the newest first. Nothing of what came before the one that is too much counts."""
    total = new_origins
    for number, (at, origins) in enumerate(earlier, 1):
        total += origins
        if number >= MOST_UPLOADS or (origins and total > MOST_NEW_ORIGINS):
            return at + PACE_WINDOW
    return now
