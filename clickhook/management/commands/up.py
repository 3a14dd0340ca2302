"""`manage.py up`: everything on one machine, in the foreground."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError

from clickhook import first_start, serving
from clickhook.button import fetching
from clickhook.postgres import PostgresError, Server
from clickhook.served_url import announce
from tenants.management.plain_help import PlainHelpCommand


class Command(PlainHelpCommand):
    help = """Run the gateway, the admin and, without DATABASE_URL, an embedded PostgreSQL.

The first start makes the data directory with its keys (back them up: without them no stored
password opens), an administrator whose password is shown once, and a demo tenant with two
signed curl commands to try. It stays in the foreground: Ctrl-C or SIGTERM ends everything; after a
crash, start it again.

It is ready when GET /readyz answers 200. Exit code 0: ended when asked to; 1: could not start."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind",
            default=os.environ.get("CLICKHOOK_BIND", "127.0.0.1:8000"),
            metavar="HOST:PORT",
        )
        parser.add_argument(
            "--data-dir",
            type=Path,
            metavar="DIR",
            help="default: CLICKHOOK_DATA_DIR, or .data here",
        )

    def handle(self, *, bind: str, data_dir: Path | None, **options: Any) -> None:
        try:
            serving.with_settings_of((data_dir or settings.CLICKHOOK_DATA_DIR).resolve())
            serving.interrupt_on_signals()
            with serving.database() as server, announce(settings.CLICKHOOK_DATA_DIR, bind) as url:
                serving.prepare()
                if advice := fetching.advise():
                    self.stdout.write(advice)
                if first_start.is_due():
                    self.stdout.write(first_start.prepare(url))
                self._serve(bind, server)
        except KeyboardInterrupt:
            self.stdout.write("stopped while starting")
        except (PostgresError, OperationalError, OSError) as error:
            raise CommandError(str(error)) from error

    def _serve(self, bind: str, server: Server | None) -> None:
        gunicorn = serving.gunicorn(bind)
        self.stdout.write(
            f"clickhook serves http://{bind} (admin: http://{bind}/admin/); Ctrl-C ends it"
        )
        self.stdout.flush()  # into a file or a journal too: the password is shown only now
        try:
            code = serving.wait(gunicorn, server)
        except KeyboardInterrupt:
            return
        finally:
            serving.end(gunicorn)
        raise CommandError(f"gunicorn ended by itself with exit code {code}; is {bind} in use?")
