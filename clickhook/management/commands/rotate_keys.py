"""`manage.py rotate_keys`: a new encryption key, and every stored secret sealed anew with it while hooks are answered."""

from __future__ import annotations

import json
import math
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from clickhook import datadir
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.management.plain_help import PlainHelpCommand
from tenants.secrets import resealing
from tenants.secrets.encryption import KeyRing, KeyRingError, new_key
from tenants.secrets.fields import key_ring
from tenants.secrets.resealing import Outcome

# What was sealed with the old key before a new one came is written by then, at the end of the longest transaction.
SETTLED = 10 * 60  # seconds
ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('clickhook.rotate_keys'))"
BY_HAND = """The keys come from CLICKHOOK_ENCRYPTION_KEYS, which this command cannot change. The steps:

  1. Make a new key:
     python -c 'from tenants.secrets.encryption import new_key; print(new_key())'
  2. Write it behind the old one, OLD,NEW, and restart every gateway: from now on each of them opens both.
  3. Write it in front, NEW,OLD, and restart every gateway: from now on they seal with the new one.
  4. manage.py rotate_keys            seals all that is stored anew
  5. manage.py rotate_keys --drop-old says whether the old one can go. Take it out, and restart every gateway.

Nothing is changed."""
BACKUPS = (
    "A backup of the database from before needs the old key: keep the two together, or neither."
)


class Command(PlainHelpCommand):
    help = """Add an encryption key to the ring and seal every stored secret anew with it, while hooks are answered.

    manage.py rotate_keys --dry-run     how many secrets each key has sealed; changes nothing
    manage.py rotate_keys               adds a key and seals everything anew
    manage.py rotate_keys --drop-old    removes the old keys; refuses while anything needs one

The new key stands first in `encryption.keys` of the data directory and seals from then on; the old ones go on
opening. Running gateways read the file again when they meet the new key, so none needs a restart. If several machines
have a data directory each, set CLICKHOOK_ENCRYPTION_KEYS instead; the command then shows the steps.

Interrupted, it is simply run again: it goes on with what is left, and adds no further key. A password that somebody
enters meanwhile stays. A row that somebody is changing is waited for, up to a minute without any progress.

The old keys can go 10 minutes after the new one came. Backups from before need them.

Exit code 0: done; 1: something still needs an old key, and the output says what; 2: not begun
(arguments, keys, database)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--dry-run", action="store_true", help="only say how many secrets each key has sealed"
        )
        what.add_argument(
            "--drop-old", action="store_true", help="remove every key but the one that seals"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, dry_run: bool, drop_old: bool, json: bool, **options: Any) -> None:
        self._json = json
        try:
            ring = key_ring()
            if not dry_run:
                _alone()
            if dry_run:
                self._report(ring, "dry run")
            elif drop_old:
                self._drop(ring)
            else:
                self._rotate(ring)
        except KeyRingError as error:
            raise CommandError(f"The key ring cannot be used: {error}", returncode=2) from None
        except OSError as error:
            raise CommandError(
                f"{settings.CLICKHOOK_KEY_FILE} cannot be written: {error.strerror}", returncode=2
            ) from None
        except DatabaseError as error:
            said = str(error).partition("\n")[0]
            raise CommandError(
                f"The database ended it: {said}. Run it again.", returncode=2
            ) from None

    def _rotate(self, ring: KeyRing) -> None:
        if (
            len(ring.ids) == 1
        ):  # otherwise a rotation is under way, or the old keys were never dropped
            if settings.CLICKHOOK_KEY_FILE is None:
                raise CommandError(BY_HAND, returncode=2)
            _add()
        outcome = resealing.reseal(self._progress)
        self._progress(0, 0)
        self._report(
            ring, "done" if not (outcome.locked or outcome.unreadable) else "unfinished", outcome
        )

    def _drop(self, ring: KeyRing) -> None:
        old = ring.ids[1:]
        if needed := self._still_needed(old):
            self._report(ring, "still needed", needed=needed)
        elif old and settings.CLICKHOOK_KEY_FILE is not None:
            with transaction.atomic():
                for key_id in old:
                    record(Action.KEY_DROPPED, name=key_id)
                _write(_entries()[:1])
            self._report(ring, "dropped")
        else:
            self._report(ring, "nothing needs an old key" if old else "there is no old key")

    def _still_needed(self, old: list[str]) -> dict[str, Any]:
        stored = {
            place: sum(keys[key_id] for key_id in old) for place, keys in resealing.counts().items()
        }
        needed: dict[str, Any] = {place: number for place, number in stored.items() if number}
        needed |= resealing.mentions(old)
        if old and not needed and (seconds := _unsettled()):
            needed["seconds until what was sealed with it is written too"] = seconds
        return needed

    def _report(
        self, ring: KeyRing, status: str, outcome: Outcome | None = None, needed: Any = None
    ) -> None:
        data = _data(ring, status, outcome or Outcome(), needed or {})
        if self._json:
            self.stdout.write(json.dumps(data, indent=2))
        failed = status in ("unfinished", "still needed")
        text = "\n".join(_lines(data))
        if failed:
            raise CommandError(status if self._json else text, returncode=1)
        if not self._json:
            self.stdout.write(text)

    def _progress(self, moved: int, total: int) -> None:
        """One line that overwrites itself, for whoever waits at a terminal."""
        if self.stderr.isatty():
            bar = "#" * (30 * moved // total) if total else ""
            text = f"[{bar:<30}] {moved} of {total} secrets sealed anew" if total else ""
            self.stderr.write(f"\r\x1b[K{text}", lambda message: message, "")
            self.stderr.flush()


def _alone() -> None:
    """Until the command's connection ends."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        if not cursor.fetchone()[0]:
            raise CommandError("Another rotate_keys is at work.", returncode=2)


