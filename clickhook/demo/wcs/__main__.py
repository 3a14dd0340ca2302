"""Runs the stand-in for WCS by itself: `python -m clickhook.demo.wcs --help`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

from clickhook.demo.wcs.node import Node
from clickhook.demo.wcs.recorder import JsonLines
from clickhook.demo.wcs.rest_hooks import TIMEOUT_SECONDS
from clickhook.demo.wcs.setup import DEFAULT_APP, Setup

_DESCRIPTION = """A stand-in for Flashphoner Web Call Server. It takes calls of pages that use the
Web SDK, asks a gateway by REST hooks as WCS does, and places the calls at a real SIP server.
Not WCS: what it assumes about WCS stands in
`python -c "import clickhook.demo.wcs; help(clickhook.demo.wcs)"`.

    python -m clickhook.demo.wcs --hooks http://127.0.0.1:8000/hooks/KEY --secret-file signing.txt
    python -m clickhook.demo.wcs --hooks acme=http://127.0.0.1:8000/hooks/KEY1 --hooks globex=http://…/KEY2

It prints JSON, one object a line: first {"what": "listening", "websocket": …, "rest": …}, then each
hook with its status, the name of each frame, each SIP registration and invitation. Never a secret.
For tests and demonstrations on one machine; without TLS, so on loopback addresses only.
Exit code 0: ended by Ctrl-C or SIGTERM; 1: it cannot listen there; 2: wrong arguments."""


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m clickhook.demo.wcs",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_hook_arguments(parser)
    _add_rest_arguments(parser)
    _add_log_arguments(parser)
    listen_help = "default 127.0.0.1:0, where 0 is a free port"
    parser.add_argument(
        "--listen",
        default=("127.0.0.1", 0),
        type=_parse_address,
        metavar="HOST:PORT",
        help=listen_help,
    )
    media_help = "calls without a voice; needs no WebRTC"
    parser.add_argument("--no-media", action="store_true", help=media_help)
    return parser


def _add_hook_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    hooks_help = (
        f"where the hooks of an application go; without APPKEY=, of {DEFAULT_APP}; may be given "
        "again; default: WCS_HOOKS, one or more of them, so that no list of processes shows the key"
    )
    app_key_url = "[APPKEY=]URL"
    add("--hooks", action="append", type=_parse_application, metavar=app_key_url, help=hooks_help)
    secret_help = (
        "a file with rest_hook_secret_key; default: WCS_SIGNING_SECRET; without either, hooks "
        "are not signed"
    )
    add("--secret-file", type=_read_secret, metavar="FILE", help=secret_help)
    limit = TIMEOUT_SECONDS
    timeout_help = f"of a hook; default {limit:g}, 0: none"
    add("--timeout", default=limit, type=float, metavar="SECONDS", help=timeout_help)
    order_help = "hooks of events go out at the same time, in any order"
    add("--out-of-order", action="store_true", help=order_help)


def _add_rest_arguments(parser: argparse.ArgumentParser) -> None:
    user_help = "of the REST API; default: open to everybody, as WCS's own is"
    parser.add_argument("--rest-user", metavar="NAME", help=user_help)
    password_help = "the password of --rest-user"
    parser.add_argument(
        "--rest-password-file", type=_read_secret, metavar="FILE", help=password_help
    )


def _add_log_arguments(parser: argparse.ArgumentParser) -> None:
    log_help = "write the JSON there; default: standard output"
    parser.add_argument("--log", type=Path, metavar="FILE", help=log_help)
    level_help = "of the parts' own logs, on standard error"
    levels = ["debug", "info", "warning", "error"]
    parser.add_argument("--log-level", default="warning", choices=levels, help=level_help)


def main() -> int:
    parser = make_parser()
    options = parser.parse_args()
    hooks = options.hooks or _read_hooks_of_environment(parser)
    if options.rest_user and not options.rest_password_file:
        parser.error("--rest-user needs --rest-password-file")
    logging.basicConfig(
        level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    setup = Setup(
        applications=dict(hooks),
        secret=options.secret_file or os.environ.get("WCS_SIGNING_SECRET"),
        host=options.listen[0],
        port=options.listen[1],
        timeout=options.timeout,
        out_of_order=options.out_of_order,
        media=not options.no_media,
        rest_user=options.rest_user,
        rest_password=options.rest_password_file or "",
    )
    with options.log.open("a") if options.log else contextlib.nullcontext(sys.stdout) as stream:
        return asyncio.run(_serve(setup, stream))


async def _serve(setup: Setup, stream: TextIO) -> int:
    record = JsonLines(stream)
    node = Node(setup, record)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await node.start()
    except OSError as error:
        reason = str(error.strerror).rpartition(": ")[2]
        sys.stderr.write(f"Cannot listen at {setup.host}:{setup.port}: {reason}\n")
        return 1
    place = f"{setup.host}:{node.port}"
    record("listening", websocket=f"ws://{place}", rest=f"http://{place}/rest-api", node=node.id)
    await ended.wait()
    await node.stop()
    return 0


def _read_hooks_of_environment(parser: argparse.ArgumentParser) -> list[tuple[str, str]]:
    try:
        hooks = [_parse_application(text) for text in os.environ.get("WCS_HOOKS", "").split()]
    except argparse.ArgumentTypeError as error:
        parser.error(f"WCS_HOOKS: {error}")
    if not hooks:
        parser.error("--hooks or WCS_HOOKS: where do the hooks go?")
    return hooks


def _parse_application(text: str) -> tuple[str, str]:
    key, equals, url = text.partition("=")
    if not equals or "/" in key:
        key, url = DEFAULT_APP, text
    if not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(
            f"{url!r} is no address like http://127.0.0.1:8000/hooks/KEY"
        )
    return key, url.rstrip("/")


def _read_secret(name: str) -> str:
    try:
        text = Path(name).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be read") from error
    if not text:
        raise argparse.ArgumentTypeError(f"{name} is empty")
    return text


def _parse_address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no address like 127.0.0.1:8443")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main())
