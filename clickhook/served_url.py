"""The address that a running `up` serves, in a file of the data directory, for other commands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from clickhook.addresses import is_every_address, parse_bind

_FILE = "served.url"


def read_served_url(directory: Path) -> str:
    """Empty while no `up` runs there."""
    try:
        return (directory / _FILE).read_text().strip()
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def announce(directory: Path, bind: str) -> Iterator[str]:
    """Gives the address under which this machine reaches what is bound to HOST:PORT."""
    path, url = directory / _FILE, _make_url(bind)
    path.write_text(url + "\n")
    try:
        yield url
    finally:
        if read_served_url(directory) == url:  # else another `up` has announced itself meanwhile
            path.unlink()


def _make_url(bind: str) -> str:
    host, port = parse_bind(bind)
    return f"http://{'localhost' if is_every_address(host) else host}:{port}"
