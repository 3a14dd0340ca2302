"""DATABASE_URL: what libpq understands, and sentences that hold nothing of it."""

from __future__ import annotations

import psycopg
import pytest

from clickhook.database_url import parse_database_url, with_our_options
from hooks.database import parameters
from tests.environment import SERVER


def test_several_hosts_a_password_and_options():
    url = "postgresql://hook:a%2Fb@one:5432,two:5433/gateway?sslmode=require&connect_timeout=4"
    assert parse_database_url(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "one,two",
        "PORT": "5432,5433",
        "USER": "hook",
        "PASSWORD": "a/b",
        "NAME": "gateway",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "4"},
    }
    assert with_our_options(parse_database_url(url))["OPTIONS"]["connect_timeout"] == "4"


def test_a_socket_is_a_percent_encoded_host():
    assert parse_database_url("postgres://hook@%2Frun%2Fpg/gateway")["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://hook:S3cretPw/tail@h/db",
        "postgresql://hook:S3cretPw@tail@h/db",
        "postgresql://hook:123/S3cretPw@h/db",
        "postgresql://hook:S3cretPw%@h/db",
        "postgresql://hook:S3cretPw@h/",
        "postgresql://hook:S3cretPw@h",
        "postgresql://hook:S3cretPw@h:99999/db",
        "postgresql://hook:S3cretPw@[::1/db",
        "postgresql://hook:S3cretPw@h:\u0661/db",
        "postgresql://hook:S3cretPw@h/db?nonsense=1",
        "postgresql://hook:S3cretPw@h/db?connect_timeout=soon",
        "mysql://hook:S3cretPw@h/db",
        "sqlite:///S3cretPw",
        "hook:S3cretPw@h/db",
        "host=h password=S3cretPw",
    ],
)
def test_any_other_url_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match=".") as refused:
        parse_database_url(url)
    text = str(refused.value)
    assert "S3cret" not in text
    assert "tail" not in text
    assert "\n" not in text
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.django_db
@pytest.mark.parametrize("style", ["German", "SQL, DMY", "Postgres, MDY"])
def test_dates_are_read_whatever_the_style_of_the_role_is(style):
    place = {"host": str(SERVER.socket), "user": "clickhook", "dbname": "clickhook"}
    with psycopg.connect(**place, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE clickhook SET DateStyle = {style}")
        try:
            with psycopg.connect(**parameters()) as ours:
                (now,) = ours.execute("SELECT now()").fetchone()
        finally:
            connection.execute("ALTER ROLE clickhook RESET ALL")
    assert now.tzinfo
