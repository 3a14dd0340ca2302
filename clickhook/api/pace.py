"""How often a key may ask: buckets in the database that fill again, the same for all processes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clickhook.api.authentication import key_of
from clickhook.api.idempotency import HEADER
from clickhook.api.problems import Kind, Problem

ROUNDING = 1e-6  # seconds, as PostgreSQL's clock counts
MOST_ANSWERS = 5_000  # that one key has kept in a day, so that repetitions are answered as before


class Limit(NamedTuple):
    of: str
    size: int
    seconds: int  # in which an empty bucket is full again
    refusal: str


REQUESTS = Limit(
    "requests", settings.CLICKHOOK_API_REQUESTS, 60, "At most {} requests in a minute. Wait."
)
ANSWERS = Limit(
    "answers", MOST_ANSWERS, 86_400, "At most {} requests with an Idempotency-Key in a day."
)

# By the database's clock, because machines differ. What a crash forgets are counts of its last
# moments, so no request waits until its count is on disk.
TAKE = """
WITH taken AS (
    INSERT INTO tenants_apipace AS pace (api_key_id, "of", full_at)
    VALUES (%(key)s, %(of)s, clock_timestamp() + %(each)s * interval '1 second')
    ON CONFLICT (api_key_id, "of") DO UPDATE
       SET full_at = greatest(pace.full_at, clock_timestamp()) + %(each)s * interval '1 second'
     WHERE greatest(pace.full_at, clock_timestamp()) + %(each)s * interval '1 second'
           <= clock_timestamp() + %(window)s * interval '1 second'
    RETURNING full_at
), found AS (
    SELECT true AS is_taken, full_at FROM taken
     UNION ALL
    SELECT false, full_at FROM tenants_apipace
     WHERE api_key_id = %(key)s AND "of" = %(of)s AND NOT EXISTS (SELECT FROM taken)
)
SELECT is_taken, extract(epoch FROM full_at - clock_timestamp())::float8,
       set_config('synchronous_commit', 'off', true)
  FROM found
"""


class Bucket(NamedTuple):
    limit: Limit
    seconds_until_full: float
    is_taken: bool = True  # whether there was one left for this request

    @property
    def left(self) -> int:
        missing = (self.seconds_until_full - ROUNDING) * self.limit.size / self.limit.seconds
        return max(math.floor(self.limit.size - missing), 0) if self.is_taken else 0

    @property
    def seconds_until_next(self) -> int:
        """At least 1: another process may have taken what was there when this one looked."""
        each = self.limit.seconds / self.limit.size
        return max(math.ceil(self.seconds_until_full - self.limit.seconds + each), 1)

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft of RateLimit fields has them."""
        state = f'"key";r={self.left};t={max(math.ceil(self.seconds_until_full), 0)}'
        policy = f'"key";q={self.limit.size};w={self.limit.seconds}'
        return {"RateLimit-Policy": policy, "RateLimit": state}


def take(api_key: int, limit: Limit) -> Bucket:
    """One request, if there is one left."""
    each = limit.seconds / limit.size
    values: dict[str, int | float | str] = {
        "key": api_key,
        "of": limit.of,
        "each": each,
        "window": limit.seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        row = cursor.fetchone()
    if row is None:  # others made the row in this moment, and emptied the bucket
        return Bucket(limit, limit.seconds, is_taken=False)
    is_taken, seconds, _ = row
    return Bucket(limit, seconds, is_taken)


class KeyPace(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        bucket = take(key_of(request).pk, REQUESTS)
        view.pace_headers = bucket.headers
        _refuse_if_empty(bucket)
        if request.method == "POST" and HEADER in request.headers:
            _refuse_if_empty(take(key_of(request).pk, ANSWERS))
        return True


def _refuse_if_empty(bucket: Bucket) -> None:
    if not bucket.is_taken:
        wait = {"Retry-After": str(bucket.seconds_until_next)}
        detail = bucket.limit.refusal.format(f"{bucket.limit.size:,}")
        raise Problem(Kind.TOO_OFTEN, detail, headers=wait)
