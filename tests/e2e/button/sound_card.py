"""A sound card of no hardware: without one, Firefox measures and plays nothing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PULSEAUDIO = "/usr/bin/pulseaudio"
_WITHIN_SECONDS = 15


@contextmanager
def sound_card(directory: Path) -> Iterator[dict[str, str]]:
    """What a browser's environment says of it. `directory` is for its socket and its files."""
    socket = directory / "socket"
    places = {"HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)}
    protocol = f"module-native-protocol-unix socket={socket} auth-anonymous=1"
    options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    process = subprocess.Popen(
        [PULSEAUDIO, *options, "--load=module-null-sink", f"--load={protocol}"],
        env={**os.environ, **places},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _WITHIN_SECONDS
        while not socket.exists():
            assert process.poll() is None, "pulseaudio ended"
            assert time.monotonic() < deadline, "pulseaudio does not start"
            time.sleep(0.05)
        yield {"PULSE_SERVER": f"unix:{socket}"}
    finally:
        process.terminate()
        process.wait(_WITHIN_SECONDS)
