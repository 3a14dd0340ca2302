"""It refuses to start insecure."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def settings(**environment: str) -> subprocess.CompletedProcess[str]:
    show = "print(s.SECRET_KEY and 'key', s.SESSION_COOKIE_SECURE, s.ALLOWED_HOSTS, s.DEBUG)"
    show = f"from django.conf import settings as s; {show}"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clickhook.settings", **environment}
    return subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example",
        "http://localhost.evil.example",
        "gateway.example",
        "",
        "ftp://x",
        "https://",
    ],
)
def test_a_public_url_is_https_or_local(url):
    refused = settings(CLICKHOOK_PUBLIC_URL=url)
    assert refused.returncode == 1
    assert "CLICKHOOK_PUBLIC_URL" in refused.stderr


def test_cookies_are_secure_where_the_url_is_https():
    shown = settings(CLICKHOOK_PUBLIC_URL="https://gateway.example").stdout
    assert shown.startswith("key True ['gateway.example',")
    assert shown.strip().endswith("False")


def test_there_is_no_default_key(tmp_path):
    assert "SECRET_KEY" in settings(CLICKHOOK_DATA_DIR=str(tmp_path)).stderr


def test_secrets_may_come_from_files(tmp_path):
    (tmp_path / "key").write_text("from-a-file")
    shown = settings(
        CLICKHOOK_DATA_DIR=str(tmp_path), CLICKHOOK_SECRET_KEY_FILE=str(tmp_path / "key")
    )
    assert shown.stdout.startswith("key")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://u@h/d"])
def test_there_is_one_engine(url):
    assert "postgresql://" in settings(DATABASE_URL=url).stderr


@pytest.mark.parametrize(
    ("name", "value"), [("CLICKHOOK_CALL_LEASE", "soon"), ("CLICKHOOK_HOOK_DEADLINE", "-")]
)
def test_a_number_is_a_number(name, value):
    assert settings(**{name: value}).returncode == 1


@pytest.mark.parametrize("keys", ["", "k1:AAAA", "no key at all"])
def test_without_a_sound_key_ring_nothing_is_served(keys, tmp_path):
    environment = {
        **os.environ,
        "CLICKHOOK_DATA_DIR": str(tmp_path),
        "CLICKHOOK_SECRET_KEY": "x",
        "CLICKHOOK_ENCRYPTION_KEYS": keys,
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "docker/gunicorn.conf.py",
        "--bind",
        "127.0.0.1:0",
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
    )

    assert ended.returncode != 0
    assert "CLICKHOOK_ENCRYPTION_KEYS" in ended.stderr
    assert not keys or keys not in ended.stderr
