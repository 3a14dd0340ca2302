"""The parts of the benchmark: PostgreSQL, the tenants, the two servers, the load."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psycopg

from clickhook import datadir
from clickhook.postgres import Server

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
CONNECTIONS = (1, 8, 64)
KEY = "bench-instance-key"
SECRET = "bench-signing-secret"
TICKS = os.sysconf("SC_CLK_TCK")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


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
        self._manage("migrate", "-v0")
        return self

    def __exit__(self, *error: object) -> None:
        self.postgres.stop()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.postgres.socket), user="clickhook", dbname="clickhook", autocommit=True
        )

    def fill(self, domains: int) -> None:
        """One tenant, account and callee for each domain. The constraint is off meanwhile: it is not what is measured."""
        print(f"making {domains:,} domains", file=sys.stderr, flush=True)
        code = f"from tests.bench.fill import fill; fill({domains}, {KEY!r}, {SECRET!r})"
        self._manage("shell", "-v0", "-c", code)
        self.domains = domains
        with self.connect() as connection:
            connection.execute("VACUUM ANALYZE")

    def load(self, side: Side, connections: int, seconds: float) -> dict:
        self._warm(side)
        with self.connect() as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        hooks = self._hooks(int(seconds * {1: 2500, 8: 7000, 64: 12000}[connections]))
        server, postgres = side.cpu_seconds(), self._postgres_cpu()
        report = self._wrk(side, connections, seconds, hooks)
        hooks.unlink()
        if report["refused"]:
            raise SystemExit(f"{side.name} refused {report['refused']} hooks")
        done = report["requests"]
        return {
            "rate": done / report["seconds"],
            "p50_ms": report["p50_ms"],
            "p99_ms": report["p99_ms"],
            "server_us": (side.cpu_seconds() - server) / done * 1e6,
            "timeouts": report["broken"],
            "postgres_us": (self._postgres_cpu() - postgres) / done * 1e6,
        }

    def watch_memory(self, gateway: Gateway, hooks: int) -> list[dict]:
        posted, points = 0, [{"hooks": 0, "mib": gateway.memory_mib()}]
        while posted < hooks:
            file = self._hooks(100_000)
            posted += self._wrk(gateway, 64, 15, file)["requests"]
            file.unlink()
            points.append({"hooks": posted, "mib": gateway.memory_mib()})
            print(f"{posted:,} hooks: {points[-1]['mib']} MiB", file=sys.stderr, flush=True)
        return points

    def _wrk(self, side: Side, connections: int, seconds: float, hooks: Path) -> dict:
        threads = min(connections, 2)
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
        command += [side.url, "--", str(threads), f"/hooks/{KEY}/connect"]
        done = subprocess.run(
            command,
            env={**os.environ, "HOOKS": str(hooks)},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def _warm(self, side: Side) -> None:
        hooks = self._hooks(500)
        self._wrk(side, 16, 1, hooks)
        hooks.unlink()

    def _hooks(self, count: int) -> Path:
        path = self.directory / f"hooks-{uuid.uuid4().hex}"
        with path.open("w") as file:
            for number in range(count):
                body = json.dumps(_connect(number * 7919 % self.domains + 1))
                signature = hmac.new(SECRET.encode(), body.encode(), hashlib.md5).hexdigest()
                file.write(f"{signature}\t{body}\n")
        return path

    def _postgres_cpu(self) -> float:
        return sum(
            _cpu_seconds(pid)
            for pid in _descendants(
                int((self.postgres.cluster / "postmaster.pid").read_text().split()[0])
            )
        )

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(command, env=self.environment, check=True)


class Side:
    name = ""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.port = rig, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen] = []

    def __enter__(self) -> Side:
        self.start()
        self.wait()
        return self

    def __exit__(self, *error: object) -> None:
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            process.wait()

    def cpu_seconds(self) -> float:
        return sum(
            _cpu_seconds(pid) for process in self.processes for pid in _descendants(process.pid)
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} does not start")


class Gateway(Side):
    name = "gateway"

    def __init__(self, rig: Rig, workers: int) -> None:
        super().__init__(rig)
        self.workers = workers

    def start(self) -> None:
        conf = ROOT / "docker" / "gunicorn.conf.py"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            str(conf),
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        environment = {**self.rig.environment, "WEB_CONCURRENCY": str(self.workers)}
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env=environment))

    def memory_mib(self) -> list[int]:
        master = self.processes[0].pid
        return [_rss_mib(pid) for pid in _descendants(master) if pid != master]


class Peer(Side):
    def __init__(self, rig: Rig, children: int, tuned: bool = False) -> None:
        super().__init__(rig)
        self.children, self.tuned = children, tuned
        self.name = "php-tuned" if tuned else "php"

    def start(self) -> None:
        directory = self.rig.directory / self.name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        shutil.copy(HERE / "peer" / "index.php", directory)
        from hooks.methods import REST_CLIENT_CONFIG

        (directory / "rest_client_config.json").write_text(json.dumps(REST_CLIENT_CONFIG))
        filled = {
            "@DIR@": str(directory),
            "@PORT@": str(self.port),
            "@CHILDREN@": str(self.children),
            "@USER@": _user(),
        }
        for name in ("nginx.conf", "php-fpm.conf"):
            text = (HERE / "peer" / name).read_text()
            for mark, value in filled.items():
                text = text.replace(mark, value)
            (directory / name).write_text(text)
        environment = {
            **os.environ,
            "PEER_DSN": f"pgsql:host={self.rig.postgres.socket};dbname=clickhook;user=clickhook",
            **({"PEER_TUNED": "1"} if self.tuned else {}),
            "CLICKHOOK_ENCRYPTION_KEYS": datadir.encryption_keys(self.rig.directory),
        }
        root = ["-R"] if os.geteuid() == 0 else []
        self.processes.append(
            subprocess.Popen(
                [_php_fpm(), *root, "-F", "-y", str(directory / "php-fpm.conf")],
                env=environment,
                stderr=subprocess.DEVNULL,
            )
        )
        nginx = [
            "nginx",
            "-c",
            str(directory / "nginx.conf"),
            "-p",
            str(directory),
            "-g",
            f"user {_user()};",
        ]
        self.processes.append(subprocess.Popen(nginx, stderr=subprocess.DEVNULL))


def _connect(domain: int) -> dict:
    return {
        "nodeId": "Hw47CFMBEchVOpBMDr29IxjudnJ1sjOY@192.168.1.101",
        "appKey": "defaultApp",
        "sessionId": str(uuid.uuid4()),
        "useWsTunnel": False,
        "sipRegisterRequired": True,
        "mediaProviders": ["WebRTC", "MSE", "WSPlayer"],
        "clientVersion": "2.0",
        "clientOSVersion": "5.0 (X11)",
        "clientBrowserVersion": BROWSER,
        "keepAlive": False,
        "origin": f"https://www.tenant{domain}.example",
    }


def _php_fpm() -> str:
    found = shutil.which("php-fpm") or next(
        (str(path) for path in sorted(Path("/usr/sbin").glob("php-fpm*"))), ""
    )
    return found or sys.exit("php-fpm is not installed")


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _descendants(pid: int) -> list[int]:
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, rest = [], [pid]
    while rest:
        found.append(rest.pop())
        rest += children.get(found[-1], [])
    return found


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _rss_mib(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
