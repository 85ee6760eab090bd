"""More readers at once than there are threads and connections."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import sqlalchemy as sa
import uvicorn
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.patience import GIVE_UP_S, PatientProtocol
from api.services.figures_memory import FiguresMemory
from api.serving import PeacefulServer
from api.settings import Settings
from gis.store.engine import open_engine
from tests.api.test_freshness import until
from tests.web.conftest import serving

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


@contextmanager
def _listening(address: str, query: str = "") -> Iterator[HTTPResponse]:
    """Ask for the event stream; its headers are there, and it ends with the block."""
    line = HTTPConnection(urlsplit(address).netloc, timeout=120)
    try:
        line.request("GET", f"/api/v1/changes{query}", headers={"Accept-Language": "en"})
        with line.getresponse() as answer:
            yield answer
    finally:
        line.close()


def test_only_so_many_listen_at_once_and_whoever_goes_makes_room(town_settings: Settings) -> None:
    few = town_settings.model_copy(update={"event_streams": 2})
    with serving(few) as address, _listening(address) as first:
        with _listening(address) as second, _listening(address) as refused:
            assert (first.status, second.status, refused.status) == (200, 200, 503)
            assert refused.headers["Retry-After"] == "30"
            assert "come again in 30 seconds" in refused.read().decode()
            # Who asks and goes takes no place.
            with _listening(address, "?seconds=0") as asked:
                assert asked.status == 200
                assert b"id: " in asked.read()

        def heard() -> bool:
            with _listening(address) as third:
                return third.status == 200

        until(heard)


def test_a_client_that_vanished_is_given_up(town_settings: Settings) -> None:
    config = uvicorn.Config(
        create_app(town_settings), log_level="warning", lifespan="on", http=PatientProtocol
    )
    server = PeacefulServer(config, 30)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with _listening(f"http://127.0.0.1:{listener.getsockname()[1]}") as listening:
            assert listening.status == 200
            (connection,) = server.server_state.connections
            heard = connection.transport.get_extra_info("socket")
            patience = heard.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert patience == GIVE_UP_S * 1000
            server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def test_who_waits_for_the_same_figures_keeps_nobody_from_the_database(own_town_url: str) -> None:
    settings = Settings(database_url=SecretStr(own_town_url), threads=2)
    engine = open_engine(own_town_url)
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(6) as screens:
        with engine.connect() as holder:
            holder.execute(sa.text("LOCK TABLE grid_period IN ACCESS EXCLUSIVE MODE"))
            asked = [screens.submit(client.get, "/api/v1/figures") for _ in range(6)]
            until(lambda: _waiting_for_figures(client) == 5)
            assert client.get("/api/v1/buildings?limit=1").status_code == 200
            holder.rollback()
        assert [answer.result().status_code for answer in asked] == [200] * 6
    engine.dispose()


def _waiting_for_figures(client: TestClient) -> int:
    memory: FiguresMemory = client.app.state.figures  # type: ignore[attr-defined]
    return memory.waiting
