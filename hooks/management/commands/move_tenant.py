"""`manage.py move_tenant`: a tenant moves to another cell, step by step, and nothing is lost."""

from __future__ import annotations

import getpass
import json as json_text
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from hooks.cells import arriving, leaving
from hooks.cells.bundle import BadBundleError, check_place
from hooks.cells.freezing import (
    count_living_calls,
    count_spooled_events,
    end_calls,
    wait_for_calls,
)
from hooks.cells.move_key import BadMoveKeyError, MoveKey
from hooks.cells.next_step import MoveRefusedError
from hooks.cells.rows import Whose
from hooks.models import TenantMove
from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine
from tenants.models import Tenant
from tenants.secrets.encryption import SecretUnreadable

STEPS = ("leave", "arrive", "hand-over", "serve", "undo", "status")
FAILURES = (
    MoveRefusedError,
    BadBundleError,
    BadMoveKeyError,
    SecretUnreadable,
    OSError,
    DatabaseError,
)
NEEDED = {
    "leave": ("to", "bundle", "key"),
    "arrive": ("bundle", "key"),
    "hand-over": ("receipt", "key"),
    "serve": ("release", "key"),
}
NEXT = {
    "leave": "Next, in the other cell: move_tenant arrive {tenant}",
    "arrive": "Next, in the cell that it leaves: move_tenant hand-over {tenant}, with this receipt",
    "hand-over": "Next, lead its hooks to the other cell, and there: move_tenant serve {tenant}, "
    "with this release",
}


