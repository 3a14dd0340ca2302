"""The data directory: the keys, the embedded database, the spool. Nobody else may read it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from tenants.secrets.encryption import new_key

DJANGO_KEY = "django.key"
ENCRYPTION_KEYS = "encryption.keys"


def prepare(directory: Path) -> bool:
    """Makes the directory and its missing keys; True if it made a key. Raises OSError."""
    if not directory.exists():  # one that was there keeps its mode: it may be somebody's by mistake
        directory.mkdir(mode=0o700, parents=True)
    made = _make(directory / DJANGO_KEY, lambda: secrets.token_urlsafe(64))
    return _make(directory / ENCRYPTION_KEYS, new_key) or made


def django_key(directory: Path) -> str:
    return _read(directory / DJANGO_KEY)


def encryption_keys(directory: Path) -> str:
    return _read(key_file(directory))


def key_file(directory: Path) -> Path:
    return directory / ENCRYPTION_KEYS


def replace_encryption_keys(directory: Path, entries: list[str]) -> None:
    """At one stroke: whoever reads the file finds the old keys or the new ones. Raises OSError."""
    path = key_file(directory)
    draft, status = path.with_name(f".{path.name}.new"), path.stat()
    draft.unlink(missing_ok=True)  # a crash may have left one
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        # The gateway must be able to read it, also where root runs the command.
        os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write("\n".join(entries) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(directory)


def _make(path: Path, content: Callable[[], str]) -> bool:
    if path.exists():
        return False
    # Written beside and linked into place: a crash leaves no key or a whole one, never half of one.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _sync(directory: Path) -> None:
    """A file's name is on disk only when its directory is."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> str:
    """Empty before the first start; Django and the key ring refuse to work with an empty key."""
    return path.read_text().strip() if path.exists() else ""
