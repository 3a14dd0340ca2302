"""`manage.py up`: everything on one machine, in the foreground."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from clickhook import datadir, first_start
from clickhook.button import websdk
from clickhook.postgres import PR_SET_PDEATHSIG, PostgresError, Server

GUNICORN_CONF = settings.BASE_DIR / "docker" / "gunicorn.conf.py"
WAIT_FOR_COMMAND = 10.0  # seconds


class Command(BaseCommand):
    help = """Run the gateway, the admin and, without DATABASE_URL, an embedded PostgreSQL, in the foreground.

The first start makes the data directory with its keys (back them up: without them no stored
password opens), an administrator whose password is shown once, and a demo tenant with two
signed curl commands to try. Ctrl-C or SIGTERM ends everything; after a crash, start it again.

It is ready when GET /readyz answers 200. Exit code 0: ended when asked to; 1: could not start."""
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default=os.environ.get("CLICKHOOK_BIND", "127.0.0.1:8000"), metavar="HOST:PORT")
        parser.add_argument("--data-dir", type=Path, metavar="DIR", help="default: CLICKHOOK_DATA_DIR, or .data here")

    def handle(self, *, bind: str, data_dir: Path | None, **options: Any) -> None:
        _with_settings_of((data_dir or settings.CLICKHOOK_DATA_DIR).resolve())
        for ending in (signal.SIGTERM, signal.SIGINT):  # a shell's background job is born with SIGINT ignored
            signal.signal(ending, _interrupt)
        server = Server(settings.CLICKHOOK_DATA_DIR) if settings.CLICKHOOK_EMBEDDED_DATABASE else None
        try:
            if server:
                self._start(server)
            self._serve(bind)
        except KeyboardInterrupt:
            self.stdout.write("stopped while starting")
        except (PostgresError, OperationalError) as error:
            raise CommandError(str(error)) from error
        finally:
            connections.close_all()
            if server:
                server.stop()

    def _start(self, server: Server) -> None:
        if not server.acquire(wait_seconds=WAIT_FOR_COMMAND):  # a command may be at work on it
            raise PostgresError(f"Another clickhook uses {settings.CLICKHOOK_DATA_DIR}.")
        server.start()

    def _serve(self, bind: str) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("check", stdout=io.StringIO())
        if missing := websdk.missing(settings.STATIC_ROOT):
            self.stdout.write(missing)
        if first_start.is_due():
            self.stdout.write(first_start.prepare(f"http://{bind}"))
        connections.close_all()
        command = [sys.executable, "-m", "gunicorn", "-c", str(GUNICORN_CONF), "--bind", bind]
        gunicorn = subprocess.Popen(command, cwd=settings.BASE_DIR, preexec_fn=_end_with_parent, start_new_session=True)
        self.stdout.write(f"clickhook serves http://{bind} (admin: http://{bind}/admin/); Ctrl-C ends it")
        self.stdout.flush()  # into a file or a journal too: the password is shown only now
        try:
            code = gunicorn.wait()
        except KeyboardInterrupt:
            gunicorn.terminate()
            gunicorn.wait()
        else:
            raise CommandError(f"gunicorn ended by itself with exit code {code}; is {bind} in use?")


def _with_settings_of(directory: Path) -> None:
    """The settings hold the directory and the keys, so where either was missing they are read anew."""
    made = datadir.prepare(directory)
    if made or directory != settings.CLICKHOOK_DATA_DIR:
        os.environ["CLICKHOOK_DATA_DIR"] = str(directory)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this very command


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
