"""`manage.py verify_audit`: whether the audit is whole, and what is the first thing that is not."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from tenants.audit import chain
from tenants.audit.chain import Broken, Walk
from tenants.management.plain_help import PlainHelpCommand

HASH = re.compile(r"[0-9a-f]{64}")


class Command(PlainHelpCommand):
    help = """Check that no entry of the audit was altered or removed, and that the triggers which write it are in place.

Each entry holds the hash of the one before it, so a changed, replaced or missing entry shows. Two things do
not show by themselves: that the very last entries are gone, or that somebody with all rights on the database
wrote the whole chain anew. Against both, note the head elsewhere now and then, and ask for it later:

    manage.py verify_audit --head                  prints the last entry's number and hash
    manage.py verify_audit --expect HASH           fails unless the entry of that hash is still there

A trigger that is missing, altered or turned off is put right by `manage.py migrate`; what changed while it was
away is not in the audit.

Exit code 0: whole; 1: broken, and the output says where; 2: it could not be checked (arguments, database)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", action="store_true", help="only print the last entry's number and hash"
        )
        parser.add_argument(
            "--expect", default="", metavar="HASH", help="a hash that was noted before"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, head: bool, expect: str, json: bool, **options: Any) -> None:
        if expect and not HASH.fullmatch(expect):
            raise CommandError(
                "--expect takes a hash of 64 hexadecimal digits, as --head prints it.", returncode=2
            )
        try:
            if head:
                self._print_head(json)
            else:
                self._verify(expect, json)
        except DatabaseError as error:
            said = str(error).partition("\n")[0]
            raise CommandError(f"The audit cannot be read: {said}", returncode=2) from error

    def _print_head(self, as_json: bool) -> None:
        last = chain.last()
        data = {"number": last.number, "hash": last.hash}
        self.stdout.write(json.dumps(data) if as_json else f"{last.number} {last.hash}")

    def _verify(self, expect: str, as_json: bool) -> None:
        unprotected = chain.unprotected()
        walked = chain.walk(expect, self._progress)
        self._progress(None)
        if as_json:
            self.stdout.write(json.dumps(_data(walked, unprotected), indent=2))
        if walked.broken or unprotected:
            raise CommandError("\n".join(_complaints(walked, unprotected)), returncode=1)
        if not as_json:
            self.stdout.write(
                f"whole: {walked.head.number} entries, the last one {walked.head.hash}"
            )

    def _progress(self, number: int | None) -> None:
        """One line that overwrites itself, for whoever waits at a terminal."""
        if self.stderr.isatty():
            text = "" if number is None else f"{number} entries checked…"
            self.stderr.write(f"\r\x1b[K{text}", lambda message: message, "")
            self.stderr.flush()


def _data(walked: Walk, unprotected: list[str]) -> dict[str, Any]:
    broken = walked.broken
    return {
        "status": "broken" if broken or unprotected else "whole",
        "entries": walked.head.number,
        "head": walked.head.hash,
        "broken": broken and {"number": broken.number, "id": broken.id, "what": broken.what},
        "unprotected": unprotected,
    }


def _complaints(walked: Walk, unprotected: list[str]) -> list[str]:
    complaints = [f"missing, altered or turned off: {what}" for what in unprotected]
    if walked.broken:
        complaints.append(_sentence(walked.broken))
        complaints.append(f"whole up to entry {walked.head.number} {walked.head.hash}")
    return complaints


def _sentence(broken: Broken) -> str:
    if broken.number is not None:
        known = f" (id {broken.id})" if broken.id is not None else ""
        return f"entry {broken.number}{known} is the first that is broken: {broken.what}"
    return f"the entry with id {broken.id} {broken.what}" if broken.id is not None else broken.what
