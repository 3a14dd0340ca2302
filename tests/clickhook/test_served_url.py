"""Other commands find the gateway at the address that a running `up` serves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from clickhook.served_url import announce, read_served_url
from tests.clickhook.keys import STRONG_KEY
from tests.conftest import ROOT
from tests.ports import find_port


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1:8300", "http://127.0.0.1:8300"),
        (":8300", "http://localhost:8300"),
        ("0.0.0.0:8300", "http://localhost:8300"),
        ("[::]:8300", "http://localhost:8300"),
        ("[::1]:8300", "http://[::1]:8300"),
        ("[::1]", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_the_address_can_be_pasted(tmp_path, bind, url):
    with announce(tmp_path, bind) as announced:
        assert announced == read_served_url(tmp_path) == url


def test_nothing_is_announced_once_it_has_ended(tmp_path):
    with pytest.raises(KeyboardInterrupt), announce(tmp_path, ":8300"):
        raise KeyboardInterrupt

    assert read_served_url(tmp_path) == ""


def test_the_announcement_of_another_is_left_alone(tmp_path):
    with announce(tmp_path, ":8300"):
        other = announce(tmp_path, ":8400")
        other.__enter__()

    assert read_served_url(tmp_path) == "http://localhost:8400"


@pytest.mark.proof
def test_one_that_cannot_start_leaves_the_announcement_of_another(tmp_path):
    command = ["manage.py", "up", "--data-dir", tmp_path, "--bind", f"127.0.0.1:{find_port()}"]
    away = os.environ | {"DATABASE_URL": "postgresql://clickhook@127.0.0.1:1/clickhook"}
    with announce(tmp_path, ":8300"):
        second = subprocess.run([sys.executable, *command], cwd=ROOT, env=away, capture_output=True)
        assert second.returncode == 1
        assert read_served_url(tmp_path) == "http://localhost:8300"


def read_setting(directory, **environment: str) -> str:
    show = "from django.conf import settings; print(settings.CLICKHOOK_GATEWAY_URL)"
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "clickhook.settings"}
    variables |= {
        "CLICKHOOK_DATA_DIR": str(directory),
        "CLICKHOOK_SECRET_KEY": STRONG_KEY,
        **environment,
    }
    return subprocess.check_output(
        [sys.executable, "-c", show], cwd=ROOT, env=variables, text=True
    ).strip()


@pytest.mark.proof
def test_the_public_url_wins_over_the_served_one_and_that_over_the_default(tmp_path):
    assert read_setting(tmp_path) == "http://localhost:8000"
    with announce(tmp_path, ":8300"):
        assert read_setting(tmp_path) == "http://localhost:8300"
        public = "https://gateway.example"
        assert read_setting(tmp_path, CLICKHOOK_PUBLIC_URL=public) == public
