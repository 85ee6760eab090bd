"""An edit makes exactly the touched tiles new, in every process, whatever happens between."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.services.changes import Changes
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.listening import Wake
from tests.api.test_tiles import address_of

_PATIENCE_S = 30.0
_BUILDING = "UPDATE building SET households = households + 1 WHERE code = 'b000'"


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        until_trusted(client)
        yield client


@pytest.fixture
def service(open_settings: Settings) -> Iterator[TestClient]:
    with serving(open_settings) as client:
        yield client


@pytest.fixture
def database(open_settings: Settings) -> Iterator[sa.Engine]:
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    yield engine
    engine.dispose()


def changes_of(client: TestClient) -> Changes:
    changes: Changes = client.app.state.changes  # type: ignore[attr-defined]
    return changes


def until(holds: Any) -> None:
    """Wait for a condition of another thread; it is looked at often, for nobody tells of it."""
    end = time.monotonic() + _PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        pause.wait(0.005)


def until_trusted(client: TestClient) -> None:
    until(lambda: changes_of(client).trusted)


def committed(database: sa.Engine, statement: str, *clients: TestClient) -> None:
    """Commit a statement and wait until every process was told of it."""
    told = [threading.Event() for _ in clients]
    for client, event in zip(clients, told, strict=True):
        changes_of(client).watch(_setter(event))
    with database.begin() as connection:
        connection.execute(sa.text(statement))
    for event in told:
        assert event.wait(_PATIENCE_S)


def _setter(event: threading.Event) -> Any:
    return lambda news: event.set() if news.changes else None


def path_of(layer: str, lon: float, lat: float, z: int = 16) -> str:
    return "/tiles/{}/{}/{}/{}.mvt".format(layer, *address_of(lon, lat, z))


def tag(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["etag"])


def households(client: TestClient, path: str, code: str = "b000") -> int:
    layers = mapbox_vector_tile.decode(client.get(path).content)
    (found,) = [
        f["properties"]["households"]
        for f in layers["buildings"]["features"]
        if f["properties"]["code"] == code
    ]
    return int(found)


NEAR = path_of("buildings", 104.6005, 28.4004)
FAR = path_of("buildings", 104.6115, 28.4075)


def drawn(client: TestClient) -> int:
    """How many tiles the process has drawn: connections that its engines lent."""
    lent: list[int] = client.app.state.lent  # type: ignore[attr-defined]
    return len(lent)


@pytest.fixture
def counted(service: TestClient) -> TestClient:
    """The service, counting the connections that it borrows."""
    lent: list[int] = []
    state = service.app.state  # type: ignore[attr-defined]
    for engine in (state.engine, state.drawing):
        sa.event.listen(engine, "checkout", lambda *_: lent.append(1))
    service.app.state.lent = lent  # type: ignore[attr-defined]
    return service


def test_a_tile_from_memory_asks_the_database_nothing(counted: TestClient) -> None:
    first = tag(counted, NEAR)
    before = drawn(counted)
    assert tag(counted, NEAR) == first
    again = counted.get(NEAR, headers={"if-none-match": first})
    assert (again.status_code, again.content) == (304, b"")
    assert drawn(counted) == before


def test_an_edit_makes_the_touched_tile_new_and_leaves_the_others(
    counted: TestClient, database: sa.Engine
) -> None:
    was, far = households(counted, NEAR), tag(counted, FAR)
    committed(database, _BUILDING, counted)
    before = drawn(counted)
    assert tag(counted, FAR) == far
    assert drawn(counted) == before
    assert households(counted, NEAR) == was + 1
    assert drawn(counted) == before + 1


def test_two_processes_see_each_others_edits(
    service: TestClient, open_settings: Settings, database: sa.Engine
) -> None:
    with serving(open_settings) as other:
        before = tag(service, NEAR), tag(other, NEAR)
        committed(database, _BUILDING, service, other)
        after = tag(service, NEAR), tag(other, NEAR)
        assert before[0] == before[1] != after[0] == after[1]


def test_a_rollback_changes_no_tile(counted: TestClient, database: sa.Engine) -> None:
    first = tag(counted, NEAR)
    with database.connect() as connection:
        connection.execute(sa.text(_BUILDING))
        connection.rollback()
    # What is told after it was told of everything before it.
    committed(database, "UPDATE barrier SET name = 'x'", counted)
    before = drawn(counted)
    assert tag(counted, NEAR) == first
    assert drawn(counted) == before


def test_an_edit_that_commits_after_a_later_one_is_not_lost(
    service: TestClient, database: sa.Engine
) -> None:
    was = households(service, NEAR)
    with database.connect() as slow:
        slow.execute(sa.text(_BUILDING))
        committed(database, "UPDATE barrier SET name = 'x'", service)
        assert households(service, NEAR) == was
        told = threading.Event()
        changes_of(service).watch(_setter(told))
        slow.commit()
    assert told.wait(_PATIENCE_S)
    assert households(service, NEAR) == was + 1


_KILL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE :query
"""


