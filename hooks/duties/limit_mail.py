"""The mail that tells of limits that are nearly or fully used."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail

from hooks.duties.alarm_mail import MOST_LINES, mail_is_set
from hooks.duties.alarming import MAIL_EVERY
from hooks.duties.repeating import Connection
from hooks.limits.use import Use
from hooks.limits.use_text import LABELS, describe_use
from hooks.statements.watching import MAILED, UNMAILED

log = logging.getLogger("hooks")


class NoticeLine(NamedTuple):
    tenant: str  # its slug
    currency: str
    place: str  # whose limit; empty: the tenant's
    limit: str
    level: str
    used: int
    most: int

    @property
    def text(self) -> str:
        use = Use(self.limit, self.used, self.most)
        whose = f"tenant {self.tenant}{', ' if self.place else ''}{self.place}"
        label = LABELS.get(self.limit, self.limit)
        return f"{self.level}: {whose}: {label}: {describe_use(use, self.currency)}"


class NoticeMail:
    """The first notice is mailed at once; those that follow within a minute come together."""

    def __init__(self) -> None:
        self._mailed_at = -MAIL_EVERY

    async def send(self, connection: Connection) -> str:
        if not mail_is_set() or time.monotonic() - self._mailed_at < MAIL_EVERY:
            return ""
        rows = await (await connection.execute(UNMAILED)).fetchall()
        if not rows:
            return ""

        self._mailed_at = time.monotonic()
        try:
            await asyncio.to_thread(_send, [NoticeLine(*row[1:]) for row in rows])
        except (OSError, SMTPException) as error:
            log.error("notices of limits could not be mailed: %s", error)
            return "notices could not be mailed"
        await connection.execute(MAILED, [[row[0] for row in rows]])
        return f"mailed {len(rows)} notices"


def _send(notices: Sequence[NoticeLine]) -> None:
    lines = [notice.text for notice in notices[:MOST_LINES]]
    if len(notices) > MOST_LINES:
        lines.append(f"and {len(notices) - MOST_LINES} more")
    number = "A limit is" if len(notices) == 1 else f"{len(notices)} limits are"
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/hooks/limitnotice/"

    send_mail(
        f"clickhook: {number} nearly or fully used",
        "\n".join([*lines, "", f"All notices, with links to the tenants: {page}"]),
        None,
        settings.CLICKHOOK_ALARM_MAIL,
    )
