"""A cell that a spreadsheet would run as a formula gets an apostrophe on the way out and loses it on the way in.

A formula begins at the beginning of a cell, or, when the spreadsheet takes another separator for ours, after one or after
the end of a line, since quotes then enclose nothing. There an apostrophe is put before = + - @ (also where apostrophes stand
there already), and one is taken away again: +4930 is written as '+4930, '+4930 as ''+4930, and each is read back as what it
was.
"""

from __future__ import annotations

import re

_START = r'((?:\A|[,;\t|\r\n])[ "]*)'
_TRIGGER = "[=+\\-@\t\r\n＝＋－＠]"
_DANGEROUS = re.compile(f"{_START}(?='*{_TRIGGER})")
_GUARDED = re.compile(f"{_START}'(?='*{_TRIGGER})")


def guarded(text: str) -> str:
    return _DANGEROUS.sub(r"\1'", text)


def bare(text: str) -> str:
    return _GUARDED.sub(r"\1", text) if "'" in text else text
