"""The database, the gateway under test, and the cast."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from hooks.models import Worker
from tenants.models import WcsInstance
from tests import cast as casting
from tests.commands import run_command
from tests.emptying import empty_quickly
from tests.environment import DATA_DIR
from tests.manager import signed_in
from tests.ports import find_port, is_free
from tests.wcs import Wcs

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real", action="store_true", help="end-to-end tests with Chromium and Kamailio as well"
    )
    parser.addoption(
        "--pictures", metavar="DIR", help="with --real: takes the README's pictures into it"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as processors: tests wait for gateways, databases and commands."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin first, so that no process works alone at the end."""
    early = {item.path for item in items if item.get_closest_marker("early")}
    items.sort(key=lambda item: item.path not in early)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> None:
    """The embedded database itself: the gateway under test is another process and sees it too."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
    empty_quickly()


@dataclass
class Gateway:
    """A real gunicorn with the configuration that `up` and the image use."""

    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 2
    port: int = 0  # a free one, and the same again at the next start
    configuration: str = "docker/gunicorn.conf.py"
    confine: Callable[[], None] | None = None  # in its process, before it becomes gunicorn

    def start(self) -> Gateway:
        self.port = self.port or find_port()
        self._wait_until_free()
        self.log_path = DATA_DIR / f"gateway-{self.port}.log"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            self.configuration,
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        environment = {**os.environ, "WEB_CONCURRENCY": str(self.workers), **self.environment}
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=self.confine,
            )
        self._wait()
        return self

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0

    def kill(self) -> None:
        """As a power cut would: it, and its workers with it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wcs(self, key: str, secret: str | None) -> Wcs:
        return Wcs(self.port, key, secret)

    @property
    def processes(self) -> list[int]:
        """Those that answer: the children of gunicorn's master."""
        pid = self.process.pid
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def _wait_until_free(self) -> None:
        """Its killed workers may still be there."""
        deadline = time.monotonic() + 30
        while not is_free(self.port):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _wait(self) -> None:
        """Until a worker answers: gunicorn listens before it has one."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                asking.request("GET", "/healthz")
                asking.getresponse().read()
                return
            except (OSError, http.client.HTTPException):
                assert self.process.poll() is None, self.log
                time.sleep(0.05)
            finally:
                asking.close()
        raise AssertionError(self.log)


@pytest.fixture(scope="session")
def gateway(django_db_setup) -> Iterator[Gateway]:
    running = Gateway().start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A password's slow digest is Django's business, and most of a test's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(transactional_db) -> casting.Cast:
    return casting.assemble()


@contextlib.contextmanager
def posting(gateway: Gateway, instance: WcsInstance, secret: str) -> Iterator[Wcs]:
    wcs = gateway.wcs(instance.key, secret)
    yield wcs
    wcs.close()


@pytest.fixture
def acme(cast, gateway) -> Iterator[Wcs]:
    """Acme's own WCS."""
    with posting(gateway, cast.acme_1, casting.ACME_SIGNING) as wcs:
        yield wcs


@pytest.fixture
def globex(cast, gateway) -> Iterator[Wcs]:
    """Globex's own WCS."""
    with posting(gateway, cast.globex_1, casting.GLOBEX_SIGNING) as wcs:
        yield wcs


@pytest.fixture
def shared(cast, gateway) -> Iterator[Wcs]:
    """The WCS of both."""
    with posting(gateway, cast.shared_1, casting.SHARED_SIGNING) as wcs:
        yield wcs


@pytest.fixture
def manager(cast) -> Client:
    """An account manager's browser, signed in."""
    return signed_in()


@pytest.fixture
def manage(transactional_db) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a management command as an operator does."""
    return run_command


@pytest.fixture
def worker_lives(transactional_db) -> None:
    """As if a worker ran for most of a minute: without one, calls with an end are refused."""
    now = timezone.now()
    Worker.objects.create(name="here", started_at=now, seen_at=now + timedelta(seconds=25))
