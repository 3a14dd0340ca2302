"""What a request may cost: bytes, requests in a time, and what happens without a database."""

from __future__ import annotations

import contextlib
import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from clickhook.api.pace import ANSWERS, REQUESTS, Bucket, take
from tenants.models import ApiPace, IdempotentAnswer
from tests.api.program import Program, issue, kind_of
from tests.conftest import Gateway

TWO = REQUESTS._replace(size=2)
LEFT = re.compile(r";r=(\d+);")


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
    assert first.headers["Ratelimit-Policy"] == '"key";q=300;w=60'
    assert first.headers["Ratelimit"].startswith('"key";r=')
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "no-store"


def test_the_headers_tell_what_a_bucket_holds():
    assert Bucket(REQUESTS, 0.2).headers["RateLimit"] == '"key";r=299;t=1'
    assert Bucket(REQUESTS, 60).headers["RateLimit"] == '"key";r=0;t=60'
    refused = Bucket(TWO, 55.0, is_taken=False)
    assert (refused.left, refused.seconds_until_next) == (0, 25)
    assert Bucket(TWO, 10.0, is_taken=False).seconds_until_next == 1


@pytest.mark.django_db
def test_a_bucket_fills_again_and_no_fuller():
    key = issue()[0].pk
    assert [take(key, TWO).is_taken for _ in range(3)] == [True, True, False]
    for passed, granted in ((31, 1), (1000, 2)):
        ApiPace.objects.update(full_at=F("full_at") - timedelta(seconds=passed))
        assert sum(take(key, TWO).is_taken for _ in range(4)) == granted
    assert ApiPace.objects.count() == 1


def test_a_key_keeps_a_bounded_number_of_answers(cast, acmes):
    body = {"tenant": "acme", "alias": "desk", "target": "10009"}
    assert acmes.post("/callees", body, Idempotency_Key="k1").status == 201
    day = timedelta(seconds=ANSWERS.seconds)
    assert ApiPace.objects.filter(of="answers").update(full_at=timezone.now() + day) == 1
    refused = acmes.post("/callees", body, Idempotency_Key="k1")
    assert (refused.status, kind_of(refused)) == (429, "too-often")
    assert 1 <= int(refused.headers["Retry-After"]) <= 18
    assert "5,000 requests with an Idempotency-Key" in refused.json["detail"]
    assert acmes.post("/callees", {**body, "alias": "other"}).status == 201
    assert IdempotentAnswer.objects.count() == 1


@pytest.mark.proof
def test_a_key_has_one_bucket_in_all_processes(cast):
    """A hundred requests at once, of eight connections, at two workers."""
    gateway = Gateway({"CLICKHOOK_API_REQUESTS": "40"}, workers=2).start()
    program = Program(gateway.port, issue(cast.acme)[1])
    began = time.monotonic()
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: program.get("/tenants"), range(100)))
    took = time.monotonic() - began
    gateway.stop()
    done = [answer for answer in answers if answer.status == 200]
    assert len(done) - 40 == pytest.approx(took / 1.5, abs=1.5)  # seconds until the next one
    left = [int(LEFT.search(answer.headers["Ratelimit"])[1]) for answer in done]
    assert sorted(left, reverse=True)[:20] == [*range(39, 19, -1)]
    assert {answer.status for answer in answers} <= {200, 429}
    assert {answer.headers["Ratelimit-Policy"] for answer in answers} == {'"key";q=40;w=60'}


@pytest.mark.proof
def test_whoever_asks_too_often_is_told_when_to_come_back(cast, gateway):
    narrow = Gateway({"CLICKHOOK_API_REQUESTS": "2"}, workers=1).start()
    program = Program(narrow.port, issue(cast.acme)[1])
    assert [program.get("/tenants").status for _ in range(2)] == [200, 200]
    refused = program.get("/tenants")
    narrow.stop()
    assert (refused.status, kind_of(refused)) == (429, "too-often")
    assert int(refused.headers["Retry-After"]) >= 20
    assert refused.headers["Ratelimit"].startswith('"key";r=0;t=')
