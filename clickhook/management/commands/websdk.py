"""`manage.py websdk`: the Web SDK beside the button."""

from __future__ import annotations

import json
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from clickhook.button import fetching, websdk
from tenants.management.plain_help import PlainHelpCommand

INTERRUPTED = 130  # as a shell has it


class Command(PlainHelpCommand):
    help = f"""Fetch the Web SDK that the button loads, with npm.

It is {websdk.PACKAGE} {websdk.VERSION}, by Flashphoner, and not part of this repository. Without
it, button.js needs data-sdk="URL" of another copy. The package (17 MB) is checked against a known
hash; one file of it (414 KB) is checked too and put, with a notice of its licence, where the
gateway serves it:

  {{CLICKHOOK_STATIC_DIR, or static in the data directory}}/{websdk.FOLDER}/

npm is the one on PATH, with your own configuration of it; where there is none, the one that
`pip install -r clickhook/button/requirements.lock` brings. Where the file is there already, nothing
is fetched and no npm is needed. A gateway that runs already serves it from its next start on.

With --json it is one object: status ("fetched", "already there", "missing", "damaged", "failed"),
version, file, integrity, problem.

Exit code 0: it is there; 1: it is not; 130: interrupted. With 1 and 130 nothing is changed."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="only say whether it is there and undamaged; fetch nothing",
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *, check: bool, json: bool, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        status, problem = str(websdk.state(settings.STATIC_ROOT)), ""
        try:
            if not check and status != websdk.State.HERE:
                self._fetch()
                status = "fetched"
        except fetching.FetchError as error:
            status, problem = "failed", str(error)
        except KeyboardInterrupt:
            self.stderr.write("interrupted; nothing is changed")
            sys.exit(INTERRUPTED)
        self._report(status, problem, json)

    def _fetch(self) -> None:
        if self.stderr.isatty():
            self.stderr.write(
                f"fetching {websdk.PACKAGE} {websdk.VERSION} with npm (17 MB)…",
                lambda message: message,
            )
        if not settings.CLICKHOOK_DATA_DIR.exists() and settings.STATIC_ROOT.is_relative_to(
            settings.CLICKHOOK_DATA_DIR
        ):
            settings.CLICKHOOK_DATA_DIR.mkdir(
                mode=0o700, parents=True
            )  # the keys come to lie there
        fetching.fetch(settings.STATIC_ROOT)

    def _report(self, status: str, problem: str, as_json: bool) -> None:
        file = str(settings.STATIC_ROOT / websdk.FOLDER / websdk.FILE)
        if as_json:
            report = {
                "status": status,
                "version": websdk.VERSION,
                "file": file,
                "integrity": websdk.FILE_INTEGRITY,
            }
            self.stdout.write(json.dumps(report | {"problem": problem}, indent=2))
        if status in {"fetched", websdk.State.HERE}:
            return None if as_json else self.stdout.write(f"{status}: {file}")
        raise CommandError(problem or f"The Web SDK is {status}; `manage.py websdk` fetches it.")
