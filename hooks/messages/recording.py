"""What a page's message leaves behind."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class TakenMessage(TypedDict):
    id: str
    tenant_id: int | None
    session_id: str | None
    operation_id: str
    operation: str
    text: str
    received_at: datetime
    minute: int
    a_minute: int
    a_minute_of_all: int
