"""Text that people search for, as the database accepts it."""

from __future__ import annotations


def searchable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses in a text."""
    return text.replace("\0", "?").strip()
