"""npm, which fetches the Web SDK: where it is, and the command that installs one."""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

LOCK = Path(__file__).parent / "requirements.lock"


def find_npm() -> str | None:
    """The npm on PATH, else the one that pip put beside this Python."""
    return shutil.which("npm") or shutil.which("npm", path=sysconfig.get_path("scripts"))


def install_command(lock: Path = LOCK) -> str:
    """For a shell; by default what installs npm."""
    install = ["-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)]
    return shlex.join([sys.executable, *install])
