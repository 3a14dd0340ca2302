"""The record of what the stand-in did, for tests and for people: one JSON object a line.

It holds no secret, and of a frame only its name.
"""

from __future__ import annotations

import json
import time
from typing import Protocol, TextIO


class Recorder(Protocol):
    def __call__(self, what: str, /, **facts: object) -> None: ...


class JsonLines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, what: str, /, **facts: object) -> None:
        self._stream.write(json.dumps({"what": what, "at": round(time.time(), 3), **facts}) + "\n")
        self._stream.flush()
