"""What the import tests write into files, and what they look for afterwards."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import load_command_class
from django.db import connection

from tenants.models import Callee, Domain, ImportedRow, ImportRun, SipAccount, Tenant, WcsInstance
from tenants.transfer.problems import ImportRefused, Problem, Problems, Unreadable
from tenants.transfer.reading.source import Source
from tenants.transfer.rows import Row
from tenants.transfer.tables import BY_NAME
from tests import cast as casting

FILES = Path(__file__).parent.parent / "files"
NEW_PASSWORD = "never-to-be-shown-1"
NEW_SIGNING = "never-to-be-shown-2"
SECRETS = (
    *casting.SECRETS,
    NEW_PASSWORD,
    NEW_SIGNING,
    "half_of_a_secret",
    "initech-sip-pässword-11",
    "initech-sip-password-22",
    "initech-signing-secret-33",
)
LOST = "v1.lost.AAAA"  # sealed with a key that is not there
TAKEN = "This origin, or one below or above it, belongs to another tenant."
UNCHANGED = "nothing to change: 0 added, 0 changed, 1 unchanged"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def problems(self) -> list[str]:
        assert self.code == 1
        assert self.out == ""
        assert "nothing is changed" in self.err.splitlines()[0]
        return [line.strip() for line in self.err.splitlines()[1:]]


def rows() -> list[tuple[Any, ...]]:
    """Every row there is, as it is stored."""
    models = (
        Tenant,
        Domain,
        SipAccount,
        Callee,
        WcsInstance,
        WcsInstance.tenants.through,
        ImportRun,
        ImportedRow,
    )
    found = []
    for model in models:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            found += cursor.fetchall()
    return found


def generated() -> list[str]:
    instances = WcsInstance.objects.exclude(signing_secret="").exclude(signing_secret=LOST)
    return [instance.signing_secret.reveal() for instance in instances]


def tenant(slug: str = "acme", **values: Any) -> dict[str, Any]:
    return {"tenants": [{"slug": slug, **values}]}


def instance(name: str = "acme-1", **values: Any) -> dict[str, Any]:
    return {"wcs_instances": [{"name": name, **values}]}


def account(**values: Any) -> dict[str, Any]:
    return tenant(sip_accounts=[{"login": "10001", "domain": "sip.acme.example", **values}])


def read_rows(content: Any, table: str = "", name: str = "tenants.json") -> list[Row]:
    """What reading alone makes of a file, without a database."""
    problems = Problems()
    found = list(_source(content, table, name).rows(problems))
    assert problems == []
    return found


def reading_problems(content: Any, table: str = "", name: str = "tenants.json") -> list[str]:
    """The problems that reading alone finds, as the commands list them, without a database."""
    problems = Problems()
    try:
        deque(_source(content, table, name).rows(problems), maxlen=0)
    except Unreadable as error:
        problems.append(Problem("", str(error)))

    lines = ImportRefused(problems).lines()
    assert not [secret for secret in SECRETS if secret in "\n".join(lines)]
    return lines


def _source(content: Any, table: str, name: str) -> Source:
    if not isinstance(content, bytes | str):
        content = json.dumps(content)
    encoded = content.encode() if isinstance(content, str) else content
    return Source(name, encoded, BY_NAME.get(table))


def help_text(command: str) -> str:
    """What `manage.py COMMAND --help` prints."""
    return load_command_class("tenants", command).create_parser("manage.py", command).format_help()
