"""An import at the command line: a bar for whoever waits, the report, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.transfer.checking.allowed import OPERATOR
from tenants.transfer.importing import Progress, run
from tenants.transfer.problems import ImportRefused, Problem, Problems, shown
from tenants.transfer.reading.objects import Unreadable
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report, refusal_as_json

BAR = 24  # characters


def run_and_print(
    command: BaseCommand, source: Callable[[], Source], file: str, dry_run: bool, as_json: bool
) -> None:
    """Raises CommandError."""
    print_anything()

    def act() -> Report:
        return run(_read(source), OPERATOR, dry_run, progress(command))

    print_report(command, act, f"with {shown(file)}", dry_run, as_json)


def print_report(
    command: BaseCommand, act: Callable[[], Report], what: str, dry_run: bool, as_json: bool
) -> None:
    """Raises CommandError."""
    refusal = None
    try:
        report = act()
    except ImportRefused as error:
        refusal = error
    finally:
        bar(command)
    if refusal:
        raise _refused(command, refusal, what, dry_run, as_json)
    if as_json:
        _print_json(command, report.as_json())
    else:
        for line in report.lines():
            command.stdout.write(line)


def progress(command: BaseCommand) -> Progress:
    return lambda *state: bar(command, *state)


def bar(command: BaseCommand, doing: str = "", done: int = 0, of: int = 0) -> None:
    """One line that overwrites itself."""
    if not command.stderr.isatty():
        return
    share = min(done / of, 1) if of else 0
    drawn = f" [{'#' * round(share * BAR):<{BAR}}] {share:4.0%}" if of else ""
    count = f" {done:,} rows" if done else ""
    command.stderr.write(
        f"\r\x1b[K{doing}{drawn}{count}{doing and '…'}", lambda message: message, ""
    )
    command.stderr.flush()


def _read(source: Callable[[], Source]) -> Source:
    try:
        return source()
    except Unreadable as error:
        problem = Problem("", str(error))
    raise ImportRefused(Problems([problem]))


def _refused(
    command: BaseCommand, refusal: ImportRefused, what: str, dry_run: bool, as_json: bool
) -> CommandError:
    sentence = f"{'a problem' if refusal.count == 1 else f'{refusal.count:,} problems'} {what}; nothing is changed"
    if as_json:
        _print_json(command, refusal_as_json(refusal, dry_run))
        return CommandError(sentence + ".")
    return CommandError(f"{sentence}:\n" + "\n".join(f"  {line}" for line in refusal.lines()))


def _print_json(command: BaseCommand, report: dict[str, Any]) -> None:
    """Piece by piece: of a hundred thousand changes no second copy is made."""
    for piece in json.JSONEncoder(indent=2).iterencode(report):
        command.stdout.write(piece, ending="")
    command.stdout.write("")


def print_anything() -> None:
    """A terminal that knows ASCII alone gets escapes instead of a crash after the work is done."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
