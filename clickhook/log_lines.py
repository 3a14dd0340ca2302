"""Lines of the log: JSON, one object a line, for CLICKHOOK_LOG_FORMAT=json; and short ones."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

# Of what the code adds to a line only these are written, so that no object of a library slips in.
FIELDS = ("hook_id", "method", "decision", "reason", "wcs", "wcs_name")


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
    """Django logs what it refuses as an error with its traceback, and anybody can make it do so."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security."):
            return True
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return logging.getLogger().isEnabledFor(logging.WARNING)
