"""Which paths this gateway serves: all, or one side of them on a host or port of its own."""

from __future__ import annotations

EVERYTHING = "everything"
# The first part of each path. Health is served on both sides; what is not named here is 404.
SIDES = {
    "hooks": {"hooks", "tickets", "button.js", "static"},  # media servers and visitors
    "admin": {"admin", "api", "static"},  # account managers, operators and their programs
}


def is_served(path: str, side: str) -> bool:
    return side == EVERYTHING or path.lstrip("/").partition("/")[0] in SIDES[side]
