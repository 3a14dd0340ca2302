"""`manage.py demo`: a whole click-to-call on one machine, to try with one's own browser."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from clickhook import serving, supervision
from clickhook.button import fetching, websdk
from clickhook.button.npm import install_command
from clickhook.demo import administrator
from clickhook.demo.customer import PHONES, SIP_DOMAIN, Customer
from clickhook.demo.part import Part, PartError
from clickhook.demo.site import Content, Site
from clickhook.gunicorn_process import Gunicorn, GunicornError
from clickhook.postgres import PostgresError, Server
from clickhook.worker_process import WorkerProcess
from tenants.management.plain_help import PlainHelpCommand

DEMO_LOCK = settings.BASE_DIR / "clickhook" / "demo" / "requirements.lock"
EXTRAS = ("aiohttp", "aiortc", "baresip")  # what of clickhook[demo] the gateway itself does without


class Command(PlainHelpCommand):
    help = """Run a whole click-to-call on this machine: open the address it prints, click, talk.

The gateway and its database are the real ones. Around them run a stand-in for WCS, which is closed
source; a small SIP server with two phones, one that echoes and one that is busy; and a customer's
page with the button. The page leads to the admin, where the call appears while it lasts.

The demo has data of its own, and neither needs nor changes the data of `manage.py up`. Open the
address on this machine: a browser gives the microphone to https:// and localhost pages only. Ctrl-C
ends everything.

It needs what clickhook/demo/requirements.lock installs, npm for the Web SDK among it.

Exit code 0: ended when asked to; 1: a part could not start or ended by itself, and which."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        port_help = "of the page; default: 8080. All else takes free ports"
        parser.add_argument("--port", type=_parse_port, default=8080, help=port_help)
        directory = settings.BASE_DIR / ".demo"
        parser.add_argument(
            "--data-dir", type=Path, default=directory, metavar="DIR", help="default: .demo here"
        )

    def handle(self, *, port: int, data_dir: Path, **options: Any) -> None:
        if not settings.CLICKHOOK_EMBEDDED_DATABASE:
            raise CommandError(
                "The demo has a database of its own and leaves yours alone: unset DATABASE_URL."
            )
        if missing := [name for name in EXTRAS if importlib.util.find_spec(name) is None]:
            raise CommandError(
                f"{', '.join(missing)} missing. This installs it:\n{install_command(DEMO_LOCK)}"
            )
        try:
            serving.with_settings_of(data_dir.resolve())
            serving.interrupt_on_signals()
            with ExitStack() as parts:
                site = parts.enter_context(_open_site(port))
                server = parts.enter_context(serving.database())
                self._prepare()
                self._play(parts, site, server)
        except KeyboardInterrupt:
            self.stdout.write("The demo has ended.")
        except (
            PostgresError,
            GunicornError,
            DatabaseError,
            PartError,
            fetching.FetchError,
            OSError,
        ) as error:
            raise CommandError(str(error)) from error

    def _prepare(self) -> None:
        self.stdout.write("Preparing the database and the Web SDK …")
        self.stdout.flush()
        if administrator.somebody_else_is_here():  # before anything of theirs is changed
            directory = settings.CLICKHOOK_DATA_DIR
            raise CommandError(f"{directory} is no demo's: it has users. Take another --data-dir.")
        serving.prepare()
        if websdk.state(settings.STATIC_ROOT) != websdk.State.HERE:
            fetching.fetch(settings.STATIC_ROOT)

    def _play(self, parts: ExitStack, site: Site, database: Server | None) -> None:
        customer = Customer()
        sip = parts.enter_context(
            Part("clickhook.demo.sip", "-", standard_input=customer.sip_accounts)
        )
        server = f"127.0.0.1:{sip.wait_for()['listening'][1]}"
        hook_key = customer.prepare(site.origin, int(server.partition(":")[2]))
        gateway_port = _find_free_port()  # only now: the parts before it take free ports too
        gunicorn = Gunicorn(f"127.0.0.1:{gateway_port}")
        parts.callback(gunicorn.end)
        gunicorn.start()
        worker = WorkerProcess()
        parts.callback(worker.end)
        worker.start()
        hooks = f"http://127.0.0.1:{gateway_port}/hooks/{hook_key}"
        wcs = parts.enter_context(
            Part("clickhook.demo.wcs", WCS_HOOKS=hooks, WCS_SIGNING_SECRET=customer.signing_secret)
        )
        phones = [
            parts.enter_context(_start_phone(user, server, customer)) for user in PHONES.values()
        ]
        for phone in phones:
            phone.wait_for()
        key = secrets.token_urlsafe(16)
        listening = wcs.wait_for(what="listening")
        customer.note_rest_api(hook_key, listening["rest"])
        address = listening["websocket"].replace("127.0.0.1", "localhost")
        gunicorn.wait_until_it_answers()
        gateway, tickets = f"http://localhost:{gateway_port}", customer.find_public_key(hook_key)
        site.open(Content(gateway, address, tickets, key, administrator.sign_in))
        self.stdout.write(
            f"\nOpen this, click, and talk:\n\n    {site.origin}/?key={key}\n\nCtrl-C ends it all."
        )
        self.stdout.flush()
        supervision.keep_running(gunicorn, worker, database, partial(_check, [sip, wcs, *phones]))


def _parse_port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _open_site(port: int) -> Site:
    try:
        return Site(port)
    except OSError as error:
        raise CommandError(
            f"Port {port} cannot be had ({error.strerror}); take another with --port."
        ) from error


def _start_phone(user: str, server: str, customer: Customer) -> Part:
    manner = ["--busy"] if user == PHONES["support"] else []
    address = f"{user}@{SIP_DOMAIN}"
    return Part(
        "clickhook.demo.phone",
        address,
        "--server",
        server,
        *manner,
        PHONE_PASSWORD=customer.passwords[user],
    )


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _check(parts: list[Part]) -> None:
    """Raises PartError."""
    for part in parts:
        part.check()
