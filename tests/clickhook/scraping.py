"""What a gateway tells at /metrics, read as Prometheus reads it."""

from __future__ import annotations

import http.client

from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Gateway

Samples = dict[tuple[str, frozenset], float]


def ask(port: int, path: str = "/metrics", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Scrape:
    def __init__(self, gateway: Gateway) -> None:
        status, self.text = ask(gateway.port)
        assert status == 200, self.text
        self._samples: Samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
        }

    def value(self, name: str, /, **labels: str) -> float | None:
        """None where there is no such sample."""
        return self._samples.get((f"clickhook_{name}", frozenset(labels.items())))

    def gained(self, before: Scrape, name: str, /, **labels: str) -> float:
        return (self.value(name, **labels) or 0) - (before.value(name, **labels) or 0)

    @property
    def counts(self) -> Samples:
        """What must never go down."""
        return {
            key: value
            for key, value in self._samples.items()
            if key[0].endswith(("_total", "_count", "_bucket", "_sum"))
        }
