"""What the server counts for Prometheus: requests by route and status, how long they took, and what it answers from."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from index.store import SearchIndex

UNKNOWN_ROUTE = "unknown"
"""Addresses that lead nowhere are one series, or every scanner would make some."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "rag_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "rag_request_seconds", "From a request to the end of its answer.", ("route",),
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._index = Gauge(
            "rag_index", "Articles and passages of the index.", ("version", "of"), registry=self._registry
        )

    def count_request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Counts a request by the pattern of its route."""
        route = route or UNKNOWN_ROUTE
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, index: SearchIndex) -> bytes:
        """The exposition format."""
        self._index.clear()
        for of, count in (("articles", index.manifest.articles), ("passages", index.manifest.passages)):
            self._index.labels(index.version, of).set(count)
        return generate_latest(self._registry)
