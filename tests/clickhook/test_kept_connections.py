"""WCS keeps its connections and posts each hook once: every post is answered, whatever its size."""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import cast as casting
from tests.conftest import posting
from tests.wcs import NODE, Wcs, payload

pytestmark = pytest.mark.proof

POSTS = 3000
CONNECTIONS = 4
SMALLEST, LARGEST = 1_200, 260_000  # bytes of a body; the gateway takes up to 262,144


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Two busy loops: bodies arrive in pieces, and the workers are interrupted."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def test_no_post_on_a_kept_connection_stays_without_an_answer(cast, gateway, busy_machine):
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(CONNECTIONS) as pool:
        media_servers = [
            stack.enter_context(posting(gateway, cast.acme_1, casting.ACME_SIGNING))
            for _ in range(CONNECTIONS)
        ]
        answers = sum(pool.map(_post_many, media_servers, range(CONNECTIONS)), Counter())

    assert answers == {200: POSTS}


def _post_many(wcs: Wcs, seed: int) -> Counter[int | str]:
    sizes = random.Random(seed)
    answers: Counter[int | str] = Counter()
    wcs.request("GET", "/healthz")
    connection = wcs._connection.sock

    for _ in range(POSTS // CONNECTIONS):
        body = _connect_body(round(math.exp(sizes.uniform(math.log(SMALLEST), math.log(LARGEST)))))
        try:
            answers[wcs.send("connect", body).status] += 1
        except (http.client.HTTPException, OSError) as error:
            answers[type(error).__name__] += 1
            wcs.close()

    if wcs._connection.sock is not connection:  # the next request would have opened a new one
        answers["connection not kept"] += 1
    return answers


def _connect_body(size: int) -> bytes:
    """A connect whose visitor sent so much along that the body has this many bytes."""
    fields = payload("connect", sessionId=str(uuid.uuid4()), nodeId=NODE, custom="")
    return json.dumps(fields | {"custom": "x" * (size - len(json.dumps(fields)))}).encode()
