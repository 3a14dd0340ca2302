"""Hooks and connections leave nothing to the garbage collector, which stops all others."""

from __future__ import annotations

import contextlib
import json
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import ACME_SIGNING
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

CONFIGURATION = "tests/clickhook/keeping_garbage.py"
MANY = 50
OF_A_HOOK = {"HookRequest", "HookView", "Request", "WcsResponse", "Hook", "Payload", "Proof"}


@pytest.fixture
def keeping(cast, tmp_path) -> Iterator[Gateway]:
    environment = {"GARBAGE_FILE": str(tmp_path / "garbage.json")}
    running = Gateway(environment, workers=1, configuration=CONFIGURATION).start()
    yield running
    if running.process.poll() is None:
        running.kill()


def test_hooks_leave_nothing_to_collect(keeping, cast):
    with contextlib.ExitStack() as connections:
        acme, stranger = (
            connections.enter_context(contextlib.closing(keeping.wcs(cast.acme_1.key, secret)))
            for secret in (ACME_SIGNING, "not the secret")
        )
        for number in range(MANY):
            acme.session = f"session-{number}"
            assert acme.post("connect").status == 200
            assert acme.post("call").status == 200
            assert stranger.post("connect").status == 403

    garbage = found_by(keeping)
    few = MANY // 5  # of the start, and of what is done once in a while
    assert not {name: count for name, count in garbage.items() if name in OF_A_HOOK and count > few}


@pytest.mark.parametrize("sent", [b"", b"POST /hooks"])
def test_connections_without_a_request_leave_nothing_to_collect(keeping, sent):
    for _ in range(MANY):
        with socket.create_connection(("127.0.0.1", keeping.port)) as connection:
            connection.sendall(sent)

    garbage = found_by(keeping)
    assert not {name for name in ("DoorProtocol", "BoundedParser") if garbage[name]}


def found_by(gateway: Gateway) -> Counter[str]:
    gateway.stop()
    return Counter(json.loads(Path(gateway.environment["GARBAGE_FILE"]).read_text()))
