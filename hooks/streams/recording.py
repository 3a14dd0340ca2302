"""What a page's asking for a stream leaves behind."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class AskedStream(TypedDict):
    id: str
    tenant_id: int | None
    session_id: str | None
    media_session_id: str
    kind: str
    alias: str
    name: str  # empty: it was refused
    scope: str  # of the meter of its alias, where it counts
    decision: str
    reason: str
    asked_at: datetime
    ends_by: datetime | None
    ended_at: datetime | None
    ended_by: str
    visitor: str
