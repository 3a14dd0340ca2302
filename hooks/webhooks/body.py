"""The body of a message: `type`, `timestamp`, `data`, in less than 20 kB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

# The outbox cuts every text that others choose, so no message comes near.
LONGEST = 20_000  # bytes, as the standard asks


def make_body(
    type_: str,
    happened_at: datetime,
    data: Mapping[str, Any],
    numbers: Mapping[str, Any],
    with_numbers: bool,
) -> bytes:
    told = {**data, **numbers} if with_numbers else data
    timestamp = happened_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return orjson.dumps({"type": type_, "timestamp": timestamp, "data": told})
