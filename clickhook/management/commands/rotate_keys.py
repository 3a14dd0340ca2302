"""`manage.py rotate_keys`: a new encryption key, and every stored secret resealed with it."""

from __future__ import annotations

import json
import math
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from clickhook import datadir
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine
from tenants.secrets import resealing
from tenants.secrets.encryption import KeyRing, KeyRingError, new_key
from tenants.secrets.fields import key_ring
from tenants.secrets.resealing import Outcome

# After this time, everything that was sealed with the old key is committed.
LONGEST_TRANSACTION = 10 * 60  # seconds
LOCK = "SELECT pg_try_advisory_lock(hashtext('clickhook.rotate_keys'))"
BY_HAND = """The keys come from CLICKHOOK_ENCRYPTION_KEYS, which this command cannot change.
The steps:

  1. Make a new key:
     python -c 'from tenants.secrets.encryption import new_key; print(new_key())'
  2. Write it behind the old one, OLD,NEW, and restart every gateway: now each opens both.
  3. Write it in front, NEW,OLD, and restart every gateway: now they seal with the new one.
  4. manage.py rotate_keys            reseals whatever is stored
  5. manage.py rotate_keys --drop-old says whether the old one can go. Take it out, and restart
     every gateway.

Nothing is changed."""
BACKUPS = "A backup of the database from before needs the old key: keep both, or neither."


class Command(PlainHelpCommand):
    help = """Add an encryption key and reseal every secret with it, while hooks are answered.

    manage.py rotate_keys --dry-run     how many secrets each key has sealed; changes nothing
    manage.py rotate_keys               adds a key and reseals everything
    manage.py rotate_keys --drop-old    removes the old keys; refuses while anything needs one

The new key stands first in `encryption.keys` of the data directory and seals from then on; the old
ones still open. Running gateways read the file again when they meet the new key, so none needs a
restart. If several machines have a data directory each, set CLICKHOOK_ENCRYPTION_KEYS instead; the
command then shows the steps.

If it is interrupted, run it again: it continues with what is left, and adds no further key. A
password that somebody enters meanwhile is kept. The command waits for a row that somebody is
changing, up to a minute without any progress.

The old keys can go 10 minutes after the new one came. Backups from before need them.

With --json the output is one object: status, sealing_key, old_keys, sealed, sealed_anew, locked,
unreadable, still_needed_by (numbers by column), seconds_to_wait (before the old keys can go).

Exit code 0: done; 1: something still needs an old key, and the output says what; 2: not begun
(arguments, keys, database)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--dry-run", action="store_true", help="only say how many secrets each key has sealed"
        )
        mode.add_argument(
            "--drop-old", action="store_true", help="remove every key except the sealing one"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, dry_run: bool, drop_old: bool, json: bool, **options: Any) -> None:
        self._json = json
        try:
            ring = key_ring()
            if dry_run:
                return self._report(ring, "dry run")

            _lock_out_others()
            if drop_old:
                self._drop_old(ring)
            else:
                self._rotate(ring)
        except KeyRingError as error:
            raise CommandError(f"The key ring cannot be used: {error}", returncode=2) from None
        except OSError as error:
            raise CommandError(
                f"{settings.CLICKHOOK_KEY_FILE} cannot be written: {error.strerror}", returncode=2
            ) from None
        except DatabaseError as error:
            sentence = str(error).partition("\n")[0]
            raise CommandError(
                f"The database ended it: {sentence}. Run it again.", returncode=2
            ) from None

    def _rotate(self, ring: KeyRing) -> None:
        # With more than one key a rotation is under way, or the old keys were never dropped.
        if len(ring.ids) == 1:
            if settings.CLICKHOOK_KEY_FILE is None:
                raise CommandError(BY_HAND, returncode=2)
            _add_key()

        line = ProgressLine(self)
        outcome = resealing.reseal(
            lambda done, total: line.show("sealing anew", done, total, "secrets"), _recorded
        )
        line.clear()
        is_done = not (outcome.locked or outcome.unreadable)
        status, seconds = ("done", _seconds_to_wait()) if is_done else ("unfinished", 0)
        self._report(ring, status, outcome, seconds=seconds)

    def _drop_old(self, ring: KeyRing) -> None:
        old = ring.ids[1:]
        needed = _still_needed_by(old)
        seconds = _seconds_to_wait() if old and not needed else 0

        if needed or seconds:
            self._report(ring, "still needed", needed=needed, seconds=seconds)
        elif old and settings.CLICKHOOK_KEY_FILE is not None:
            with transaction.atomic():
                for key_id in old:
                    record(Action.KEY_DROPPED, name=key_id)
                _write_entries(_read_entries()[:1])
            self._report(ring, "dropped")
        else:
            self._report(ring, "nothing needs an old key" if old else "there is no old key")

    def _report(
        self,
        ring: KeyRing,
        status: str,
        outcome: Outcome | None = None,
        needed: dict[str, int] | None = None,
        seconds: int = 0,
    ) -> None:
        data = _as_json(ring, status, outcome or Outcome(), needed or {}, seconds)
        if self._json:
            self.stdout.write(json.dumps(data, indent=2))

        text = "\n".join(_lines(data))
        if status in ("unfinished", "still needed"):
            raise CommandError(status if self._json else text, returncode=1)
        if not self._json:
            self.stdout.write(text)


def _lock_out_others() -> None:
    """Until the command's connection ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            raise CommandError("Another rotate_keys is at work.", returncode=2)


