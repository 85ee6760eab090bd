"""What Prometheus reads of a process, and who may read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.exposition import CONTENT_TYPE, Family, Sample, exposition
from api.request_metrics import BOUNDS, RequestMetrics
from api.settings import Settings
from tests.api.test_tiles import address_of

TILE = "/tiles/grids/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 14))
TEMPLATE = "/tiles/{layers}/{z}/{x}/{y}.mvt"
Talk = Callable[..., AbstractContextManager[TestClient]]
_LINE = re.compile(
    r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?[0-9.]+(?:e-?[0-9]+)?|\+Inf)'
)


@pytest.fixture
def talk(town_settings: Settings) -> Talk:
    """Start a service with other settings and talk to it from some machine."""

    @contextmanager
    def talking(peer: str = "127.0.0.1", **changes: object) -> Iterator[TestClient]:
        app = create_app(town_settings.model_copy(update=changes))
        with TestClient(app, base_url="http://127.0.0.1", client=(peer, 50000)) as client:
            yield client

    return talking


def figures(client: TestClient) -> dict[str, float]:
    """Every sample by its name and labels; each line is one or says what a family is."""
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
    found = {}
    for line in answer.text.splitlines():
        if line.startswith("#"):
            continue
        sample = _LINE.fullmatch(line)
        assert sample, line
        found[line.rpartition(" ")[0]] = float(sample[3])
    return found


def test_requests_are_counted_by_template_and_never_by_address(talk: Talk) -> None:
    with talk() as client:
        for _ in range(3):
            assert client.get(f"{TILE}?token=secret").status_code == 200
        assert client.get(TILE.replace("grids", "nothing")).status_code == 404
        client.get("/nowhere/at/all")
        client.request("BREW", "/api/v1/plans")
        told = figures(client)
    count = "wangge_requests_total"
    assert told[f'{count}{{route="{TEMPLATE}",method="GET",status="200"}}'] == 3
    assert told[f'{count}{{route="{TEMPLATE}",method="GET",status="404"}}'] == 1
    assert told[f'{count}{{route="unmatched",method="GET",status="404"}}'] == 1
    assert not any("secret" in name or "nowhere" in name or "BREW" in name for name in told)
    assert any('method="other"' in name for name in told)
    assert told["wangge_requests_in_progress"] == 1
    assert told[f'wangge_sent_bytes_total{{route="{TEMPLATE}"}}'] > 100


def test_a_flood_of_addresses_makes_no_new_labels(talk: Talk) -> None:
    with talk() as client:
        client.get("/nowhere")
        figures(client)
        before = len(figures(client))
        for n in range(50):
            client.get(f"/nowhere/{n}")
            client.request(f"M{n}", f"/nowhere/{n}")
        # One for the method that is none, which was not asked before.
        assert len(figures(client)) == before + 1


def test_times_add_up_over_the_buckets() -> None:
    metrics = RequestMetrics()
    for seconds in (0.0005, 0.001, 0.3, 60.0):
        metrics.observe("/x", "GET", 200, seconds, 10)
    (timed,) = [f for f in metrics.families() if f.kind == "histogram"]
    buckets = {s.labels["le"]: s.value for s in timed.samples if s.suffix == "_bucket"}
    assert [*buckets] == [*map(str, BOUNDS), "+Inf"]
    assert (buckets["0.001"], buckets["0.25"], buckets["0.5"]) == (2, 2, 3)
    assert (buckets["10.0"], buckets["+Inf"]) == (3, 4)
    rest = {s.suffix: s.value for s in timed.samples if s.suffix != "_bucket"}
    assert rest == {"_sum": pytest.approx(60.3015), "_count": 4}


def test_labels_are_escaped() -> None:
    odd = Family("x", "gauge", "Odd.", [Sample("", {"l": 'a"b\\c\nd'}, 0.5)])
    assert exposition([odd]).splitlines()[2] == r'x{l="a\"b\\c\nd"} 0.5'


def test_tiles_are_told_apart_by_where_they_came_from(talk: Talk) -> None:
    with talk() as client:
        until_trusted(client)
        client.get(TILE)
        etag = client.get(TILE).headers["etag"]
        assert client.get(TILE, headers={"if-none-match": etag}).status_code == 304
        told = figures(client)
    assert told['wangge_tiles_total{source="drawn"}'] == 1
    assert told['wangge_tiles_total{source="memory"}'] == 2
    assert told[f'wangge_requests_total{{route="{TEMPLATE}",method="GET",status="304"}}'] == 1
    assert told["wangge_tile_cache_tiles"] == 1
    assert told["wangge_tile_cache_bytes"] > 100
    assert 0 <= told["wangge_change_lag_seconds"] < 5
    assert told["wangge_change_mark"] > 0
    assert told["wangge_event_streams"] == 0


def until_trusted(client: TestClient) -> None:
    """Wait until the service has read the change log for the first time: an event says so."""
    assert client.get("/api/v1/changes?seconds=0").status_code == 200
    while figures(client)["wangge_change_lag_seconds"] > 5:
        client.get("/api/v1/changes?seconds=0.05")


def test_connections_and_memory_are_told(talk: Talk) -> None:
    with talk(threads=3) as client:
        client.get("/readyz")
        told = figures(client)
    assert told["wangge_database_connections_most"] == 3
    assert told['wangge_database_connections{state="in_use"}'] == 0
    assert told['wangge_database_connections{state="idle"}'] >= 1
    assert told["wangge_database_waiting"] == 0
    assert 20e6 < told["process_resident_memory_bytes"] < 4e9
    assert told["process_cpu_seconds_total"] > 0


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "wangge.example"},
        {"x-forwarded-for": "192.0.2.1"},
        {"forwarded": "for=192.0.2.1"},
        {"via": "1.1 proxy"},
        {"x-forwarded-proto": "https"},
        {"cf-connecting-ip": "192.0.2.1"},
        {"origin": "https://elsewhere.example"},
    ],
)
def test_behind_a_proxy_nobody_is_of_this_machine(talk: Talk, headers: dict[str, str]) -> None:
    with talk() as client:
        assert client.get("/metrics").status_code == 200
        hidden = client.get("/metrics", headers=headers)
        missing = client.get("/metricz", headers=headers)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"].replace("metricz", "metrics")
    assert {*hidden.headers} == {*missing.headers}


def test_figures_are_for_this_machine_for_all_or_for_nobody(talk: Talk) -> None:
    for setting, near, far in (("local", 200, 404), ("all", 200, 200), ("off", 404, 404)):
        with talk(metrics=setting) as client:
            assert client.get("/metrics").status_code == near
        with talk(peer="192.0.2.1", metrics=setting) as client:
            assert client.get("/metrics").status_code == far


def test_a_token_opens_them_from_elsewhere(talk: Talk) -> None:
    token = "0123456789abcdef"  # noqa: S105
    with talk(peer="192.0.2.1", metrics_token=SecretStr(token)) as client:
        for sent, status in (
            ({}, 404),
            ({"authorization": f"Bearer {token}"}, 200),
            ({"authorization": f"Bearer {token}0"}, 404),
            ({"authorization": "Bearer "}, 404),
            ({"authorization": "Bearer 网格网格网格网格网格网".encode()}, 404),
        ):
            assert client.get("/metrics", headers=sent).status_code == status  # type: ignore[arg-type]
    with talk(peer="192.0.2.1", metrics="off", metrics_token=SecretStr(token)) as client:
        sent = {"authorization": f"Bearer {token}"}
        assert client.get("/metrics", headers=sent).status_code == 404
