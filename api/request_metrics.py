"""Counts of requests as they are answered; cheap, because every request pays for them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from api.exposition import Family, Sample

# Seconds; a tile from memory takes less than the first, an event stream more than the last.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class _Timing:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    sent: int = 0


@dataclass(slots=True)
class RequestMetrics:
    """
    What was answered since the process began; lives in the event loop, so nothing is locked.

    Attributes
    ----------
    in_progress
        Requests under way, event streams included.
    """

    in_progress: int = 0
    _counts: dict[tuple[str, str, int], int] = field(default_factory=dict)
    _timings: dict[str, _Timing] = field(default_factory=dict)

    def observe(self, route: str, method: str, status: int, seconds: float, sent: int) -> None:
        """
        Count one answer.

        Parameters
        ----------
        route
            Template of the route, never an address: there are as many as routes.
        method
            Any; those that HTTP does not name count as one.
        status
            Status of the answer; 0 when the client went before there was one.
        seconds
            From the first byte read to the last one sent.
        sent
            Bytes of the body as they were sent.
        """
        key = (route, method if method in _METHODS else "other", status)
        self._counts[key] = self._counts.get(key, 0) + 1
        timing = self._timings.get(route)
        if timing is None:
            timing = self._timings[route] = _Timing()
        timing.buckets[bisect_left(BOUNDS, seconds)] += 1
        timing.seconds += seconds
        timing.sent += sent

    def families(self) -> list[Family]:
        """Return the counts as Prometheus wants them."""
        counted = [
            Sample("", {"route": route, "method": method, "status": str(status)}, count)
            for (route, method, status), count in sorted(self._counts.items())
        ]
        timed = [s for route, t in sorted(self._timings.items()) for s in _histogram(route, t)]
        sent = [Sample("", {"route": r}, t.sent) for r, t in sorted(self._timings.items())]
        return [
            Family("wangge_requests_total", "counter", "Requests answered.", counted),
            Family("wangge_request_seconds", "histogram", "Time to the last byte.", timed),
            Family("wangge_sent_bytes_total", "counter", "Bytes of bodies sent.", sent),
            Family(
                "wangge_requests_in_progress",
                "gauge",
                "Requests under way, event streams included.",
                [Sample("", {}, self.in_progress)],
            ),
        ]


def _histogram(route: str, timing: _Timing) -> list[Sample]:
    samples, so_far = [], 0
    for bound, count in zip((*BOUNDS, "+Inf"), timing.buckets, strict=True):
        so_far += count
        samples.append(Sample("_bucket", {"route": route, "le": str(bound)}, so_far))
    return [
        *samples,
        Sample("_sum", {"route": route}, timing.seconds),
        Sample("_count", {"route": route}, so_far),
    ]
