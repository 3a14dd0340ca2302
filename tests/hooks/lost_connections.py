"""Connections of gateways that end while nobody asks, as when the server restarts."""

from __future__ import annotations

from django.db import connection

END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE application_name LIKE 'clickhook hooks%'
"""


def lose_connections() -> None:
    """Each has ended when this returns."""
    with connection.cursor() as cursor:
        cursor.execute(END)
        assert all(ended for (ended,) in cursor.fetchall())
