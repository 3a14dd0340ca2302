"""Which texts are sent to pages, and taken from them."""

from __future__ import annotations

import unicodedata

LONGEST = 4096  # bytes


class BadText(ValueError):
    """The message says what is wrong with it."""


def check_text(text: str) -> str:
    """As it is sent: without white space around it, with ends of lines as LF. Raises BadText."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BadText("Write a text.")
    categories = {unicodedata.category(character) for character in text if character not in "\n\t"}
    if "Cs" in categories:
        raise BadText("It holds half of a surrogate pair, which is not a character.")
    if "Cc" in categories:
        raise BadText("It holds a control character, such as NUL.")
    if len(text.encode()) > LONGEST:
        raise BadText(f"It is longer than {LONGEST} bytes.")
    return text
