"""From a file's bytes to plain values, bounded in size; which format it is, its name or its first character tells."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import Any

from tenants.importing import json_document, yaml_document
from tenants.importing.objects import Object, Unreadable

MAX_BYTES = 64 * 1024 * 1024
STDIN = "-"


def read(path: str) -> Object:
    """Raises Unreadable."""
    text = _decoded(_bytes(path))
    if not text.strip():
        raise Unreadable("It is empty.")
    document = _parsed(path, text)
    if not isinstance(document, Object):
        raise Unreadable('The top level is an object with the keys "tenants" and "wcs_instances".')
    return document


def _bytes(path: str) -> bytes:
    try:
        if path == STDIN:
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror or type(error).__name__}.") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(f"It is larger than {MAX_BYTES // 1024**2} MiB; split it.")
    return content


def _decoded(content: bytes) -> str:
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"It is not UTF-8, first at line {line}.") from None


def _parsed(path: str, text: str) -> Any:
    suffix = Path(path).suffix.lower()
    if suffix in {".yaml", ".yml"}:
        return yaml_document.parse(text)
    if suffix == ".json" or text.lstrip()[0] in "{[":
        return json_document.parse(text)
    return yaml_document.parse(text)
