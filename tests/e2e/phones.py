"""The phones at the customers' SIP servers: each does one thing with a call."""

from __future__ import annotations

from dataclasses import dataclass

from clickhook.demo.part import Part
from tests.e2e.sip_servers import Account

ACME = "sip.acme.example"
GLOBEX = "sip.globex.example"
ACME_LINE = "acme-line"
GLOBEX_LINE = "globex-line"


@dataclass(frozen=True)
class Kind:
    user: str
    domain: str
    manner: tuple[str, ...] = ()

    @property
    def password(self) -> str:
        return f"phone-password-of-{self.user}"

    @property
    def account(self) -> Account:
        return Account(self.user, self.domain, self.password)


# By the alias under which a page calls it. Each number is long enough to be found in whatever a
# browser gets.
KINDS = {
    "sales": Kind("+4930123456", ACME, ("--plays", "880")),
    "support": Kind("+4930200003", ACME, ("--plays", "990")),
    "busy": Kind("+4930200004", ACME, ("--busy",)),
    "silent": Kind("+4930200005", ACME, ("--no-answer",)),
    "hasty": Kind("+4930200006", ACME, ("--hangs-up-after", "1")),
    "tired": Kind("+4930200007", ACME),  # gives up after a while
    "unheard": Kind("+4930200008", ACME, ("--no-answer",)),  # Kamailio gives up
    "frontdesk": Kind("+4930900002", GLOBEX, ("--plays", "620")),
}
NO_PHONE = "+4930200009"


class Phone(Part):
    def __init__(self, kind: Kind, port: int) -> None:
        address = f"{kind.user}@{kind.domain}"
        server = f"127.0.0.1:{port}"
        super().__init__(
            "clickhook.demo.phone",
            address,
            "--server",
            server,
            *kind.manner,
            PHONE_PASSWORD=kind.password,
        )
        self.wait_for(registered=address)

    def rang(self, since: int = 0) -> int:
        return sum(1 for line in self.lines[since:] if line.get("call") == "rings")
