"""`manage.py websdk`, with an npm that does what a test wants."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clickhook.button import fetching, websdk
from clickhook.button.npm import install_command
from tests.conftest import ROOT

pytestmark = pytest.mark.proof

SDK = b"window.Flashphoner = {};"


class Npm:
    """A directory on PATH that holds nothing but an npm of our own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "bin"
        self.directory.mkdir()
        self.package = directory / "package.tgz"
        self.does(f'cp {self.package} . && echo "$@" > {directory}/asked')

    def does(self, shell: str) -> None:
        script = self.directory / "npm"
        script.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{shell}\n")
        script.chmod(0o755)

    def packs(self, **members: bytes | tarfile.TarInfo) -> str:
        """Makes the package; its integrity."""
        with tarfile.open(self.package, "w:gz") as tar:
            for name, content in members.items():
                if isinstance(content, tarfile.TarInfo):
                    tar.addfile(content)
                else:
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
        return integrity(self.package.read_bytes(), "sha512")

    @property
    def was_asked(self) -> bool:
        return (self.package.parent / "asked").exists()


def integrity(content: bytes, algorithm: str) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@pytest.fixture
def npm(tmp_path) -> Npm:
    return Npm(tmp_path)


@pytest.fixture
def static(tmp_path) -> Path:
    return tmp_path / "static"


@pytest.fixture
def run(npm, static, monkeypatch):
    """Runs it in a process of its own, as an operator does, with none but our npm."""

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PATH": str(npm.directory),
            "CLICKHOOK_STATIC_DIR": str(static),
        }
        return subprocess.run(
            [sys.executable, "manage.py", "websdk", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )

    return command


@pytest.fixture
def fetch(npm, static, settings, monkeypatch):
    """Runs it here, with hashes that fit what our npm packs."""

    def command(expected: str, *, sdk: bytes = SDK, **options: bool) -> str:
        settings.STATIC_ROOT = static
        monkeypatch.setenv("PATH", str(npm.directory))
        monkeypatch.setattr(websdk, "PACKAGE_INTEGRITY", expected)
        monkeypatch.setattr(websdk, "FILE_INTEGRITY", integrity(sdk, "sha384"))
        output = io.StringIO()
        handlers = signal.getsignal(signal.SIGTERM)
        try:
            call_command("websdk", stdout=output, **options)
        finally:
            signal.signal(signal.SIGTERM, handlers)
        return output.getvalue()

    return command


def left_behind(directory: Path) -> list[str]:
    return sorted(
        str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()
    )


def test_it_fetches_one_file_of_the_package(npm, fetch, static):
    said = fetch(npm.packs(**{"package/index.js": b"no", f"package/{websdk.FILE}": SDK}))

    assert said == f"fetched: {static}/{websdk.FOLDER}/{websdk.FILE}\n"
    folder = static / websdk.FOLDER
    assert left_behind(static) == [
        f"{websdk.FOLDER}/{name}" for name in ("NOTICE.txt", websdk.FILE, f"{websdk.FILE}.gz")
    ]
    assert (folder / websdk.FILE).read_bytes() == SDK
    assert "MIT" in (folder / "NOTICE.txt").read_text()
    asked = (npm.package.parent / "asked").read_text()
    assert asked.startswith("pack @flashphoner/websdk@2.0.276 --ignore-scripts")


def test_what_is_there_is_not_fetched_again_and_needs_no_npm(npm, fetch, static):
    expected = npm.packs(**{f"package/{websdk.FILE}": SDK})
    fetch(expected)
    (npm.directory / "npm").unlink()
    assert fetch(expected) == f"already there: {static}/{websdk.FOLDER}/{websdk.FILE}\n"
    assert fetch(expected, check=True).startswith("already there")
    assert json.loads(fetch(expected, json=True))["status"] == "already there"


def test_what_is_damaged_is_replaced(npm, fetch, static):
    expected = npm.packs(**{f"package/{websdk.FILE}": SDK})
    fetch(expected)
    (static / websdk.FOLDER / websdk.FILE).write_bytes(b"half of it")
    with pytest.raises(CommandError, match="is damaged"):
        fetch(expected, check=True)
    assert fetch(expected).startswith("fetched")
    assert (static / websdk.FOLDER / websdk.FILE).read_bytes() == SDK


def test_another_package_is_refused(npm, run, static):
    npm.packs(**{f"package/{websdk.FILE}": SDK})
    done = run()
    assert done.returncode == 1
    assert "its sha512 differs" in done.stderr
    assert left_behind(static) == []


def test_another_file_in_the_package_is_refused(npm, fetch, static):
    with pytest.raises(CommandError, match="its sha384 differs"):
        fetch(npm.packs(**{f"package/{websdk.FILE}": b"another"}))
    assert left_behind(static) == []


def link(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"package/other.js": SDK},
        {f"package/../package/{websdk.FILE}": SDK},
        {f"../../{websdk.FILE}": SDK},
        {f"/package/{websdk.FILE}": SDK},
        {f"package/{websdk.FILE}": link(f"package/{websdk.FILE}")},
        {f"package/{websdk.FILE}": b"0" * (fetching.MAX_SIZE + 1)},
    ],
)
def test_nothing_but_that_very_file_is_taken(npm, fetch, static, tmp_path, members):
    with pytest.raises(CommandError, match="package"):
        fetch(npm.packs(**members))
    assert left_behind(static) == []
    assert left_behind(tmp_path) == ["asked", "bin/npm", "package.tgz"]


