"""`manage.py verify_audit`: whether the audit is whole, and otherwise where it breaks first."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from tenants.audit import chain
from tenants.audit.chain import Break, Verification
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine

HASH = re.compile(r"[0-9a-f]{64}")


class Command(PlainHelpCommand):
    help = """Check that no entry of the audit was altered or removed, and that its triggers exist.

Each entry holds the hash of the one before it, so a changed, replaced or missing entry shows. Two
things do not show by themselves: that the very last entries are gone, or that somebody with all
rights on the database wrote the whole chain anew. Against both, note the head elsewhere now and
then, and ask for it later:

    manage.py verify_audit --head              prints the last entry's number and hash
    manage.py verify_audit --expect HASH       fails unless the entry of that hash still exists

`manage.py migrate` repairs a trigger that is missing, altered or turned off; what changed in the
meantime is not in the audit.

Exit code 0: whole; 1: broken, and the output says where; 2: it could not be checked (arguments,
database)."""

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
            sentence = str(error).partition("\n")[0]
            raise CommandError(f"The audit cannot be read: {sentence}", returncode=2) from error

    def _print_head(self, as_json: bool) -> None:
        head = chain.read_head()
        data = {"number": head.number, "hash": head.hash}
        self.stdout.write(json.dumps(data) if as_json else f"{head.number} {head.hash}")

    def _verify(self, expect: str, as_json: bool) -> None:
        unprotected = chain.list_unprotected()
        line = ProgressLine(self)
        verified = chain.verify(expect, lambda number: line.show(f"{number} entries checked"))
        line.clear()

        if as_json:
            self.stdout.write(json.dumps(_as_json(verified, unprotected), indent=2))
        if verified.broken or unprotected:
            raise CommandError("\n".join(_complaints(verified, unprotected)), returncode=1)
        if not as_json:
            head = verified.head
            self.stdout.write(f"whole: {head.number} entries, the last one {head.hash}")


def _as_json(verified: Verification, unprotected: list[str]) -> dict[str, Any]:
    broken = verified.broken
    return {
        "status": "broken" if broken or unprotected else "whole",
        "entries": verified.head.number,
        "head": verified.head.hash,
        "broken": broken and {"number": broken.number, "id": broken.id, "what": broken.what},
        "unprotected": unprotected,
    }


def _complaints(verified: Verification, unprotected: list[str]) -> list[str]:
    complaints = [f"missing, altered or turned off: {name}" for name in unprotected]
    if verified.broken:
        complaints.append(_describe_break(verified.broken))
        complaints.append(f"whole up to entry {verified.head.number} {verified.head.hash}")
    return complaints


def _describe_break(broken: Break) -> str:
    if broken.number is not None:
        known = f" (id {broken.id})" if broken.id is not None else ""
        return f"entry {broken.number}{known} is the first that is broken: {broken.what}"
    return f"the entry with id {broken.id} {broken.what}" if broken.id is not None else broken.what
