"""button.js: the files of source/, joined into one script that leaves no global behind."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path

from django.conf import settings

from clickhook.button import websdk

SOURCE = Path(__file__).parent / "source"
PARTS = (
    "sentences.js",
    "words.js",
    "opening_hours.js",
    "solver.js",
    "ticket.js",
    "attributes.js",
    "embedding.js",
    "sdk.js",
    "microphone.js",
    "tones.js",
    "quality.js",
    "messages.js",
    "call.js",
    "drawing.js",
    "keypad.js",
    "level.js",
    "controls.js",
    "devices.js",
    "way_out.js",
    "element.js",
    "placing.js",
)
LOOK = "look.css"
# Visitors need neither comments that have their line nor indentation.
_FOR_READERS = re.compile(r"^ *((//|/[*][*]|[*] |[*]/).*\n)?", re.MULTILINE)


@functools.cache
def text() -> str:
    """As of the first request: whitenoise too looks for the Web SDK only when it starts."""
    is_there = websdk.state(settings.STATIC_ROOT) == websdk.State.HERE
    sdk = {"path": websdk.URL_PATH, "integrity": websdk.FILE_INTEGRITY} if is_there else None
    constants = {"LOOK": (SOURCE / LOOK).read_text(), "SDK": sdk}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in constants.items()]
    body = "\n".join([*lines, *(_without_comments(SOURCE / part) for part in PARTS)])
    comment = "// clickhook: the call button. Its source is in clickhook/button."
    return f'{comment}\n(() => {{\n"use strict";\n{body}}})();\n'


def _without_comments(part: Path) -> str:
    return _FOR_READERS.sub("", part.read_text())


@functools.cache
def etag() -> str:
    return f'"{hashlib.sha256(text().encode()).hexdigest()[:32]}"'
