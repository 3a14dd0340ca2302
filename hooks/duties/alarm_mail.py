"""The mail that tells of alarms: what happened, where, and which setting to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail

from hooks.models import Alarm

MOST_LINES = 20


class AlarmLine(NamedTuple):
    kind: str
    tenant: str | None  # its slug
    instance: str | None  # its name
    wcs_call_id: str

    @property
    def text(self) -> str:
        what = dict(Alarm.Kind.choices).get(self.kind, self.kind)
        places = f"tenant {self.tenant or 'unknown'}, WCS instance {self.instance or 'unknown'}"
        return f"{what}: {places}, call {self.wcs_call_id or 'unknown'}"


def mail_is_set() -> bool:
    return bool(settings.CLICKHOOK_ALARM_MAIL)


def send_alarm_mail(alarms: Sequence[AlarmLine]) -> None:
    """Raises OSError and smtplib's errors."""
    lines = [alarm.text for alarm in alarms[:MOST_LINES]]
    if len(alarms) > MOST_LINES:
        lines.append(f"and {len(alarms) - MOST_LINES} more")
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/hooks/alarm/"
    number = "An alarm" if len(alarms) == 1 else f"{len(alarms)} alarms"

    send_mail(
        f"clickhook: {number} of {settings.CLICKHOOK_PUBLIC_URL.partition('://')[2]}",
        "\n".join([*lines, "", f"What to do stands here: {page}"]),
        None,
        settings.CLICKHOOK_ALARM_MAIL,
    )
