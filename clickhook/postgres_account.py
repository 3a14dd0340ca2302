"""The account that PostgreSQL runs under: it refuses root, whose directories stay private.

As root there are two ways, and neither changes anything on the machine:

- A user namespace in which root's files look like nobody's.
- nobody, with the one capability to pass root's private directories. A container with the usual
  seccomp profile and a chroot forbid user namespaces, but not this.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000  # linux/sched.h
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 1 << 2  # linux/prctl.h, linux/securebits.h
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION = 0x20080522  # linux/capability.h, with the numbers below
CHOWN, DAC_OVERRIDE, KILL, SETGID, SETUID, SETPCAP = 0, 1, 5, 6, 7, 8
# To become nobody, and afterwards to give nobody the cluster and to end nobody's process.
NEEDED = sum(1 << number for number in (CHOWN, DAC_OVERRIDE, KILL, SETGID, SETUID, SETPCAP))

_libc = ctypes.CDLL(None, use_errno=True)


class NoAccountError(Exception):
    """Root may use neither way; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """`owner` is the user and the group of its files; `become` is for a child process."""

    owner: int
    become: Callable[[], None]


class _Capabilities(ctypes.Structure):
    """Two sets of 32 capabilities each (capget(2))."""

    _fields_ = [
        (f"{name}_{half}", ctypes.c_uint32)
        for half in ("low", "high")
        for name in ("effective", "permitted", "inheritable")
    ]


def choose_account(program: Path) -> Account:
    """The first account under which the program starts. Raises NoAccountError."""
    if os.geteuid():
        return Account(os.geteuid(), lambda: None)

    for account in (Account(0, _enter_namespace), Account(NOBODY, _become_nobody)):
        if _starts(program, account):
            return account

    raise NoAccountError(
        "User namespaces are forbidden here: run this as another user than root, "
        "or set DATABASE_URL."
    )


def hand_over(directories: list[Path], account: Account) -> None:
    """What root made one way is opened the other way, after the machine changed.

    The directory itself comes last: where this was interrupted, it is done again.
    """
    for directory in directories:
        if not directory.exists() or directory.stat().st_uid not in {0, NOBODY} - {account.owner}:
            continue
        for path in [*directory.rglob("*"), directory]:
            os.chown(path, account.owner, account.owner, follow_symlinks=False)


def _starts(program: Path, account: Account) -> bool:
    command: list[str | Path] = [program, "--version"]
    try:
        done = subprocess.run(command, preexec_fn=account.become, capture_output=True, check=False)
    except (subprocess.SubprocessError, OSError):
        return False
    return done.returncode == 0


def _enter_namespace() -> None:
    _check(_libc.unshare(CLONE_NEWUSER))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} 0 1"),
        ("gid_map", f"{NOBODY} 0 1"),
    ):
        Path("/proc/self", name).write_text(text)


def _become_nobody() -> None:
    """The securebit also makes access(2) count the capability, which PostgreSQL asks for itself."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    held = _Capabilities()
    _check(_libc.capget(header, ctypes.byref(held)))
    if held.effective_low & NEEDED != NEEDED:
        raise PermissionError
    _check(_libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))

    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)

    one = 1 << DAC_OVERRIDE
    kept = _Capabilities(effective_low=one, permitted_low=one, inheritable_low=one)
    _check(_libc.capset(header, ctypes.byref(kept)))
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, DAC_OVERRIDE, 0, 0))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