def _add() -> None:
    entry = new_key()
    with transaction.atomic():
        record(Action.KEY_ADDED, name=entry.partition(":")[0])
        _write([entry, *_entries()])


def _unsettled() -> int:
    """Seconds."""
    file = settings.CLICKHOOK_KEY_FILE
    return max(0, math.ceil(file.stat().st_mtime + SETTLED - time.time())) if file else 0


def _entries() -> list[str]:
    return datadir.encryption_keys(settings.CLICKHOOK_DATA_DIR).replace(",", " ").split()


def _write(entries: list[str]) -> None:
    KeyRing.parse("\n".join(entries))
    datadir.replace_encryption_keys(settings.CLICKHOOK_DATA_DIR, entries)


def _data(ring: KeyRing, status: str, outcome: Outcome, needed: dict[str, Any]) -> dict[str, Any]:
    sealing, *old = ring.ids
    return {
        "status": status,
        "sealing_key": sealing,
        "old_keys": old,
        "sealed": {place: dict(keys) for place, keys in resealing.counts().items()},
        "sealed_anew": outcome.moved,
        "locked": outcome.locked,
        "unreadable": outcome.unreadable,
        "still_needed_by": needed,
    }


def _lines(data: dict[str, Any]) -> list[str]:
    old = ", ".join(data["old_keys"])
    lines = [
        f"{data['status']}: {data['sealed_anew']} secrets sealed anew, key {data['sealing_key']} seals"
    ]
    total = sum((Counter(keys) for keys in data["sealed"].values()), Counter())
    lines += [f"  key {key_id}: {number} secrets" for key_id, number in sorted(total.items())]
    if data["locked"]:
        lines.append(
            f"{data['locked']} secrets stand in rows that somebody is changing. Run it again."
        )
    lines += [f"does not open, so enter it anew: {where}" for where in data["unreadable"]]
    lines += [
        f"still needed: {number} {where}" for where, number in data["still_needed_by"].items()
    ]
    if old and data["status"] == "done":
        when = f"in {_unsettled()} seconds" if _unsettled() else "now"
        lines += [f"The old keys ({old}) can go {when}: manage.py rotate_keys --drop-old", BACKUPS]
    return lines
