"""How the gateway's own connections reach the database."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError)


def parameters() -> dict[str, Any]:
    """For psycopg, without what Django adds for itself."""
    given = connections["default"].get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold")  # Django's own, for its own cursors
    waits = {"connect_timeout": 2, "tcp_user_timeout": 10_000}  # seconds, milliseconds
    return {name: value for name, value in given.items() if name not in ours} | waits
