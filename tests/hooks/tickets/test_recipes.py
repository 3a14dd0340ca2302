"""The README's recipes for tickets, as they stand there, against a real gateway."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hooks.models import Session
from hooks.tickets.ticket import Ticket, read_ticket
from tenants.models import TicketKey
from tests.conftest import ROOT
from tests.hooks.tickets.making import ORIGIN

CALLS = {
    "python": 'print(make_ticket("sales", "customer-7", "Zoë", ["basket 12"]))',
    "php": 'echo make_ticket("sales", "customer-7", "Zoë", ["basket 12"]);',
    "node": 'console.log(makeTicket("sales", "customer-7", "Zoë", ["basket 12"]));',
}
PROGRAMS = {
    "python": [sys.executable, "-c"],
    "php": ["php", "-r"],
    "node": ["node", "-e"],
}


def recipe(name: str) -> str:
    readme = (ROOT / "README.md").read_text()
    found = re.search(rf"<!-- ticket {name} -->\n```\w*\n(.*?)```", readme, re.DOTALL)
    assert found, f"the README has no recipe for {name}"
    return found[1]


@pytest.mark.parametrize("language", CALLS)
def test_a_recipe_makes_a_good_ticket(acme, cast, language):
    program, flag = PROGRAMS[language]
    if not (Path(program).exists() or shutil.which(program)):
        pytest.skip(f"there is no {program} here")
    secret = "a secret of this very test, 40 characters"
    key = TicketKey.objects.create(tenant=cast.acme, secret=secret)
    given = {"ORIGIN": ORIGIN, "TICKET_KID": key.kid, "TICKET_SECRET": secret}
    text = f"{recipe(language)}\n{CALLS[language]}"
    made = subprocess.run(
        [program, flag, text], env=os.environ | given, capture_output=True, text=True, check=True
    )

    answer = acme.post("connect", custom={"ticket": made.stdout.strip()})
    assert answer.status == 200
    session = Session.objects.get()
    assert (session.ticket_alias, session.label) == ("sales", "Zoë")
    assert (session.visitor_display, session.context) == ("customer-7", ["basket 12"])


def test_the_vector_is_right():
    header, claims, text = recipe("vector").strip().split("\n")
    now = datetime.fromtimestamp(1767225600, UTC)

    ticket = read_ticket(text, {"tk-vector": "0123456789abcdef" * 2}, now)
    assert isinstance(ticket, Ticket)
    assert ticket.claims.jti == "vector-1"
    assert text.count(".") == 2
    assert "tk-vector" in header
    assert "vector-1" in claims
