"""nginx bounds what one address may do, where no media server goes; hooks have no such bound."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import cast as casting
from tests.clickhook.nginx import PROGRAM, Nginx

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason="needs nginx"),
    pytest.mark.proof,
]
FLOOD = 400  # requests: more than pass at once
MEDIA_SERVER = 150  # connections of one
TOO_MANY = 429


@pytest.fixture
def nginx(tmp_path, gateway) -> Iterator[Nginx]:
    started = Nginx(tmp_path, [gateway] * 2)
    started.start()
    yield started
    started.stop()


def flood(nginx: Nginx, verb: str, path: str, body: bytes | None = None) -> Counter[int]:
    def ask(number: int) -> Counter[int]:
        stranger = nginx.wcs("", None)
        try:
            return Counter(stranger.request(verb, path, body).status for _ in range(number))
        finally:
            stranger.close()

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(ask, [FLOOD // 8] * 8), Counter())


@pytest.mark.parametrize(
    ("verb", "path", "body", "at_once", "a_second"),
    [
        ("GET", "/button.js", None, 200, 50),
        ("GET", "//button.js", None, 200, 50),
        ("GET", "/tickets/00000000-0000-0000-0000-000000000000", None, 100, 10),
        ("POST", "/admin/login/", b"username=u&password=guess", 20, 1),
        ("POST", "//admin//login/", b"username=u&password=guess", 20, 1),
    ],
)
def test_a_flood_of_one_address_ends_at_nginx_and_hooks_are_answered(
    cast, nginx, verb, path, body, at_once, a_second
):
    """However long this machine takes for the flood."""
    begun = time.monotonic()
    answers = flood(nginx, verb, path, body)
    passed = answers.total() - answers[TOO_MANY]
    assert passed <= at_once + 1 + a_second * (time.monotonic() - begun)

    wcs = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
    assert wcs.post("connect").status == 200
    wcs.close()


def test_a_media_server_posts_on_many_connections_as_fast_as_it_can(cast, nginx):
    def post(number: int) -> set[int]:
        wcs = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
        try:
            return {
                wcs.post("connect", sessionId=f"session-{number}").status,
                *(wcs.post("CallStatusEvent", "call_ring").status for _ in range(4)),
            }
        finally:
            wcs.close()

    with ThreadPoolExecutor(MEDIA_SERVER) as pool:
        answers = set().union(*pool.map(post, range(2 * MEDIA_SERVER)))
    assert answers == {200}
