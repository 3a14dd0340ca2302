"""How often a key may ask: one bucket for all processes, in the database, that fills again."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clickhook.api.authentication import key_of
from clickhook.api.problems import Kind, Problem

SECONDS = 60  # in which an empty bucket is full again
ROUNDING = 1e-6  # seconds, as PostgreSQL's clock counts

# By the database's clock, because machines differ. What a crash forgets are counts of its last
# moments, so no request waits until its count is on disk.
TAKE = """
WITH taken AS (
    INSERT INTO tenants_apipace AS pace (api_key_id, full_at)
    VALUES (%(key)s, clock_timestamp() + %(each)s * interval '1 second')
    ON CONFLICT (api_key_id) DO UPDATE
       SET full_at = greatest(pace.full_at, clock_timestamp()) + %(each)s * interval '1 second'
     WHERE greatest(pace.full_at, clock_timestamp()) + %(each)s * interval '1 second'
           <= clock_timestamp() + %(window)s * interval '1 second'
    RETURNING full_at
), found AS (
    SELECT true AS is_taken, full_at FROM taken
     UNION ALL
    SELECT false, full_at FROM tenants_apipace
     WHERE api_key_id = %(key)s AND NOT EXISTS (SELECT FROM taken)
)
SELECT is_taken, extract(epoch FROM full_at - clock_timestamp())::float8,
       set_config('synchronous_commit', 'off', true)
  FROM found
"""


class Bucket(NamedTuple):
    size: int  # requests
    seconds_until_full: float
    is_taken: bool = True  # whether there was one left for this request

    @property
    def left(self) -> int:
        missing = (self.seconds_until_full - ROUNDING) * self.size / SECONDS
        return max(math.floor(self.size - missing), 0) if self.is_taken else 0

    @property
    def seconds_until_next(self) -> int:
        """At least 1: another process may have taken what was there when this one looked."""
        return max(math.ceil(self.seconds_until_full - SECONDS + SECONDS / self.size), 1)

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft of RateLimit fields has them."""
        state = f'"key";r={self.left};t={max(math.ceil(self.seconds_until_full), 0)}'
        policy = f'"key";q={self.size};w={SECONDS}'
        return {"RateLimit-Policy": policy, "RateLimit": state}


def take(api_key: int, size: int) -> Bucket:
    """One request, if there is one left."""
    values = {"key": api_key, "each": SECONDS / size, "window": SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        row = cursor.fetchone()
    if row is None:  # others made the row in this moment, and emptied the bucket
        return Bucket(size, SECONDS, is_taken=False)
    is_taken, seconds, _ = row
    return Bucket(size, seconds, is_taken)


class KeyPace(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        bucket = take(key_of(request).pk, settings.CLICKHOOK_API_REQUESTS)
        view.pace_headers = bucket.headers
        if not bucket.is_taken:
            wait = {"Retry-After": str(bucket.seconds_until_next)}
            detail = f"At most {bucket.size} requests in {SECONDS} seconds. Wait, then repeat it."
            raise Problem(Kind.TOO_OFTEN, detail, headers=wait)
        return True
