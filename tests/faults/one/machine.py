"""One machine: `manage.py up` with two gateway processes and the worker, and PostgreSQL."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from tests.bench.processes import descendants
from tests.clickhook.running_up import ROOT, Up, eventually
from tests.faults.one.clock import Clock
from tests.faults.one.database import Database
from tests.faults.one.disk import Disk
from tests.faults.one.proxy import Proxy
from tests.faults.tenants import SWITCH_OFF, make_tenants, write_import


class Kind(StrEnum):
    OWN = "a database of its own"  # over a network that can fail
    EMBEDDED = "the embedded database"
    CLOCK = "a database of its own, and a clock that can be stepped"
    DATABASE_CLOCK = "a database of its own, whose clock can be stepped"
    QUEUE = "a database of its own, and short queues"


# Seconds. What ends while neither database nor disk takes it is ended by its lease, if late.
LEASES = {"CLICKHOOK_SESSION_LEASE": "60", "CLICKHOOK_CALL_LEASE": "60"}
STARTS_WITHIN = 180.0  # seconds, on a busy machine


class Machine:
    def __init__(self, kind: Kind, directory: Path) -> None:
        self.kind, self.directory = kind, directory
        self.data_dir = directory / "data"
        self.data_dir.mkdir(parents=True)
        self._closing = contextlib.ExitStack()
        self.disk: Disk | None = None
        self.clock: Clock | None = None
        self.proxy: Proxy | None = None
        self.forgotten_since: float | None = None  # time.monotonic; by a restored database

    def __enter__(self) -> Machine:
        environment = {"WEB_CONCURRENCY": "2", **(LEASES if self.kind is Kind.OWN else {})}
        try:
            self._make_disk()
            environment |= self._make_clock() | self._make_database()
            if self.kind is Kind.QUEUE:
                environment["DJANGO_SETTINGS_MODULE"] = "tests.faults.one.small_queue"
            self.up = Up(self.data_dir, **environment)
            self.up.start(ready=False)
            self._closing.callback(self.up.end)
            eventually(lambda: self.up.get("/readyz") == 200, STARTS_WITHIN)
            self._fill(environment)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    @property
    def gateway_processes(self) -> list[int]:
        """Without gunicorn's master."""
        masters = self.up.gunicorns()
        return [pid for master in masters for pid in descendants(master) if pid != master]

    @property
    def worker(self) -> int:
        """`manage.py worker`."""
        (pid,) = (
            pid
            for pid in descendants(self.up.process.pid)
            if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        return pid

    @property
    def spooled(self) -> int:
        """Files of events that no database has yet."""
        return len(list((self.data_dir / "spool").glob("*.jsonl")))

    def _make_disk(self) -> None:
        if self.kind is Kind.OWN:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.disk = Disk(self.data_dir / "spool")
                self._closing.callback(self.disk.close)

    def _make_clock(self) -> dict[str, str]:
        """What `up` must know of it."""
        if self.kind not in {Kind.CLOCK, Kind.DATABASE_CLOCK}:
            return {}
        self.clock = Clock(self.directory / "clock")
        return self.clock.environment if self.kind is Kind.CLOCK else {}

    def _make_database(self) -> dict[str, str]:
        """What `up` must know of it."""
        if self.kind is Kind.EMBEDDED:
            self.database = Database(self.data_dir, None)
            return {}
        of_clock = self.kind is Kind.DATABASE_CLOCK and self.clock
        environment = of_clock.environment if of_clock else {}
        self.database = Database.of_its_own(self.directory / "database", environment)
        self._closing.callback(self.database.close)
        self.proxy = Proxy(self.database.socket)
        self._closing.callback(self.proxy.close)
        return {"DATABASE_URL": f"postgresql://clickhook@127.0.0.1:{self.proxy.port}/clickhook"}

    def _fill(self, environment: dict[str, str]) -> None:
        file = write_import(make_tenants(), self.directory / "tenants.json")
        for command in (("import_tenants", str(file)), SWITCH_OFF):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=self.up.environment | environment | {"CLICKHOOK_DATA_DIR": str(self.data_dir)},
                stdout=subprocess.DEVNULL,
                check=True,
            )
