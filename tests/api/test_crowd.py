"""More readers at once than there are threads and connections."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings

ADDRESSES = (
    "/api/v1/communities",
    "/api/v1/grids?geometry=true",
    "/tiles/grids/14/12951/6850.mvt",
    "/api/v1/buildings?limit=1000",
    "/readyz",
    "/",
)


def test_a_crowd_is_served_by_few_threads_and_connections(town_settings: Settings) -> None:
    """Once all threads waited for connections whose holders waited for a thread, for 30 s."""
    few = town_settings.model_copy(update={"threads": 3})
    with TestClient(create_app(few)) as client, ThreadPoolExecutor(40) as crowd:
        asked = [ADDRESSES[k % len(ADDRESSES)] for k in range(120)]
        answers = list(crowd.map(client.get, asked))
    assert Counter(answer.is_success for answer in answers) == {True: 120}
