"""Runs this program again where it has a network and processes of its own, if the machine can.

Whatever it starts ends with it, and its addresses are nobody else's.
"""

from __future__ import annotations

import os
import subprocess
import sys

MARK = "FAULTS_ARE_ISOLATED"
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
PREPARE = "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up"
TRIAL = (
    f"{PREPARE} && ip netns add trial && ip link add outside type veth peer name inside netns trial"
    " && ip netns exec trial nft add table inet trial"
)


def run_again_isolated(module: str) -> bool:
    """Does not return where it succeeds. False: no network namespaces here, use proxies."""
    if os.environ.get(MARK):
        return True
    tried = subprocess.run([*UNSHARE, "bash", "-c", TRIAL], capture_output=True, check=False)
    if tried.returncode:
        return False

    os.environ[MARK] = "yes"
    program = [sys.executable, "-m", module, *sys.argv[1:]]
    # The shell takes over orphans, such as PostgreSQL's processes, and forgets them when they end.
    script = ["bash", "-c", f'{PREPARE} && "$@"; exit $?', "isolated", *program]
    return os.execvp(UNSHARE[0], [*UNSHARE, *script])
