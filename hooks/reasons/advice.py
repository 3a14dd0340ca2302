"""What people are told of a reason."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    sentence: str  # what happened
    remedy: str = ""  # what the account manager can do about it
