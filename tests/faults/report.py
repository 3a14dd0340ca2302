"""Verdicts as people read them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.faults.judging import Verdict


def align(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def tell_what_is_broken(verdicts: Sequence[Verdict]) -> int:
    """The exit code."""
    for verdict in verdicts:
        for rule in verdict.broken_rules:
            tell(f"BROKEN  {verdict.way}, {verdict.fault}: {rule}")
        for wish in verdict.wishes:
            tell(f"wanted less  {verdict.way}, {verdict.fault}: {wish}")
    return int(any(verdict.broken_rules for verdict in verdicts))


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
