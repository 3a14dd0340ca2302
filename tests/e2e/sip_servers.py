"""The SIP server of the end-to-end tests: Kamailio with --real, else the demo's own.

Both report every INVITE.
"""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clickhook.demo.part import Part
from clickhook.demo.sip.message import Message
from tests.ports import find_port

CONFIGURATION = Path(__file__).with_name("kamailio.cfg")
_INVITE = re.compile(r"INVITE from (\S+) to (\S+): ([0-9a-f]+)")
# What a SIP stack writes into each one.
_HEADERS = {
    *(
        "via",
        "route",
        "max-forwards",
        "from",
        "to",
        "contact",
        "call-id",
        "cseq",
        "proxy-authorization",
    ),
    *("user-agent", "allow", "supported", "content-type", "content-length"),
}


@dataclass(frozen=True)
class Invite:
    caller: str
    callee: str
    headers: tuple[tuple[str, str], ...]  # as they came, names in lower case

    @property
    def sender(self) -> str:
        """As it is shown at the other end."""
        return dict(self.headers)["from"].partition(";tag=")[0]

    @property
    def strange(self) -> list[tuple[str, str]]:
        """The headers that somebody put into it."""
        return [header for header in self.headers if header[0] not in _HEADERS]


@dataclass(frozen=True)
class Account:
    user: str
    domain: str
    password: str
    name: str = ""  # for the digest, where it is not the user

    @property
    def digest_name(self) -> str:
        return self.name or self.user


class DemoServer:
    def __init__(self, accounts: list[Account]) -> None:
        lines = [
            f"{account.user}@{account.domain}:{account.digest_name}:{account.password}\n"
            for account in accounts
        ]
        self._part = Part("clickhook.demo.sip", "-", standard_input="".join(lines))
        self.port = self._part.wait_for()["listening"][1]

    def invites(self) -> list[Invite]:
        return [
            Invite(line["from"], line["to"], _pairs(line["headers"]))
            for line in self._part.find_lines(method="INVITE")
        ]

    def stop(self) -> None:
        self._part.stop()


class Kamailio:
    def __init__(self, accounts: list[Account], gives_up_on: str) -> None:
        """`gives_up_on` is a number that it lets ring for a second and a half."""
        self._directory = tempfile.TemporaryDirectory()
        run, self.port = Path(self._directory.name), find_port()
        given = {
            "@PORT@": str(self.port),
            "@ACCOUNTS@": _table(accounts),
            "@GIVES_UP_ON@": gives_up_on,
        }
        text = CONFIGURATION.read_text()
        for name, value in given.items():
            text = text.replace(name, value)
        (run / "kamailio.cfg").write_text(text)
        command = [
            "kamailio",
            "-f",
            str(run / "kamailio.cfg"),
            "-DD",
            "-E",
            "-m",
            "32",
            "-M",
            "4",
            "-Y",
            str(run),
        ]
        self._process = subprocess.Popen(
            [*command, "-P", str(run / "pid")], stderr=subprocess.PIPE, text=True
        )
        self._invites: list[Invite] = []
        self.log = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._wait()

    def invites(self) -> list[Invite]:
        return list(self._invites)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        if self._process.stderr:
            self._process.stderr.close()
        self._directory.cleanup()

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.log += line
            if found := _INVITE.search(line):
                message = Message.parse(bytes.fromhex(found[3]))
                self._invites.append(Invite(found[1], found[2], _pairs(message.headers)))

    def _wait(self) -> None:
        """Until it answers: any answer will do."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect(("127.0.0.1", self.port))
            place = "{}:{}".format(*probe.getsockname())
            ask = (
                f"OPTIONS sip:127.0.0.1:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP "
                f"{place};branch=z9hG4bKprobe\r\n"
                f"From: <sip:probe@{place}>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: "
                "probe\r\nCSeq: 1 OPTIONS\r\n"
                "Max-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
            )
            for _ in range(50):
                try:
                    probe.send(ask.encode())
                    probe.recv(2000)
                    return
                except OSError:
                    assert self._process.poll() is None, self.log
                    time.sleep(0.05)
        raise AssertionError(self.log)


def _pairs(headers: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers)


def _table(accounts: list[Account]) -> str:
    lines = []
    for account in accounts:
        lines.append(
            f'\t$sht(password=>{account.digest_name}@{account.domain}) = "{account.password}";'
        )
        lines.append(f'\t$sht(account=>{account.user}@{account.domain}) = "{account.digest_name}";')
    return "\n".join(lines)
