"""How often a key may ask: a bucket that fills again, in each process of the gateway."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clickhook.api.authentication import key_of
from clickhook.api.problems import Kind, Problem

SECONDS = 60  # in which an empty bucket is full again
MOST_KEYS = 10_000  # whose buckets are remembered; the one that was not used for longest goes


@dataclass
class Bucket:
    size: int  # requests
    left: float
    at: float  # seconds

    def take(self, now: float) -> bool:
        """One request, if there is one left."""
        filled = self.left + (now - self.at) * self.size / SECONDS
        self.left, self.at = min(filled, self.size), now
        if self.left < 1:
            return False
        self.left -= 1
        return True

    @property
    def seconds_until_next(self) -> int:
        return math.ceil(max(1 - self.left, 0) * SECONDS / self.size)

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft of RateLimit fields has them."""
        seconds_until_full = math.ceil((self.size - self.left) * SECONDS / self.size)
        state = f'"key";r={math.floor(self.left)};t={seconds_until_full}'
        policy = f'"key";q={self.size};w={SECONDS}'
        return {"RateLimit-Policy": policy, "RateLimit": state}


class Buckets:
    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()  # requests run in several threads
        self._buckets: OrderedDict[int, Bucket] = OrderedDict()

    def take(self, key: int, now: float) -> tuple[bool, Bucket]:
        with self._lock:
            bucket = self._buckets.setdefault(key, Bucket(self._size, self._size, now))
            self._buckets.move_to_end(key)
            if len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
            return bucket.take(now), replace(bucket)


_buckets = Buckets(settings.CLICKHOOK_API_REQUESTS)


class KeyPace(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        taken, bucket = _buckets.take(key_of(request).pk, time.monotonic())
        view.pace_headers = bucket.headers
        if not taken:
            wait = {"Retry-After": str(bucket.seconds_until_next)}
            detail = f"At most {bucket.size} requests in {SECONDS} seconds. Wait, then repeat it."
            raise Problem(Kind.TOO_OFTEN, detail, headers=wait)
        return True