@pytest.mark.parametrize("query", ["%pg_current_snapshot%", "%"], ids=["listener", "all"])
def test_edits_while_the_listener_is_cut_off_are_told_afterwards(
    service: TestClient, database: sa.Engine, query: str
) -> None:
    was = households(service, NEAR)
    with database.begin() as connection:
        killed = connection.execute(sa.text(_KILL), {"query": query}).scalars().all()
        assert killed
        connection.execute(sa.text(_BUILDING))
    until(lambda: households(service, NEAR) == was + 1)
    until_trusted(service)
    committed(database, _BUILDING, service)
    assert households(service, NEAR) == was + 2


def test_without_the_listener_tiles_are_drawn_each_time(
    counted: TestClient, database: sa.Engine
) -> None:
    was = households(counted, NEAR)
    with database.begin() as connection:
        # A log that cannot be read: as after a downgrade, or on a server that lost its rights.
        connection.execute(sa.text("ALTER TABLE change_floor RENAME TO nothing"))
        connection.execute(sa.text(_BUILDING))
    until(lambda: not changes_of(counted).trusted)
    for more in (1, 2):
        assert households(counted, NEAR) == was + more
        with database.begin() as connection:
            connection.execute(sa.text(_BUILDING))
    with database.begin() as connection:
        connection.execute(sa.text("ALTER TABLE nothing RENAME TO change_floor"))
    until_trusted(counted)
    assert households(counted, NEAR) == was + 3


def _told(client: TestClient, since: int, **headers: str) -> str:
    answer = client.get(f"/api/v1/changes?since={since}&plan=2&seconds=0", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.text


def test_the_stream_replays_what_came_after_a_mark(
    service: TestClient, database: sa.Engine
) -> None:
    mark = changes_of(service).mark()
    committed(database, "UPDATE facility SET name = 'x'", service)
    told = _told(service, mark)
    assert '"layers":["facilities","reach","circles"]' in told
    end = told.rstrip().rpartition("id: ")[2]
    assert "event:" not in _told(service, mark, **{"last-event-id": end})


def test_asking_for_the_head_of_the_stream_ends_and_holds_no_place(service: TestClient) -> None:
    answer = service.head("/api/v1/changes")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    until(lambda: changes_of(service).streams == 0)


def test_the_listener_waits_for_files_of_any_number() -> None:
    """A service with thousands of open streams, whose database connection was made last."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    held = [os.dup(0) for _ in range(1_100)]
    try:
        wake = Wake()
        assert wake.fileno() > 1_023
        assert not wake.wait(0.01)
        wake.ring()
        assert wake.wait(_PATIENCE_S)
        wake.close()
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_strangers_hear_nothing_of_drafts(
    service: TestClient, writer: TestClient, database: sa.Engine
) -> None:
    until_trusted(writer)
    mark = min(changes_of(one).mark() for one in (service, writer))
    committed(database, "UPDATE plan_grid SET name = 'x' WHERE plan_id = 2", service, writer)
    assert "event:" not in _told(service, mark)
    assert '"plan":2' in _told(writer, mark)