def test_what_is_no_package_is_refused(npm, fetch, static):
    npm.package.write_bytes(b"<html>please sign in</html>")
    with pytest.raises(CommandError, match="holds no package/"):
        fetch(integrity(npm.package.read_bytes(), "sha512"))
    assert left_behind(static) == []


@pytest.mark.proof
def test_an_npm_that_fails_is_heard(npm, run, static):
    npm.does("echo 'npm error code ENOTFOUND' >&2; exit 1")
    done = run()
    assert done.returncode == 1
    assert (
        "npm could not fetch @flashphoner/websdk 2.0.276 (exit code 1): npm error code ENOTFOUND"
        in done.stderr
    )
    report = json.loads(run("--json").stdout)
    assert (report["status"], report["version"]) == ("failed", "2.0.276")
    assert "ENOTFOUND" in report["problem"]
    assert left_behind(static) == []


def test_where_there_is_no_npm_it_says_how_to_get_one(npm, run, monkeypatch):
    (npm.directory / "npm").unlink()
    done = run()
    assert done.returncode == 1
    assert f"There is no npm. This installs one:\n{install_command()}\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_fetches_nothing(npm, run, static):
    done = run("--check")
    assert (done.returncode, npm.was_asked) == (1, False)
    assert "The Web SDK is missing; `manage.py websdk` fetches it." in done.stderr
    assert json.loads(run("--check", "--json").stdout)["status"] == "missing"
    assert not static.exists()


def in_the_foreground() -> None:
    """A shell starts background jobs with SIGINT ignored, and they pass that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.proof
def test_interrupted_it_leaves_nothing(npm, static, tmp_path, ending):
    npm.does(f"touch {tmp_path}/started; exec sleep 60")
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    environment = os.environ | {
        "PATH": str(npm.directory),
        "CLICKHOOK_STATIC_DIR": str(static),
        "TMPDIR": str(downloads),
    }
    command = [sys.executable, "manage.py", "websdk"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=in_the_foreground,
    )
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(ending)
    assert process.communicate(timeout=30)[1] == "interrupted; nothing is changed\n"
    assert process.returncode == 130
    assert left_behind(static) == left_behind(downloads) == []


def test_a_place_that_cannot_be_written(npm, fetch, static):
    static.write_text("a file")
    with pytest.raises(CommandError, match="cannot be written"):
        fetch(npm.packs(**{f"package/{websdk.FILE}": SDK}))


def test_the_data_directory_it_makes_is_private(
    npm, fetch, tmp_path, settings, monkeypatch, static
):
    settings.CLICKHOOK_DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("clickhook.button.fetching.fetch", lambda static_root: static_root.mkdir())
    settings.STATIC_ROOT = tmp_path / "data" / "static"
    monkeypatch.setenv("PATH", str(npm.directory))
    call_command("websdk", stdout=io.StringIO())
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
