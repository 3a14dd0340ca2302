"""What was seen becomes an answer: one sentence for each check that fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clickhook.health.database import Clocks, Seen
from clickhook.health.disk import DiskState
from tenants.models import WcsInstance
from tenants.secrets.fields import secret_field

AWAY = "the database is away"
UNKNOWN = "not known without the database"
# Tickets may be 30 seconds off; beyond that good ones are refused.
CLOCKS_WITHIN = 30.0  # seconds
CHECKS = ("database", "migrations", "keys", "clock", "spool")
_SIGNING_SECRET = secret_field(WcsInstance, "signing_secret")


@dataclass(frozen=True, slots=True)
class State:
    """Nothing was looked at yet, so nothing is well."""

    problems: dict[str, str] = field(default_factory=lambda: {"database": AWAY})
    unknown: frozenset[str] = frozenset()
    clock_offset: float | None = None  # seconds
    disk: DiskState = DiskState()

    @property
    def is_ready(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        checks = {name: UNKNOWN if name in self.unknown else "ok" for name in CHECKS}
        return {"ready": self.is_ready, "checks": checks | self.problems}


def judge(seen: Seen | str, disk: DiskState) -> State:
    """`seen` is a sentence where the database did not tell."""
    problems = {"spool": disk.problem}
    if isinstance(seen, str):
        name = "database" if seen == AWAY else "migrations"
        problems[name] = seen
        unknown = frozenset({"migrations", "keys", "clock"} - {name})
        return State(_only_real(problems), unknown, None, disk)

    problems["migrations"] = _judge_migrations(seen.missing_migrations)
    problems["keys"] = _judge_keys(seen.sealed_secrets)
    problems["clock"] = _judge_clock(seen.clocks)
    return State(_only_real(problems), frozenset(), seen.clocks.offset, disk)


def _only_real(problems: dict[str, str]) -> dict[str, str]:
    return {name: problem for name, problem in problems.items() if problem}


def _judge_migrations(missing: list[str]) -> str:
    if not missing:
        return ""
    return f"{len(missing)} are missing, such as {min(missing)}; run manage.py migrate"


def _judge_keys(sealed: list[tuple[str, str]]) -> str:
    """One secret may be damaged; the wrong key ring opens none."""
    if not sealed or any(_SIGNING_SECRET.stored(token, row).opens for row, token in sealed):
        return ""
    return "no stored secret opens; is this the key ring of this database?"


def _judge_clock(clocks: Clocks) -> str:
    if abs(clocks.offset) <= CLOCKS_WITHIN:
        return ""
    return f"it differs from the database's by {abs(clocks.offset):.0f} s"
