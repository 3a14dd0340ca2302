"""The mail about visitors who ask to be called back; who they are stands in the list alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from hooks.duties.mailing import Mailing, send_lines
from hooks.statements.calling_back import MAILED, UNMAILED

EVERY = 10.0  # seconds


class RequestLine(NamedTuple):
    tenant: str  # its slug
    asked_at: datetime

    @property
    def text(self) -> str:
        return f"tenant {self.tenant}: asked on {self.asked_at:%d %B, %H:%M}"


def mail_callback_requests() -> Mailing:
    return Mailing("call-back requests", UNMAILED, MAILED, _send)


def _send(rows: Iterable[tuple[Any, ...]]) -> None:
    lines = [RequestLine(*row).text for row in rows]
    number = "A visitor asks" if len(lines) == 1 else f"{len(lines)} visitors ask"
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/hooks/callbackrequest/"
    send_lines(
        f"{number} to be called back", lines, f"Who they are, and marking it as done: {page}"
    )
