"""From a file's text to plain values; which format it is, its name or its first character tells."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from tenants.transfer.reading import json_document, yaml_document
from tenants.transfer.reading.objects import Object, Unreadable


def parse(name: str, content: bytes) -> Object:
    """Raises Unreadable."""
    text = _decoded(content)
    if not text.strip():
        raise Unreadable("It is empty.")
    document = _parsed(name, text)
    if not isinstance(document, Object):
        raise Unreadable('The top level is an object with the keys "tenants" and "wcs_instances".')
    return document


def _decoded(content: bytes) -> str:
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"It is not UTF-8, first at line {line}.") from None


def _parsed(name: str, text: str) -> Any:
    suffix = Path(name).suffix.lower()
    if suffix in {".yaml", ".yml"}:
        return yaml_document.parse(text)
    if suffix == ".json" or text.lstrip()[0] in "{[":
        return json_document.parse(text)
    if suffix == ".csv":
        raise Unreadable(
            "This is a table, not JSON or YAML: choose which one, or use manage.py import_csv."
        )
    return yaml_document.parse(text)
