"""Lines of the log: JSON, one object a line, for CLICKHOOK_LOG_FORMAT=json; and short ones."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any

import orjson

# Of what the code adds to a line only these are written, so that no object of a library slips in.
FIELDS = ("hook_id", "method", "decision", "reason", "wcs", "wcs_name")
LONGEST_FOR_STRANGERS = 300  # characters, of a line that quotes what a stranger sent
STRANGERS_EVERY = 10.0  # seconds, for lines of one kind


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class OneLineForStrangers(logging.Filter):
    """Django logs what it refuses as an error with its traceback, and anybody can make it do so.

    A flood of it would fill the disk.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told_at: dict[str, float] = {}  # by logger, of which there are few

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security."):
            return True
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = record.getMessage()[:LONGEST_FOR_STRANGERS], ()
        return logging.getLogger().isEnabledFor(logging.WARNING) and self._is_due(record)

    def _is_due(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._told_at.get(record.name, -STRANGERS_EVERY) < STRANGERS_EVERY:
            return False
        self._told_at[record.name] = now
        return True
