"""`python -m clickhook.demo.sip`: the server as a program of its own; it tells what it does in JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from clickhook.demo.sip.server import Account, Credentials, SipServer

HELP = """A SIP server on this machine, for the demo and the tests.

ACCOUNTS is a file, or - for standard input, of lines "user@domain:name:password", the name being the one for the digest.
Each domain is a realm of its own, and an account calls the accounts of its domain. The first line of output is
{"listening": [HOST, PORT]}, then there is one line for each request."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("accounts", metavar="ACCOUNTS")
    parser.add_argument(
        "--port", type=int, default=0, help="UDP port on 127.0.0.1; default: a free one"
    )
    arguments = parser.parse_args()
    text = sys.stdin.read() if arguments.accounts == "-" else Path(arguments.accounts).read_text()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(read(text), arguments.port))


async def serve(known: dict[Account, Credentials], port: int) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: SipServer(known, tell), local_addr=("127.0.0.1", port)
    )
    tell({"listening": transport.get_extra_info("sockname")})
    try:
        await asyncio.Event().wait()
    finally:
        transport.close()


def read(lines: str) -> dict[Account, Credentials]:
    known = {}
    for line in lines.split():
        address, name, password = line.split(":", 2)
        user, _, domain = address.partition("@")
        known[Account(user, domain)] = Credentials(name, password)
    return known


def tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
