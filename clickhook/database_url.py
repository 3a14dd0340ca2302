"""DATABASE_URL for Django: libpq's own syntax, and the options of every connection of ours."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

ENCODED = "characters such as / @ : # ? % in the password are percent-encoded"
ENGINE = "django.db.backends.postgresql"
SCHEMES = ("postgresql://", "postgres://")
UNREADABLE = {"ENGINE": ENGINE, "NAME": "none"}  # stands in until the problem is printed
DJANGO_NAMES = {
    "host": "HOST",
    "port": "PORT",
    "user": "USER",
    "password": "PASSWORD",
    "dbname": "NAME",
}
# Every connection gives up within seconds on a server that does not answer; the URL may say
# otherwise.
PATIENCE = {
    "connect_timeout": 2,  # seconds, for each host
    "tcp_user_timeout": 5000,  # milliseconds
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 3,
}


def parse_database_url(url: str) -> dict[str, Any]:
    """For Django's DATABASES. Raises ValueError, which repeats nothing of the URL."""
    if not url.startswith(SCHEMES):
        raise ValueError("is not postgresql://user:password@host/name")
    try:
        given = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    except (psycopg.Error, UnicodeError):  # the message may hold a part of the password
        raise ValueError(
            f"cannot be read; options in its query are libpq's, and {ENCODED}"
        ) from None

    _check(given)
    database = {DJANGO_NAMES[name]: given.pop(name) for name in DJANGO_NAMES if name in given}
    return {"ENGINE": ENGINE, "NAME": "", **database, "OPTIONS": given}


def with_our_options(database: dict[str, Any], wanted: str = "read-write") -> dict[str, Any]:
    """`wanted`: which of several servers; the URL may say otherwise here too."""
    ours = PATIENCE | {"target_session_attrs": wanted}
    return database | {"OPTIONS": ours | database.get("OPTIONS", {})}


def _check(given: dict[str, Any]) -> None:
    name = given.get("dbname", "")
    if not name and not given.get("service"):
        raise ValueError("names no database: postgresql://user:password@host/name")
    if "@" in given.get("host", "")[1:] or "@" in name or "/" in name:
        raise ValueError(f"has a stray / or @; {ENCODED}")
    for port in given.get("port", "").split(","):
        if port and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= 65535):
            raise ValueError(f"has a port that is not from 1 to 65535; {ENCODED}")
    if not re.fullmatch("[0-9]{1,6}", given.get("connect_timeout", "2")):
        raise ValueError("has a connect_timeout that is not in seconds")
