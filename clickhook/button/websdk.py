"""The Web SDK: which one belongs to the button, where it lies, and whether it is there.

It is fetched by `manage.py websdk`, never committed: 414 KB of somebody else's code.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum
from pathlib import Path
from wsgiref.headers import Headers

PACKAGE = "@flashphoner/websdk"
VERSION = "2.0.276"
# As the npm registry states it for the package, and the hash of the one file we take out of it.
PACKAGE_INTEGRITY = (
    "sha512-"
    "SOe+B/zVE/oqc0QsEhBhInasWZl3K3VpX2u3w57wGvIczsR8Ua09C0rMavvPQ58LMC3Tnm+uZOB15C91g4CbpA=="
)
FILE = "flashphoner-webrtc-only.min.js"  # the smallest build that can call
FILE_INTEGRITY = "sha384-s7+NF4zg0rQWCQ/ufN7NutaLY2s9IJm0orvBvnr8QxUV9NNbt74fsKjTJw+L1QbX"

FOLDER = f"websdk/{VERSION}"
URL_PATH = f"static/{FOLDER}/{FILE}"  # from button.js
ON_ANY_PAGE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
IMMUTABLE = rf"^/static/{FOLDER.replace('.', '[.]')}/"


class State(StrEnum):
    HERE = "already there"
    MISSING = "missing"
    DAMAGED = "damaged"


def state(static_root: Path) -> State:
    try:
        content = (static_root / FOLDER / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return State.MISSING
    except OSError:
        return State.DAMAGED
    return State.HERE if integrity(content, "sha384") == FILE_INTEGRITY else State.DAMAGED


def integrity(content: bytes, algorithm: str) -> str:
    """As npm and a script tag's integrity attribute write it."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def add_headers(headers: Headers, path: str, url: str) -> None:
    """For whitenoise: other sites' pages load the SDK, also those with a COEP header."""
    if url.startswith(f"/static/{FOLDER}/"):
        for name, value in ON_ANY_PAGE.items():
            headers[name] = value
