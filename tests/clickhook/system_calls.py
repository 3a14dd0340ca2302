"""The system calls that a unit of systemd leaves to its processes, for a child of the tests."""

from __future__ import annotations

import ctypes
import errno
import subprocess
from collections.abc import Callable
from pathlib import Path

REFUSE, ALLOW = 0x00050000 | errno.EPERM, 0x7FFF0000  # seccomp.h of libseccomp


def confine_as(unit: Path) -> Callable[[], None]:
    """For `preexec_fn`. Of all that the unit says, only SystemCallFilter= holds."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(REFUSE))
    for name in _allowed_by(unit):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # this machine has it
            assert not library.seccomp_rule_add(rules, ALLOW, number, 0)

    def confine() -> None:
        assert not library.seccomp_load(rules)

    return confine


def _allowed_by(unit: Path) -> set[str]:
    """As systemd.exec(5) adds the lines up."""
    allowed = _members("@default")
    for line in unit.read_text().splitlines():
        if line.startswith("SystemCallFilter="):
            written = line.partition("=")[2]
            named = {call for name in written.lstrip("~").split() for call in _members(name)}
            allowed = allowed - named if written.startswith("~") else allowed | named
    return allowed


def _members(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    command = ["systemd-analyze", "syscall-filter", name]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    within = (line.strip() for line in told.splitlines() if line.startswith(" "))
    return {call for one in within if not one.startswith("#") for call in _members(one)}
