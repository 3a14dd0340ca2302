"""JSON, with every key in an object remembered."""

from __future__ import annotations

import json
from typing import Any

from tenants.transfer.reading.objects import MAX_DIGITS, TOO_DEEP, Object, Unreadable


def parse(text: str) -> Any:
    """Raises Unreadable."""
    try:
        return json.loads(text, object_pairs_hook=Object, parse_int=_whole)
    except json.JSONDecodeError as error:
        reason = error.msg.partition("escape")[0].strip() or "a wrong escape"
        raise Unreadable(
            f"Line {error.lineno}, column {error.colno}: this is not JSON ({reason})."
        ) from None
    except RecursionError:
        raise Unreadable(f"It is {TOO_DEEP}.") from None


def _whole(digits: str) -> int | float:
    """Python refuses to read very long numbers; no field takes one, so their exact value does not matter."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)
