"""An import at the command line: a bar for whoever waits, the report, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.management.progress_line import ProgressLine
from tenants.transfer.checking.allowed import OPERATOR
from tenants.transfer.importing import Progress, run
from tenants.transfer.problems import ImportRefused, Problem, Problems, Unreadable, printable
from tenants.transfer.rate_importing import import_deck
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report, refusal_as_json
from tenants.transfer.tables import RATE


def add_csv_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--ignore-column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of the file that is left out; may be repeated",
    )
    add_report_arguments(parser)


def add_report_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="change nothing, but print the same report"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run_and_print(
    command: BaseCommand, read: Callable[[], Source], file: str, dry_run: bool, as_json: bool
) -> None:
    """Raises CommandError."""

    def act(progress: Progress) -> Report:
        source = _read_source(read)
        take = import_deck if source.table is RATE else run
        return take(source, OPERATOR, dry_run, progress)

    print_report(command, act, f"with {printable(file)}", dry_run, as_json)


def print_report(
    command: BaseCommand,
    act: Callable[[Progress], Report],
    subject: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Raises CommandError."""
    _print_any_character()
    line, refusal = ProgressLine(command), None
    try:
        report = act(line.show_rows)
    except ImportRefused as error:
        refusal = error
    finally:
        line.clear()

    if refusal:
        raise _command_error(command, refusal, subject, dry_run, as_json)
    if as_json:
        _print_json(command, report.as_json())
    else:
        for text in report.lines():
            command.stdout.write(text)


def _read_source(read: Callable[[], Source]) -> Source:
    try:
        return read()
    except Unreadable as error:
        problem = Problem("", str(error))
    raise ImportRefused(Problems([problem]))  # outside, so that --traceback shows no file's content


def _command_error(
    command: BaseCommand, refusal: ImportRefused, subject: str, dry_run: bool, as_json: bool
) -> CommandError:
    number = "a problem" if refusal.count == 1 else f"{refusal.count:,} problems"
    sentence = f"{number} {subject}; nothing is changed"
    if as_json:
        _print_json(command, refusal_as_json(refusal, dry_run))
        return CommandError(sentence + ".")

    lines = "\n".join(f"  {line}" for line in refusal.lines())
    return CommandError(f"{sentence}:\n{lines}{_ignoring_advice(refusal)}")


def _ignoring_advice(refusal: ImportRefused) -> str:
    options = [f'--ignore-column "{printable(name)}"' for name in refusal.unknown_columns]
    return f"\nTo leave the unknown columns out: {' '.join(options)}" if options else ""


def _print_json(command: BaseCommand, report: dict[str, Any]) -> None:
    """In pieces, so that a hundred thousand changes are not copied once more."""
    for piece in json.JSONEncoder(indent=2).iterencode(report):
        command.stdout.write(piece, ending="")
    command.stdout.write("")


def _print_any_character() -> None:
    """A terminal that knows ASCII alone gets escapes; otherwise the command would crash."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
