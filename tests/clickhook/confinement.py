"""What a container forbids its root, for a child process before it becomes its program."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h
PR_CAPBSET_DROP = 24
CAP_SETUID = 7
UNSHARE = {"x86_64": 272, "aarch64": 97}[platform.machine()]  # number of the system call
LOAD_NUMBER, IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
REFUSE, ALLOW = 0x00050000 | errno.EPERM, 0x7FFF0000


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_user_namespaces() -> None:
    """As the usual seccomp profile of a container."""
    instructions = [
        (LOAD_NUMBER, 0, 0, 0),
        (IF_EQUAL, 0, 1, UNSHARE),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    program = _Program(len(instructions), packed)
    assert not _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))


def forbid_namespaces_and_new_users() -> None:
    """The same with a capability dropped, so that nobody can become another user."""
    assert not _prctl(PR_CAPBSET_DROP, CAP_SETUID, 0)
    forbid_user_namespaces()


def _prctl(option: int, second: int, third: object) -> int:
    return ctypes.CDLL(None).prctl(option, second, third, 0, 0)
