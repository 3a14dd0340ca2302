"""The mail that tells of limits that are nearly or fully used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings

from hooks.duties.mailing import Mailing, send_lines
from hooks.limits.use import Use
from hooks.limits.use_text import LABELS, describe_use
from hooks.statements.watching import MAILED, UNMAILED


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


def mail_notices() -> Mailing:
    return Mailing("notices", UNMAILED, MAILED, _send)


def _send(rows: Iterable[tuple[Any, ...]]) -> None:
    lines = [NoticeLine(*row).text for row in rows]
    number = "A limit is" if len(lines) == 1 else f"{len(lines)} limits are"
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/hooks/limitnotice/"
    closing = f"All notices, with links to the tenants: {page}"
    send_lines(f"{number} nearly or fully used", lines, closing)
