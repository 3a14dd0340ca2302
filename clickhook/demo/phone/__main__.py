"""`python -m clickhook.demo.phone`: the phone as a program, which prints events as JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Any

import baresip

from clickhook.demo.phone.phone import Line, Manner, Phone

HELP = """A SIP phone on this machine, for the demo and the tests.

It registers as USER@DOMAIN at the SIP server, with the password of the environment variable
PHONE_PASSWORD, answers each call and plays a tone, or else a greeting and then the caller's own
voice. The output has a JSON line for each event: registered, rings, answered, hears (with the pitch
in hertz), tone (with the key), ended. Exit code 1: it cannot register."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", metavar="USER@DOMAIN")
    parser.add_argument("--server", required=True, metavar="HOST:PORT")
    parser.add_argument(
        "--rings", type=float, default=0.5, metavar="SECONDS", help="before it answers"
    )
    parser.add_argument("--plays", type=int, metavar="HERTZ", help="a tone; default: an echo")
    parser.add_argument("--busy", action="store_true", help="refuses every call")
    parser.add_argument("--no-answer", action="store_true", help="rings for ever")
    parser.add_argument("--hangs-up-after", type=float, metavar="SECONDS", help="of talking")
    options = parser.parse_args()
    user, _, domain = options.address.partition("@")
    line = Line(user, domain, os.environ.get("PHONE_PASSWORD", ""), options.server)
    manner = Manner(
        options.rings, options.plays, options.busy, not options.no_answer, options.hangs_up_after
    )
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(Phone(line, manner, print_event).run())
    except baresip.BaresipError as error:
        sys.exit(f"{options.address} cannot register at {options.server}: {error}")


def print_event(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
