"""Ports for the servers that tests start."""

from __future__ import annotations

import secrets
import socket

# Below those that Linux takes for connections. One of those, once found free, was sometimes
# another's before the server had started, and the test talked to whoever that was.
PORTS = range(20_000, 32_768)


def find_port() -> int:
    while not is_free(port := secrets.choice(PORTS)):
        pass
    return port


def is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
