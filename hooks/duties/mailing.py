"""Mails to whoever watches: the first at once, what follows within a minute comes together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from hooks.duties.repeating import Connection

log = logging.getLogger("hooks")
MAIL_EVERY = 60.0  # seconds at least between two mails
MOST_LINES = 20


class Mailing:
    """Rows of one kind; `unmailed` reads their ids first, `mailed` takes a list of those ids."""

    def __init__(
        self, what: str, unmailed: str, mailed: str, compose: Callable[[list[Any]], None]
    ) -> None:
        """`compose` sends the mail about rows without their ids."""
        self._what, self._unmailed, self._mailed = what, unmailed, mailed
        self._compose = compose
        self._mailed_at = -MAIL_EVERY

    async def send(self, connection: Connection) -> str:
        is_set = bool(settings.CLICKHOOK_ALARM_MAIL)
        if not is_set or time.monotonic() - self._mailed_at < MAIL_EVERY:
            return ""
        rows = await (await connection.execute(self._unmailed)).fetchall()
        if not rows:
            return ""

        self._mailed_at = time.monotonic()
        try:
            await asyncio.to_thread(self._compose, [row[1:] for row in rows])
        except (OSError, SMTPException) as error:
            log.error("%s could not be mailed: %s", self._what, error)
            return f"{self._what} could not be mailed"
        await connection.execute(self._mailed, [[row[0] for row in rows]])
        return f"mailed {len(rows)} {self._what}"


def send_lines(subject: str, lines: Sequence[str], closing: str) -> None:
    """Raises OSError and smtplib's errors."""
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    text = "\n".join([*lines[:MOST_LINES], *more, "", closing])
    send_mail(f"clickhook: {subject}", text, None, settings.CLICKHOOK_ALARM_MAIL)
