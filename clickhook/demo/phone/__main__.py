"""`python -m clickhook.demo.phone`: the phone as a program of its own; it tells what happens in JSON lines."""

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

It registers as USER@DOMAIN at the SIP server, with the password of the environment variable PHONE_PASSWORD, answers what
rings and plays a tone, or else a greeting and then the caller's own voice. The output has a JSON line for each thing that
happens: registered, rings, answered, hears (with the pitch in hertz), ended. Exit code 1: it cannot register."""


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
    given = parser.parse_args()
    user, _, domain = given.address.partition("@")
    line = Line(user, domain, os.environ.get("PHONE_PASSWORD", ""), given.server)
    manner = Manner(given.rings, given.plays, given.busy, not given.no_answer, given.hangs_up_after)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(Phone(line, manner, tell).run())
    except baresip.BaresipError as error:
        sys.exit(f"{given.address} cannot register at {given.server}: {error}")


def tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
