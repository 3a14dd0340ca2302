"""`python -m clickhook.demo.sip`: the server as a program, which prints events as JSON lines."""

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

ACCOUNTS is a file, or - for standard input. Each line is "user@domain:name:password", with the name
for the digest. Each domain is a realm of its own, and an account calls the accounts of its domain.
The first line of output is {"listening": [HOST, PORT]}, then there is one line for each request."""


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
        asyncio.run(serve(read_accounts(text), arguments.port))


async def serve(accounts: dict[Account, Credentials], port: int) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: SipServer(accounts, print_event), local_addr=("127.0.0.1", port)
    )
    print_event({"listening": transport.get_extra_info("sockname")})
    try:
        await asyncio.Event().wait()
    finally:
        transport.close()


def read_accounts(lines: str) -> dict[Account, Credentials]:
    accounts = {}
    for line in lines.split():
        address, name, password = line.split(":", 2)
        user, _, domain = address.partition("@")
        accounts[Account(user, domain)] = Credentials(name, password)
    return accounts


def print_event(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
