"""The mail that tells of alarms: what happened, where, and which setting to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings

from hooks.duties.mailing import Mailing, send_lines
from hooks.models import Alarm

UNMAILED = """
SELECT alarm.id, alarm.kind, tenant.slug, instance.name, alarm.wcs_call_id
  FROM hooks_alarm alarm
  LEFT JOIN tenants_tenant tenant ON tenant.id = alarm.tenant_id
  LEFT JOIN tenants_wcsinstance instance ON instance.id = alarm.instance_id
 WHERE alarm.mailed_at IS NULL AND alarm.cleared_at IS NULL
 ORDER BY alarm.at LIMIT 500
"""
MAILED = "UPDATE hooks_alarm SET mailed_at = now() WHERE id = ANY (%s)"


class AlarmLine(NamedTuple):
    kind: str
    tenant: str | None  # its slug
    instance: str | None  # its name
    wcs_call_id: str

    @property
    def text(self) -> str:
        what = dict(Alarm.Kind.choices).get(self.kind, self.kind)
        places = f"tenant {self.tenant or 'unknown'}, WCS instance {self.instance or 'unknown'}"
        thing = "stream" if "stream" in self.kind else "call"
        return f"{what}: {places}, {thing} {self.wcs_call_id or 'unknown'}"


def mail_alarms() -> Mailing:
    return Mailing("alarms", UNMAILED, MAILED, _send)


def _send(rows: Iterable[tuple[Any, ...]]) -> None:
    lines = [AlarmLine(*row).text for row in rows]
    number = "An alarm" if len(lines) == 1 else f"{len(lines)} alarms"
    page = f"{settings.CLICKHOOK_PUBLIC_URL}/admin/hooks/alarm/"
    host = settings.CLICKHOOK_PUBLIC_URL.partition("://")[2]
    send_lines(f"{number} of {host}", lines, f"What to do stands here: {page}")
