"""The parts of the benchmark: PostgreSQL, the tenants, the two servers, the load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from clickhook import datadir
from clickhook.postgres import Server
from tests.bench import hooks
from tests.bench.processes import cpu_seconds, descendants
from tests.bench.sides import Gateway, Side

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
CONNECTIONS = (1, 8, 64)


class Rig:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("DATABASE_URL", "WEB_CONCURRENCY")
            },
            "CLICKHOOK_DATA_DIR": str(directory),
        }
        datadir.prepare(directory)
        self.postgres = Server(directory, "max_connections=200", "shared_buffers=2GB")
        self.domains = 0

    def __enter__(self) -> Rig:
        self.postgres.acquire(0)
        self.postgres.start()
        self.manage("migrate", "-v0")
        return self

    def __exit__(self, *error: object) -> None:
        self.postgres.stop()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.postgres.socket), user="clickhook", dbname="clickhook", autocommit=True
        )

    def fill(self, domains: int, accounts: int = 1) -> None:
        """Makes one tenant, account and callee for each domain.

        The constraint on domains is off meanwhile: it is not what is measured.
        """
        print(f"making {domains:,} domains", file=sys.stderr, flush=True)
        arguments = (domains, hooks.KEY, hooks.SECRET, accounts)
        code = f"from tests.bench.fill import fill; fill(*{arguments!r})"
        self.manage("shell", "-v0", "-c", code)
        self.domains = domains
        with self.connect() as connection:
            connection.execute("VACUUM ANALYZE")

    def load(self, side: Side, connections: int, seconds: float) -> dict:
        self.warm(side)
        with self.connect() as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        file = self.write_connects(int(seconds * {1: 2500, 8: 7000, 64: 12000}[connections]))
        server, postgres = side.cpu_seconds(), self.postgres_cpu()
        report = self.post(side, connections, seconds, file)
        file.unlink()
        if report["refused"]:
            raise SystemExit(f"{side.name} refused {report['refused']} hooks")
        done = report["requests"]
        return {
            "rate": done / report["seconds"],
            "p50_ms": report["p50_ms"],
            "p99_ms": report["p99_ms"],
            "server_us": (side.cpu_seconds() - server) / done * 1e6,
            "timeouts": report["broken"],
            "postgres_us": (self.postgres_cpu() - postgres) / done * 1e6,
        }

    def watch_memory(self, gateway: Gateway, hooks: int) -> list[dict]:
        posted, points = 0, [{"hooks": 0, "mib": gateway.memory_mib()}]
        while posted < hooks:
            file = self.write_connects(100_000)
            posted += self.post(gateway, 64, 15, file)["requests"]
            file.unlink()
            points.append({"hooks": posted, "mib": gateway.memory_mib()})
            print(f"{posted:,} hooks: {points[-1]['mib']} MiB", file=sys.stderr, flush=True)
        return points

    def post(self, side: Side, connections: int, seconds: float, file: Path) -> dict:
        """Of a folder of files, each is for one connection."""
        threads = connections if file.is_dir() else min(connections, 2)
        command = [
            "wrk",
            "-t",
            str(threads),
            "-c",
            str(connections),
            "-d",
            f"{seconds:g}s",
            "-s",
            str(HERE / "hooks.lua"),
        ]
        command += [side.url, "--", str(threads), f"/hooks/{hooks.KEY}/"]
        done = subprocess.run(
            command,
            env={**os.environ, "HOOKS": f"{file}/" if file.is_dir() else str(file)},
            capture_output=True,
            text=True,
            check=True,
        )
        report = json.loads(done.stdout.splitlines()[-1])
        if not report["requests"]:
            raise SystemExit(f"{side.name} answered nothing in {seconds:g} s")
        return report

    def warm(self, side: Side) -> None:
        file = self.write_connects(500)
        self.post(side, 16, 1, file)
        file.unlink()

    def write_connects(self, count: int, one_tenant: bool = False) -> Path:
        tenants = [1 if one_tenant else n * 7919 % self.domains + 1 for n in range(count)]
        return hooks.write(self.directory, (("connect", hooks.connect(n)) for n in tenants))

    def postgres_cpu(self) -> float:
        return sum(
            cpu_seconds(pid)
            for pid in descendants(
                int((self.postgres.cluster / "postmaster.pid").read_text().split()[0])
            )
        )

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(command, env=self.environment, check=True)