def _recorded(column: str, key_id: str) -> AbstractContextManager[Any]:
    return as_one_entry(Action.KEY_APPLIED, name=key_id, after={"in": column})


def _still_needed_by(old: list[str]) -> dict[str, int]:
    """How many tokens of the old keys each column holds."""
    counts = resealing.key_counts().items()
    stored = {column: sum(keys[key_id] for key_id in old) for column, keys in counts}
    needed = {column: number for column, number in stored.items() if number}
    return needed | resealing.count_mentions(old)


def _seconds_to_wait() -> int:
    file = settings.CLICKHOOK_KEY_FILE
    if file is None:
        return 0
    return max(0, math.ceil(file.stat().st_mtime + LONGEST_TRANSACTION - time.time()))


def _add_key() -> None:
    entry = new_key()
    with transaction.atomic():
        record(Action.KEY_ADDED, name=entry.partition(":")[0])
        _write_entries([entry, *_read_entries()])


def _read_entries() -> list[str]:
    return datadir.encryption_keys(settings.CLICKHOOK_DATA_DIR).replace(",", " ").split()


def _write_entries(entries: list[str]) -> None:
    KeyRing.parse("\n".join(entries))
    datadir.replace_encryption_keys(settings.CLICKHOOK_DATA_DIR, entries)


def _as_json(
    ring: KeyRing, status: str, outcome: Outcome, needed: dict[str, int], seconds: int
) -> dict[str, Any]:
    sealing, *old = ring.ids
    return {
        "status": status,
        "sealing_key": sealing,
        "old_keys": old,
        "sealed": {column: dict(keys) for column, keys in resealing.key_counts().items()},
        "sealed_anew": outcome.resealed,
        "locked": outcome.locked,
        "unreadable": outcome.unreadable,
        "still_needed_by": needed,
        "seconds_to_wait": seconds,
    }


def _lines(data: dict[str, Any]) -> list[str]:
    status, number, key = data["status"], data["sealed_anew"], data["sealing_key"]
    lines = [f"{status}: {number} secrets sealed anew, key {key} seals"]

    total = sum((Counter(keys) for keys in data["sealed"].values()), Counter())
    lines += [f"  key {key_id}: {count} secrets" for key_id, count in sorted(total.items())]
    if data["locked"]:
        locked = data["locked"]
        lines.append(f"{locked} secrets are in rows that somebody is changing. Run it again.")
    lines += [f"does not open, so enter it again: {place}" for place in data["unreadable"]]
    lines += [f"still needed: {count} {name}" for name, count in data["still_needed_by"].items()]
    if data["seconds_to_wait"] and status == "still needed":
        wait = f"{data['seconds_to_wait']} seconds"
        lines.append(f"still needed: {wait} until all that was sealed with it is stored")

    old = ", ".join(data["old_keys"])
    if old and status == "done":
        seconds = data["seconds_to_wait"]
        when = f"in {seconds} seconds" if seconds else "now"
        lines += [f"The old keys ({old}) can go {when}: manage.py rotate_keys --drop-old", BACKUPS]
    return lines
