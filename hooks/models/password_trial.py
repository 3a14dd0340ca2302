"""The trial of a SIP account's next password: one session has it, and shows whether it works."""

from __future__ import annotations

from django.db import models

from tenants.models import SipAccount


class PasswordTrial(models.Model):
    """Without a row for the account's `next_since`, the next session that connects gets one."""

    class State(models.TextChoices):
        PROVING = "proving", "one session tries it"
        PROVED = "proved", "it works"
        FAILED = "failed", "the SIP server did not accept it"

    account = models.ForeignKey(
        SipAccount,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    since = models.DateTimeField(help_text="When the password was entered.")
    session_id = models.UUIDField()
    began_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State.choices)
    detail = models.TextField(blank=True, help_text="What the SIP server said.")

    class Meta:
        constraints = [
            # So that of many connects at once, in any number of processes, one gets the password.
            models.UniqueConstraint(
                fields=["account", "since"], name="password_trial_one_at_a_time"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state="proving"), name="password_trial_proving"
            )
        ]

    def __str__(self) -> str:
        return self.get_state_display()
