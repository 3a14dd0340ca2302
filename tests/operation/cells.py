"""Two cells: each a PostgreSQL cluster with a key ring of its own, and commands that are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clickhook import datadir
from tests.conftest import ROOT, Gateway
from tests.operation.cluster import Cluster

# A command that ends itself by SIGKILL where it would call a function for the nth time.
KILLED = """
import importlib, os, signal, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")
where, nth, *arguments = sys.argv[1:]
sys.argv = ["manage.py", *arguments]
import django
django.setup()
module, *names = where.split(":")
owner = importlib.import_module(module)
for name in names[:-1]:
    owner = getattr(owner, name)
function, calls = getattr(owner, names[-1]), []
def die_at_last(*given, **more):
    calls.append(1)
    if len(calls) == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return function(*given, **more)
setattr(owner, names[-1], die_at_last)
from manage import main
main()
"""
# Whether a call of this tenant could be allowed.
SERVES = """
SELECT EXISTS (SELECT FROM tenants_tenant tenant JOIN tenants_callee callee
                            ON callee.tenant_id = tenant.id
                WHERE tenant.slug = %s AND NOT EXISTS (
                      SELECT FROM hooks_switch
                       WHERE off_at IS NULL AND key = 'move of tenant ' || tenant.id))
"""


class Cell:
    def __init__(self, directory: Path, number: int, django_key: str) -> None:
        self.number, self.cluster = number, Cluster(directory / "cluster")
        self.data = directory / "data"
        datadir.prepare(self.data)
        (self.data / datadir.DJANGO_KEY).write_text(django_key)
        self.environment = {
            "DATABASE_URL": self.cluster.url,
            "CLICKHOOK_DATA_DIR": str(self.data),
            "CLICKHOOK_CELL": str(number),
        }

    def copy(self, other: Cell) -> None:
        """Of a cluster that does not run. Its files keep their owner."""
        place = self.cluster.server.cluster
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", other.cluster.server.cluster, place], check=True)

    def manage(self, *arguments: object) -> str:
        return self.cluster.manage(*map(str, arguments), **self.environment)

    def step(self, *arguments: object) -> dict[str, Any]:
        return json.loads(self.manage("move_tenant", *arguments, "--json"))

    def refuse(self, *arguments: object) -> str:
        """What is said on standard error."""
        done = self._run([sys.executable, "manage.py", "move_tenant", *map(str, arguments)])
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def kill(self, where: str, nth: int, *arguments: object) -> None:
        """`where`: like module:name, in the module that calls it."""
        given = [where, str(nth), "move_tenant", *map(str, arguments)]
        done = self._run([sys.executable, "-c", KILLED, *given])
        assert done.returncode == -9, done.stdout + done.stderr

    def gateway(self) -> Gateway:
        patient = {"CLICKHOOK_HOOK_DEADLINE": "10"}  # on a busy machine
        return Gateway({**self.environment, **patient}, workers=1).start()

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.cluster.connect() as connection:
            return connection.execute(query, values).fetchall()

    def serves(self, slug: str) -> bool:
        return bool(self.ask(SERVES, slug)[0][0])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )


@contextmanager
def running(cell: Cell) -> Iterator[Gateway]:
    gateway = cell.gateway()
    try:
        yield gateway
    finally:
        gateway.stop()
