"""The mail that tells of webhook endpoints that fail, a day before they are disabled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from hooks.duties.delivering import DISABLED_AFTER
from hooks.duties.mailing import Mailing, send_lines
from hooks.statements.delivering import MAILED, UNMAILED


class FailingLine(NamedTuple):
    tenant: str  # its slug
    url: str
    since: datetime
    problem: str

    @property
    def text(self) -> str:
        """Without the path of the URL, which may be a secret."""
        host = urlsplit(self.url).netloc
        return f"tenant {self.tenant}: {host} fails since {self.since:%d %B, %H:%M}: {self.problem}"


def mail_failing_endpoints() -> Mailing:
    return Mailing("failing webhook endpoints", UNMAILED, MAILED, _send)


def _send(rows: Iterable[tuple[Any, ...]]) -> None:
    lines = [FailingLine(*row).text for row in rows]
    number = (
        "A webhook endpoint fails" if len(lines) == 1 else f"{len(lines)} webhook endpoints fail"
    )
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/tenants/webhookendpoint/"
    closing = f"After {DISABLED_AFTER} days without success they are disabled. All of them: {page}"
    send_lines(number, lines, closing)
