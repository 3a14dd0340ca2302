"""What a request may cost: bytes, requests in a time, and what happens without a database."""

from __future__ import annotations

import contextlib
import http.client

import pytest

from clickhook.api.pace import MOST_KEYS, SECONDS, Bucket, Buckets
from tests.api.program import Program, issue, kind_of
from tests.conftest import Gateway

REQUESTS = 300


def test_ten_megabytes_are_refused_by_their_announced_size(acmes):
    answer = acmes.post("/callees", b'{"alias": "' + b"x" * 10_000_000 + b'"}')
    assert (answer.status, kind_of(answer)) == (413, "too-large")


def test_a_chunked_body_is_refused_when_it_gets_too_large(acmes):
    asking = http.client.HTTPConnection("127.0.0.1", acmes.port, timeout=30)
    pieces = (b"x" * 65_536 for _ in range(40))
    headers = {"Authorization": f"Bearer {acmes.key}", "Content-Type": "application/json"}
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        asking.request("POST", "/api/v1/callees", pieces, headers, encode_chunked=True)
    answer = asking.getresponse()
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    asking.close()


@pytest.mark.parametrize("media_type", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_another_type_of_body_is_refused(acmes, media_type):
    answer = acmes.post("/callees", b"a=b", Content_Type=media_type)
    assert (answer.status, kind_of(answer)) == (415, "media-type")


def test_each_answer_tells_how_much_is_left(acmes):
    first, second = acmes.get("/tenants"), acmes.get("/nothing")
    assert first.headers["Ratelimit-Policy"] == f'"key";q={REQUESTS};w={SECONDS}'
    assert first.headers["Ratelimit"].startswith('"key";r=')
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "no-store"


def test_a_bucket_holds_a_minutes_requests_and_fills_again():
    bucket = Bucket(REQUESTS, REQUESTS, 0)
    assert sum(bucket.take(0) for _ in range(REQUESTS + 50)) == REQUESTS
    assert bucket.seconds_until_next == 1
    assert bucket.take(SECONDS / REQUESTS)
    assert not bucket.take(SECONDS / REQUESTS)
    assert sum(bucket.take(10 * SECONDS) for _ in range(2 * REQUESTS)) == REQUESTS


def test_buckets_take_bounded_memory():
    buckets = Buckets(REQUESTS)
    for key in range(MOST_KEYS + 10):
        assert buckets.take(key, 0)[0]
    assert len(buckets._buckets) == MOST_KEYS


def test_whoever_asks_too_often_is_told_when_to_come_back(cast, gateway):
    narrow = Gateway({"CLICKHOOK_API_REQUESTS": "2"}, workers=1).start()
    program = Program(narrow.port, issue(cast.acme)[1])
    assert [program.get("/tenants").status for _ in range(2)] == [200, 200]
    refused = program.get("/tenants")
    narrow.stop()
    assert (refused.status, kind_of(refused)) == (429, "too-often")
    assert int(refused.headers["Retry-After"]) >= 20
    assert refused.headers["Ratelimit"].startswith('"key";r=0;t=')
