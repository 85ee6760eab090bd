"""One client is slowed down, the others are not."""

from __future__ import annotations

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.rate_limit import Buckets
from api.settings import Settings


@given(
    st.integers(1, 50),
    st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200),
)
def test_no_client_gets_more_than_a_full_bucket_and_what_runs_into_it(
    per_minute: int, pauses: list[float]
) -> None:
    now = 0.0
    buckets = Buckets(per_minute, clock=lambda: now)
    taken = 0
    for pause in pauses:
        now += pause
        wait = buckets.take("a")
        taken += wait == 0
        assert 0 <= wait <= 60 / per_minute
        assert taken <= per_minute + now * per_minute / 60 + 1e-6
    assert buckets.take("b") == 0


def test_whoever_waits_as_long_as_told_is_served() -> None:
    now = 0.0
    buckets = Buckets(3, clock=lambda: now)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    now += buckets.take("a") + 1e-9
    assert buckets.take("a") == 0


def test_costly_requests_are_refused_with_the_time_to_wait(town_settings: Settings) -> None:
    limited = town_settings.model_copy(update={"costly_per_minute": 2})
    with TestClient(create_app(limited)) as client:
        address = "/api/v1/downloads/gates.csv"
        assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]
        login = {"name": "x", "password": "y"}
        refused = client.post("/api/v1/session", json=login)
        assert refused.status_code == 429
        assert refused.json()["code"] == "too-often"
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert client.get("/api/v1/communities").status_code == 200
