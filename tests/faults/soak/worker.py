"""The worker, for which a day of retention is a minute: otherwise every table grows for months."""

from __future__ import annotations

import dataclasses
import os
import sys

import django
from django.core.management import call_command

DAYS, MINUTES = "make_interval(days =>", "make_interval(mins =>"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")
    django.setup()
    from hooks.duties import kept, pruning

    kinds = [_in_minutes(kind) for kind in kept.list_kinds()]
    if not any(MINUTES in kind.due for kind in kinds):
        sys.exit(f"hooks.duties.kept no longer says {DAYS!r}")
    pruning.list_kinds = lambda: kinds
    call_command("worker")


def _in_minutes(kind):
    """Events go one by one: no week passes here."""
    table = "hooks_eventlog" if kind.name == "events" else kind.table
    return dataclasses.replace(kind, table=table, due=kind.due.replace(DAYS, MINUTES))


if __name__ == "__main__":
    main()
