"""`manage.py up`: everything on one machine, in the foreground."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from clickhook import first_start, serving, supervision
from clickhook.button import fetching
from clickhook.database_refusals import describe_refusal
from clickhook.gunicorn_process import Gunicorn, GunicornError
from clickhook.postgres import PostgresError, Server
from clickhook.processes import end_together
from clickhook.served_url import announce
from clickhook.worker_process import WorkerProcess
from tenants.management.plain_help import PlainHelpCommand


class Command(PlainHelpCommand):
    help = """Run gateway, worker, admin and, without DATABASE_URL, an embedded PostgreSQL.

The first start makes the data directory with its keys (back them up: without them no stored
password opens), an administrator whose password is shown once, and a demo tenant with two
signed curl commands to try. It stays in the foreground: Ctrl-C or SIGTERM ends everything. Where
gunicorn, the worker or the embedded PostgreSQL ends by itself, it is started again, and the log
says so; the events that arrive meanwhile are kept and recorded.

It is ready when GET /readyz answers 200. Exit code 0: ended when asked to; 1: could not start."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind",
            default=os.environ.get("CLICKHOOK_BIND", "127.0.0.1:8000"),
            metavar="HOST:PORT",
            help="where to listen; default: CLICKHOOK_BIND, or 127.0.0.1:8000",
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
            gunicorn = Gunicorn(bind)
            with serving.database() as server:
                serving.prepare()
                self._announce_and_serve(gunicorn, server, bind)
        except KeyboardInterrupt:
            self.stdout.write("stopped while starting")
        except (PostgresError, GunicornError, DatabaseError, OSError) as error:
            raise CommandError(describe_refusal(error) or str(error).strip()) from error

    def _announce_and_serve(self, gunicorn: Gunicorn, server: Server | None, bind: str) -> None:
        """Only now: one that cannot start is not to take away the address of one that runs."""
        with announce(settings.CLICKHOOK_DATA_DIR, bind) as url:
            if advice := fetching.advise():
                self.stdout.write(advice)
            if first_start.is_due():
                self.stdout.write(first_start.prepare(url))
            self._serve(gunicorn, server, url)

    def _serve(self, gunicorn: Gunicorn, server: Server | None, url: str) -> None:
        worker = WorkerProcess()
        try:
            gunicorn.start()
            worker.start()
            self.stdout.write(f"clickhook serves {url} (admin: {url}/admin/); Ctrl-C ends it")
            self.stdout.flush()  # into a file or a journal too: the password is shown only now
            supervision.keep_running(gunicorn, worker, server)
        except KeyboardInterrupt:
            return
        finally:
            end_together(worker.end, gunicorn.end)