class Command(PlainHelpCommand):
    help = """Move a tenant to another cell, with their calls, limits and what they have used.

In this order, each where it says:

  here   move_tenant leave acme --to 2 --bundle acme.move --key acme.key
  there  move_tenant arrive acme --bundle acme.move --key acme.key        prints a receipt
  here   move_tenant hand-over acme --receipt RECEIPT --key acme.key      prints a release
  there  move_tenant serve acme --release RELEASE --key acme.key

leave      No call is allowed any more. Living calls are ended at WCS or waited for. Then the bundle
           is written, sealed with the key; a key that is not there is made. Copy both to the other
           cell, on different ways.
arrive     Takes all in or nothing, and counts and compares every table. No call is allowed yet.
hand-over  What could serve the tenant is deleted here. From now on there is no way back but to move
           again. Lead the hooks of the tenant's instances to the other cell.
serve      The other cell allows calls.
undo       Before hand-over: here calls are allowed again, there what arrived is deleted, hooks of
           the tenant that were refused there with it.
status     How far the tenant's moves are.

A tenant that has left may come back, by the same four steps: what stayed here gives way to what
arrives, and hooks that were refused here meanwhile go with it. Until hand-over, undo restores the
refusals here.

Whatever was interrupted, the same command goes on. Both cells have the same version and the same
CLICKHOOK_SECRET_KEY, and numbers of their own (CLICKHOOK_CELL). The tenant's WCS instances speak
for nobody else, and move too. People, the audit and undoing of imports stay. Webhooks that are on
their way may come twice, with the same webhook-id.

With --json: {"tenant": …, "move": …, "phase": …, "rows": {table: number}, …}, and the receipt or
the release.

Exit code 0: done; 1: refused, and nothing was changed; 2: no call is allowed any more, but calls
still live, status events wait in the spool of this machine, or the bundle could not be written: run
it again, or undo. On every other machine with a gateway, wait until its CLICKHOOK_DATA_DIR/spool is
empty before you copy the bundle."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=STEPS)
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        parser.add_argument("--to", type=int, metavar="CELL", help="the other cell's number")
        parser.add_argument("--bundle", type=Path, metavar="FILE", help="what is carried over")
        parser.add_argument("--key", type=Path, metavar="FILE", help="the key of this move")
        parser.add_argument("--receipt", help="as arrive printed it")
        parser.add_argument("--release", help="as hand-over printed it")
        parser.add_argument(
            "--wait", type=float, default=60, metavar="SECONDS", help="for calls to end (60)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="leave, arrive: tell what would be done"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, step: str, tenant: str, json: bool, **options: Any) -> None:
        for name in NEEDED.get(step, ()):
            if options[name] is None:
                raise CommandError(f"{step} needs --{name}.")

        self._line = ProgressLine(self)
        run: Callable[..., dict[str, Any]] = getattr(self, f"_{step.replace('-', '_')}")
        try:
            result = {"tenant": tenant, **run(tenant, **options)}
        except FAILURES as error:
            raise CommandError(_explain(error)) from error
        finally:
            self._line.clear()
        self.stdout.write(json_text.dumps(result) if json else _describe(step, result))

    def _leave(
        self, slug: str, to: int, bundle: Path, key: Path, wait: float, dry_run: bool, **_: Any
    ) -> dict[str, Any]:
        tenant = find_named_tenant(slug)
        if dry_run:
            leaving.check(tenant, to)
            rows = leaving.count_rows(Whose.of(tenant.pk))
            return {"living_calls": count_living_calls(tenant), "rows": rows, "dry_run": True}

        if bundle.resolve() == key.resolve():
            raise CommandError("The bundle and its key are two files: give them two names.")
        check_place(bundle)
        move_key = MoveKey.read(key) if key.exists() else MoveKey.make(key)
        move = leaving.begin(tenant, to, getpass.getuser())
        try:
            return self._export(tenant, move, bundle, move_key, wait)
        except FAILURES as error:
            raise _not_yet(slug, _explain(error).removesuffix(".")) from error
        except KeyboardInterrupt:
            self._line.clear()
            self.stderr.write(str(_not_yet(slug, "this was interrupted")))
            raise

    def _export(
        self, tenant: Tenant, move: TenantMove, bundle: Path, key: MoveKey, wait: float
    ) -> dict[str, Any]:
        end_calls(tenant)
        if left := wait_for_calls(tenant, wait, self._show_calls):
            raise _not_yet(tenant.slug, f"{left} still live")
        if kept := count_spooled_events(tenant):
            because = f"{kept} status events wait on disk for a gateway to record them"
            raise _not_yet(tenant.slug, because)
        if leaving.is_exported(move, bundle, key):
            return _result(move)
        rows = leaving.export(move, bundle, key, self._show_rows)
        move.refresh_from_db()
        return _result(move, rows=rows)

    def _arrive(
        self, slug: str, bundle: Path, key: Path, dry_run: bool, **_: Any
    ) -> dict[str, Any]:
        move_key = MoveKey.read(key)
        by = getpass.getuser()
        move, rows = arriving.arrive(slug, bundle, move_key, by, self._show_rows, dry_run=dry_run)
        if dry_run:
            return _result(move, rows=rows, dry_run=True)
        return _result(move, rows=rows, receipt=arriving.receipt(move, move_key))

    def _hand_over(self, slug: str, receipt: str, key: Path, **_: Any) -> dict[str, Any]:
        move, release = leaving.hand_over(slug, receipt, MoveKey.read(key))
        return _result(move, release=release)

    def _serve(self, slug: str, release: str, key: Path, **_: Any) -> dict[str, Any]:
        move = arriving.serve(slug, release, MoveKey.read(key), getpass.getuser())
        return _result(move)

    def _undo(self, slug: str, **_: Any) -> dict[str, Any]:
        latest = TenantMove.objects.filter(slug=slug).order_by("-began_at").first()
        if latest and latest.phase == TenantMove.Phase.ARRIVED:
            return _result(arriving.undo(slug))
        return _result(leaving.undo(slug, getpass.getuser()))

    def _status(self, slug: str, **_: Any) -> dict[str, Any]:
        moves = TenantMove.objects.filter(slug=slug).order_by("began_at")
        return {"moves": [_result(move) | {"other_cell": move.other_cell} for move in moves]}

    def _show_calls(self, left: int) -> None:
        self._line.show(f"{left} calls live")

    def _show_rows(self, table: str, done: int) -> None:
        self._line.show(table, done, unit="rows")


def _not_yet(slug: str, because: str) -> CommandError:
    message = f"{slug}: no call is allowed any more, but {because}."
    return CommandError(f"{message} Run the same command again, or undo.", returncode=2)


def _explain(error: Exception) -> str:
    match error:
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{error.strerror}."
        case DatabaseError():
            first_line = str(error).partition("\n")[0]
            return f"The database did not answer: {first_line}"
    return str(error)


def _result(move: TenantMove, **more: Any) -> dict[str, Any]:
    return {"move": str(move.pk), "phase": str(move.phase), **more}


def _describe(step: str, result: dict[str, Any]) -> str:
    slug = result["tenant"]
    if step == "status":
        moves = [f"{_told(move)}, other cell {move['other_cell']}" for move in result["moves"]]
        return "\n".join(f"{slug}: {move}" for move in moves) or f"{slug} has not moved."

    lines = [f"  {rows:>9,} {table}" for table, rows in result.get("rows", {}).items()]
    if result.get("dry_run"):
        return "\n".join([f"{slug}: this would move, and nothing was changed.", *lines])
    proofs = [f"{name}: {result[name]}" for name in ("receipt", "release") if name in result]
    following = [NEXT[step].format(tenant=slug)] if step in NEXT else []
    return "\n".join([f"{slug}: {_told(result)}.", *lines, *proofs, *following])


def _told(move: dict[str, Any]) -> str:
    return TenantMove.Phase(move["phase"]).label
