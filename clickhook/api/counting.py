"""What is counted of requests to the API, for /metrics: by method and class of the status.

Both are words of ours, so that nobody adds a series by what they send.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

METHODS = ("GET", "POST", "PATCH", "DELETE")
OTHER = "other"
STATUSES = ("2xx", "3xx", "4xx", "5xx")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Counter(
    "clickhook_api_requests", "Requests to the API that were answered.", ["method", "status"]
)
REQUEST_SECONDS = Histogram(
    "clickhook_api_request_seconds",
    "From a request to the API to its answer.",
    ["method"],
    buckets=SECONDS,
)

# What is there from the start, at 0: the first of them shows as an increase.
for _method in (*METHODS, OTHER):
    REQUEST_SECONDS.labels(_method)
    for _status in STATUSES:
        REQUESTS.labels(_method, _status)


def count_request(method: str, status: int, seconds: float) -> None:
    name = method if method in METHODS else OTHER
    REQUESTS.labels(name, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(name).observe(seconds)
