"""A stream that visitors may publish or play: an alias for the page, and WCS's name for it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from tenants.models.callee import ALIAS
from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet

MOST_PUBLISHERS, MOST_PLAYERS = 1_000, 30_000
LONGEST = 86_400  # seconds
# WCS takes a name like rtsp://camera/1 for an address to fetch the stream from, and a slash for the
# path of an RTMP application.
STREAM_NAME = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z",
    "A stream's name has letters, digits, - _ and . only, like studio-4f1c.",
)


def at_most(most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(1), MaxValueValidator(most)]


class StreamAlias(models.Model):
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="stream_aliases", db_index=False
    )
    alias = models.CharField(
        max_length=63,
        validators=[ALIAS],
        help_text="The name that the page and its ticket use, like studio.",
    )
    name = models.CharField(
        "real name",
        max_length=128,
        unique=True,
        validators=[STREAM_NAME],
        help_text="WCS's name of the stream; no visitor learns it. One name belongs to one alias.",
        error_messages={"unique": "Another alias has this name already."},
    )
    may_publish = models.BooleanField(
        "open for publishing",
        default=False,
        help_text="Visitors whose ticket says so may publish it.",
    )
    may_play = models.BooleanField(
        "open for playing",
        default=False,
        help_text="Visitors whose ticket says so may play it.",
    )
    publishers = models.PositiveIntegerField(
        default=1, validators=at_most(MOST_PUBLISHERS), help_text="How many may publish at once."
    )
    players = models.PositiveIntegerField(
        default=10, validators=at_most(MOST_PLAYERS), help_text="How many may play at once."
    )
    longest_seconds = models.PositiveIntegerField(
        "longest",
        default=3_600,
        validators=at_most(LONGEST),
        help_text="Seconds; then the worker has WCS end it, the publisher's and each player's.",
    )

    objects = OfTenantQuerySet["StreamAlias"].as_manager()

    class Meta:
        verbose_name_plural = "stream aliases"
        ordering = ["tenant", "alias"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "alias"],
                name="stream_alias_once_per_tenant",
                violation_error_message="This tenant has a stream of that alias already.",
            )
        ]

    def __str__(self) -> str:
        return self.alias
