"""Text that somebody typed, as PostgreSQL can hold it."""

from __future__ import annotations


def searchable(text: str) -> str:
    """Without blanks around it, and with a question mark for NUL, which PostgreSQL refuses."""
    return text.replace("\0", "?").strip()
