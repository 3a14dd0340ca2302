"""Text that somebody typed, as PostgreSQL can hold it."""

from __future__ import annotations


def searchable(text: str) -> str:
    """The text without blanks around it; NUL, which PostgreSQL cannot hold, becomes a question mark."""
    return text.replace("\0", "?").strip()
