"""It refuses to start insecure."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import subprocess
import sys

import pytest

from tenants.secrets.encryption import new_key
from tests.clickhook.keys import STRONG_KEY
from tests.conftest import ROOT


def settings(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a process that reads them shows; a process of its own would take a second."""
    errors, shown, code = io.StringIO(), "", 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(errors):
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            made = runpy.run_path(str(ROOT / "clickhook" / "settings.py"))
            shown = "{} {SESSION_COOKIE_SECURE} {ALLOWED_HOSTS} {DEBUG}".format(
                made["SECRET_KEY"] and "key", **made
            )
        except SystemExit as ended:
            code = 1
            print(ended, file=errors)
    return subprocess.CompletedProcess([], code, shown, errors.getvalue())


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
    """Django says so when the key is read, so this needs a process."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clickhook.settings"}
    refused = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; settings.SECRET_KEY"],
        cwd=ROOT,
        env={**environment, "CLICKHOOK_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "SECRET_KEY" in refused.stderr


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("S3cretPw", "is shorter than 50 characters"),
        ("S3cretPw" * 8, "can be guessed"),
        ("django-insecure-" + STRONG_KEY, "can be guessed"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused(key, sentence):
    refused = settings(CLICKHOOK_SECRET_KEY=key)
    assert refused.returncode == 1
    assert f"CLICKHOOK_SECRET_KEY {sentence}" in refused.stderr
    assert key not in refused.stderr


def test_secrets_may_come_from_files(tmp_path):
    (tmp_path / "key").write_text(STRONG_KEY)
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


WRONG = {
    "DATABASE_URL": "postgresql://hook:S3cretPw/tail@h/db",
    "CLICKHOOK_PUBLIC_URL": "https://user:S3cretPw@gateway.example/path",
    "CLICKHOOK_ALLOWED_HOSTS": "https://x.example",
    "CLICKHOOK_SECRET_KEY_FILE": "/nonexistent",
    "CLICKHOOK_ENCRYPTION_KEYS": "S3cretPw",
    "CLICKHOOK_BIND": "::1:8000",
    "WEB_CONCURRENCY": "0",
    "CLICKHOOK_HOOK_DEADLINE": "0",
    "CLICKHOOK_SPOOL_LIMIT": "0",
    "CLICKHOOK_RING_LEASE": "-1",
    "CLICKHOOK_CALL_LEASE": "",
    "CLICKHOOK_SESSION_LEASE": "1e3",
    "CLICKHOOK_SIGN_IN_IDLE": "9" * 5000,
    "CLICKHOOK_SIGN_IN_AGE": "0x10",
    "CLICKHOOK_TRUSTED_PROXIES": "-1",
    "CLICKHOOK_STATIC_DIR": "",
    "CLICKHOOK_LOG_LEVEL": "loud",
}


@pytest.mark.proof
@pytest.mark.parametrize(
    "program",
    [
        ["manage.py", "up"],
        ["manage.py", "migrate"],
        ["-m", "gunicorn", "-c", "docker/gunicorn.conf.py", "--bind", "127.0.0.1:0"],
    ],
    ids=["up", "migrate", "gunicorn"],
)
def test_every_problem_is_one_sentence_at_once(program):
    refused = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env={**os.environ, **WRONG},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert refused.returncode == 1
    assert sorted(line.split()[0] for line in refused.stderr.splitlines()) == sorted(WRONG)
    assert all(line.endswith(".") for line in refused.stderr.splitlines())
    assert "S3cret" not in refused.stderr + refused.stdout


def test_a_data_directory_that_is_a_file_is_a_sentence():
    refused = settings(CLICKHOOK_DATA_DIR="/dev/null")
    assert refused.returncode == 1
    assert refused.stderr.startswith("CLICKHOOK_DATA_DIR cannot be used: ")
    assert refused.stderr.count("\n") == 1


def test_a_name_with_a_typo_is_a_warning():
    shown = settings(CLICKHOOK_HOOK_DEADLIN="1")
    assert shown.returncode == 0
    assert "is CLICKHOOK_HOOK_DEADLINE meant?" in shown.stderr


def test_what_is_written_unusually_is_taken():
    shown = settings(
        CLICKHOOK_PUBLIC_URL='"https://Gateway.Example.:443/"',
        CLICKHOOK_LOG_LEVEL="info",
        DATABASE_URL="'postgresql://hook:a-password@h/db'",
        CLICKHOOK_BIND="192.0.2.7:8000",
    )
    assert shown.stderr == ""
    assert "['gateway.example', 'localhost', '127.0.0.1', '[::1]', '192.0.2.7']" in shown.stdout


ORIGINS = """
import django
django.setup()
from django.middleware.csrf import CsrfViewMiddleware
from django.test import RequestFactory
check = CsrfViewMiddleware(lambda request: None)
for host in ("gateway.example", "two.example", "evil.example"):
    headers = {"host": host, "origin": f"https://{host}"}
    try:
        print(check._origin_verified(RequestFactory().post("/", headers=headers)))
    except django.core.exceptions.DisallowedHost:
        print("no such host")
"""


@pytest.mark.proof
def test_forms_are_taken_from_every_host_behind_a_proxy():
    hosts = {"CLICKHOOK_PUBLIC_URL": "https://Gateway.Example:443/"}
    hosts["CLICKHOOK_ALLOWED_HOSTS"] = "two.example"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clickhook.settings", **hosts}
    shown = subprocess.check_output(
        [sys.executable, "-c", ORIGINS], cwd=ROOT, env=environment, text=True
    )
    assert shown.splitlines()[:2] == ["True", "True"]
    assert shown.splitlines()[2] != "True"


@pytest.mark.proof
def test_without_a_secret_key_nothing_is_served(tmp_path):
    ended = serve(tmp_path, CLICKHOOK_ENCRYPTION_KEYS=new_key())
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("CLICKHOOK_SECRET_KEY is missing; ")


@pytest.mark.proof
@pytest.mark.parametrize("keys", ["", "k1:AAAA", "no key at all", f"k1:{'A' * 43}="])
def test_without_a_sound_key_ring_nothing_is_served(keys, tmp_path):
    ended = serve(tmp_path, CLICKHOOK_SECRET_KEY=STRONG_KEY, CLICKHOOK_ENCRYPTION_KEYS=keys)
    assert ended.returncode != 0
    assert "CLICKHOOK_ENCRYPTION_KEYS" in ended.stderr
    assert not keys or keys not in ended.stderr


def serve(directory, **environment: str) -> subprocess.CompletedProcess[str]:
    """On an empty data directory, for as long as it runs."""
    command = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
    return subprocess.run(
        [*command, "--bind", "127.0.0.1:0"],
        cwd=ROOT,
        env={**os.environ, "CLICKHOOK_DATA_DIR": str(directory), **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )
