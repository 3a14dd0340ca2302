"""The clocks: this machine's, PostgreSQL's, and those of the gateways."""

from __future__ import annotations

import time

from django.db import connection

from clickhook.doctor.finding import Finding, Findings

MOST = 2.0  # seconds; tickets allow 30, ends of sessions 2
REMEDY = "Let NTP set it (chrony, systemd-timesyncd)."
DATABASE = "SELECT extract(epoch FROM clock_timestamp())::float"
AHEAD = """
SELECT extract(epoch FROM max(received_at) - clock_timestamp())::float FROM hooks_eventlog
"""


def check_clock() -> Findings:
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute(DATABASE)
        here = (before + time.time()) / 2
        yield _judge(cursor.fetchone()[0] - here)

        cursor.execute(AHEAD)
        ahead = cursor.fetchone()[0] or 0.0
    if ahead > MOST:
        sentence = f"A gateway's clock was {ahead:.0f} s ahead of PostgreSQL's."
        yield Finding("clock", False, sentence, REMEDY)


def _judge(difference: float) -> Finding:
    if abs(difference) <= MOST:
        return Finding("clock", True, "This machine's clock is PostgreSQL's.")
    sentence = f"The clocks of this machine and of PostgreSQL differ by {abs(difference):.0f} s."
    return Finding("clock", False, sentence, REMEDY)
