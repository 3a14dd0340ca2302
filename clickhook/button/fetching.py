"""Fetches the Web SDK with npm: checks the package and one file of it, and puts it into place."""

from __future__ import annotations

import gzip
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings

from clickhook.button import websdk
from clickhook.button.npm import find_npm, install_command

MEMBER = f"package/{websdk.FILE}"
MAX_SIZE = 4 * 1024 * 1024  # bytes; the file has a tenth of it
NPM_TIMEOUT = 300  # seconds; the package has 17 MB
NOTICE = f"""{websdk.FILE} is taken unchanged from the npm package {websdk.PACKAGE} {websdk.VERSION}
by Flashphoner, https://www.npmjs.com/package/{websdk.PACKAGE}.
Its package.json states the MIT licence; the package holds no licence file and no copyright line
of its own.
It bundles parts of other packages under their own licences, among them webrtc-adapter
(BSD-3-Clause) and uuid (MIT).
"""


class FetchError(Exception):
    """Says in a sentence why there is no Web SDK."""


def advise() -> str:
    """One line for the operator that can be pasted as it is; empty if the Web SDK is there."""
    state = websdk.state(settings.STATIC_ROOT)
    if state == websdk.State.HERE:
        return ""

    commands = [] if find_npm() else [install_command()]
    commands.append(" ".join([*_variables(), _manage("websdk")]))
    return (
        f"The Web SDK is {state} (in {settings.STATIC_ROOT / websdk.FOLDER}), so the button says "
        f"that it is not available. Run this, then start again: {' && '.join(commands)}"
    )


def fetch(static_root: Path) -> None:
    """Raises FetchError."""
    with tempfile.TemporaryDirectory(prefix="clickhook-websdk-") as download:
        content = extracted(packed(Path(download)))
    try:
        _put(content, static_root / websdk.FOLDER)
    except OSError as error:
        raise FetchError(f"It cannot be written: {error}.") from error


def packed(directory: Path) -> Path:
    """The package as npm downloads it, with the user's own configuration of npm."""
    npm = find_npm()
    if npm is None:
        raise FetchError(f"There is no npm. This installs one:\n{install_command()}")
    package = f"{websdk.PACKAGE}@{websdk.VERSION}"
    command = [npm, "pack", package, "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=NPM_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"npm did not finish within {NPM_TIMEOUT} seconds.") from error
    except OSError as error:
        raise FetchError(f"npm does not start: {error}.") from error
    packages = list(directory.glob("*.tgz"))
    if done.returncode or len(packages) != 1:
        said = " / ".join(done.stderr.split("\n")[:3]).strip(" /") or "no reason"
        raise FetchError(
            f"npm could not fetch {websdk.PACKAGE} {websdk.VERSION} "
            f"(exit code {done.returncode}): {said}"
        )
    return packages[0]


def extracted(package: Path) -> bytes:
    if websdk.integrity(package.read_bytes(), "sha512") != websdk.PACKAGE_INTEGRITY:
        raise FetchError(
            "The package npm fetched is not the one this version was tested with: "
            "its sha512 differs."
        )
    try:
        with tarfile.open(package) as tar:
            member = tar.getmember(MEMBER)
            file = tar.extractfile(member) if member.isreg() and member.size <= MAX_SIZE else None
            content = file.read() if file else b""
    except (tarfile.TarError, OSError, EOFError, KeyError) as error:
        raise FetchError(f"The package holds no {MEMBER}: {error}.") from error
    if websdk.integrity(content, "sha384") != websdk.FILE_INTEGRITY:
        raise FetchError(
            f"{MEMBER} is not the file this version was tested with: its sha384 differs."
        )
    return content


def _variables() -> list[str]:
    """What tells another process of this data directory, in a shell's words."""
    data_dir, static_root = settings.CLICKHOOK_DATA_DIR, settings.STATIC_ROOT
    variables = {}
    if data_dir != settings.BASE_DIR / ".data":
        variables["CLICKHOOK_DATA_DIR"] = data_dir
    if static_root != data_dir / "static":
        variables["CLICKHOOK_STATIC_DIR"] = static_root
    return [f"{name}={shlex.quote(str(value))}" for name, value in variables.items()]


def _manage(command: str) -> str:
    return shlex.join([sys.executable, str(settings.BASE_DIR / "manage.py"), command])


def _put(content: bytes, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".draft-") as directory:
        draft = Path(directory) / folder.name
        draft.mkdir()
        (draft / websdk.FILE).write_bytes(content)
        compressed = gzip.compress(content, 9, mtime=0)  # whitenoise serves it
        (draft / f"{websdk.FILE}.gz").write_bytes(compressed)
        (draft / "NOTICE.txt").write_text(NOTICE)
        if folder.exists():  # damaged: it would not be fetched otherwise
            shutil.rmtree(folder)
        os.rename(draft, folder)
