"""What nobody should send, sent to a real server: clear answers, no stampede, no leak."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from api.bodies import MOST_BODY_BYTES
from api.services.embed_keys import NewKey, make_key
from api.services.sights import ALL_SEEING
from gis.store.engine import open_engine
from gis.store.tables import embed_key
from tests.apart import run_apart
from tests.api.served import served
from tests.api.test_tiles import address_of

POLYGON = ",".join(f"{104 + n / 1e5:.5f}%2028.4" for n in range(10_000))
COLD = "/tiles/buildings,courtyards/{}/{}/{}.mvt?at=2026-04-01".format(
    *address_of(104.603, 28.402, 15)
)
LIST = "/api/v1/buildings?"
NEAR = "/api/v1/isochrone?lon=104.616&lat=28.404&"
OF_INSIDE = re.compile(r"Traceback|File \"|psycopg2|sqlalchemy|SELECT |/site-packages/|\.py\b")


@pytest.fixture(scope="module")
def address(own_town_url: str) -> Iterator[str]:
    """Address of a server that is not open, and gives a client two seconds."""
    with served(own_town_url, request_seconds="2") as at:
        yield at


def told(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; the path goes out as it stands, unmended by any library."""
    there = urlsplit(address)
    connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=60)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in {"accept-language": "en", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/grids/99/0/0.mvt", 404),
        ("/tiles/grids/14/-1/0.mvt", 404),
        ("/tiles/grids/14/0/-0.mvt", 404),
        ("/tiles/grids/14/1e3/0.mvt", 404),
        (f"/tiles/grids/14/{'9' * 4000}/0.mvt", 404),
        ("/tiles/nothing/14/0/0.mvt", 404),
        ("/tiles/grids'--/14/0/0.mvt", 404),
        ("/tiles/grids/14/0/0.mvt?plan=nan", 422),
        ("/tiles/grids/14/0/0.mvt?at=2026-02-30", 422),
        ("/tiles/grids/14/0/0.mvt?at=-5000-01-01", 422),
        ("/tiles/reach/14/0/0.mvt?kind=medical&speed=nan", 422),
        ("/tiles/reach/14/0/0.mvt?kind=medical&speed=1e400", 422),
        ("/tiles/gaps/14/0/0.mvt?kind=medical&minutes=inf", 422),
        (f"/ogc/collections/buildings/items?filter=POLYGON(({POLYGON}))", 414),
        ("/ogc/collections/buildings/items?bbox=nan,0,1,1", 400),
        ("/ogc/collections/buildings/items?bbox=1e400,0,1,1", 400),
        ("/ogc/collections/buildings/items?limit=-1", 400),
        ("/ogc/collections/nothing/items", 404),
        (f"{LIST}bbox=170,20,-170,30", 422),
        (f"{LIST}bbox=nan,20,170,30", 422),
        (f"{LIST}bbox=inf,-inf,inf,inf", 422),
        (f"{LIST}bbox=1,2,3", 422),
        (f"{LIST}limit=1000000000", 422),
        (f"{LIST}limit=1e9", 422),
        (f"{LIST}limit={'9' * 5000}", 422),
        (f"{NEAR}speed=nan", 422),
        (f"{NEAR}speed=1e-400", 422),
        (f"{NEAR}minutes=1e400", 422),
        (f"{NEAR}minutes={','.join(['5'] * 5000)}", 422),
        ("/api/v1/isochrone?lon=nan&lat=inf", 422),
        ("/api/v1/isochrone?lon=1e400&lat=28", 422),
        ("/api/v1/coverage/%00", 400),
        ("/api/v1/plans/9223372036854775808", 422),
        ("/api/v1/plans/1/grids?cursor=%F0%9F%92%A9", 422),
        ("/api/v1/changes?since=-1", 422),
        ("/api/v1/figures?minutes=nan", 422),
        ("/styles/grids-load.json?theme=%22%3E%3Cscript%3E", 422),
        ("/../../../../etc/passwd", 404),
        ("/web/../../../../etc/passwd", 404),
        ("/web/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/web/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/web/..%5c..%5cetc%5cpasswd", 404),
        ("/web//etc/passwd", 404),
        ("/web/%c0%ae%c0%ae/etc/passwd", 404),
        ("//etc/passwd", 404),
        ("/styles/..%2f..%2fpyproject.json", 404),
        ("/tiles/..%2f..%2fetc.json", 404),
        ("/maps/plans/..%2f1.html", 404),
    ],
)
def test_bad_addresses_are_told_what_is_wrong(address: str, path: str, status: int) -> None:
    found, headers, body = told(address, path)
    assert found == status, body[:300]
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["detail"]
    assert not OF_INSIDE.search(body.decode())
    assert b"root:" not in body


def test_a_box_over_the_antimeridian_is_two_boxes_in_ogc(address: str) -> None:
    status, _, body = told(address, "/ogc/collections/buildings/items?bbox=170,20,-170,30")
    assert (status, json.loads(body)["features"]) == (200, [])
    around = told(address, "/ogc/collections/buildings/items?bbox=104.5,28,104.4,29&limit=2")
    assert len(json.loads(around[2])["features"]) == 2


def test_a_limit_of_a_thousand_million_gives_what_a_page_holds(address: str) -> None:
    status, _, body = told(address, "/ogc/collections/buildings/items?limit=1000000000")
    assert (status, len(json.loads(body)["features"])) == (200, 96)


@pytest.mark.parametrize("key", ["x", "wge_" + "A" * 43, "%22%3E%3Cscript%3E", "k" * 3000, "%00"])
def test_a_key_that_is_none_opens_nothing(address: str, key: str) -> None:
    for path in (f"{COLD}&key={key}", f"/styles/grids-load.json?key={key}"):
        status, headers, body = told(address, path)
        assert status in (400, 403), body
        assert headers["content-type"] == "application/problem+json"
        assert key.encode() not in body


def test_an_expired_key_and_an_origin_that_is_not_allowed(address: str, own_town_url: str) -> None:
    engine = open_engine(own_town_url)
    now = datetime.now(UTC)

    def made(begun: datetime, **wanted: Any) -> str:
        return make_key(
            engine, ALL_SEEING, NewKey("510000000001", **wanted), made_by="test", now=begun
        ).key

    old = made(now)
    ended = sa.update(embed_key).values(
        made_at=now - timedelta(days=9), expires_at=now - timedelta(days=1)
    )
    with engine.begin() as connection:
        connection.execute(ended)
    own = made(now, origins=("https://screen.example",))
    engine.dispose()
    tile = "/tiles/grids/{}/{}/{}.mvt?at=2026-05-01".format(*address_of(104.603, 28.402, 15))
    status, headers, body = told(address, f"{tile}&key={old}")
    assert status == 403
    assert old.encode() not in body
    status, headers, body = told(address, f"{tile}&key={own}", origin="https://elsewhere.example")
    assert status == 403
    assert headers.get("access-control-allow-origin") is None
    status, headers, body = told(address, f"{tile}&key={own}", origin="https://screen.example")
    assert (status, headers["access-control-allow-origin"]) == (200, "https://screen.example")


def figures(address: str) -> dict[str, float]:
    """Figures of the process."""
    lines = told(address, "/metrics")[2].decode().splitlines()
    return {n: float(v) for n, _, v in (line.rpartition(" ") for line in lines if line[0] != "#")}


async def crowd(address: str, path: str, size: int) -> list[bytes]:
    """Ask for the same at the same time, each over a line of its own; statuses and bodies."""
    there = urlsplit(address)

    async def one() -> bytes:
        reader, writer = await asyncio.open_connection(there.hostname, there.port)
        ready.release()
        await go.wait()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return head.split(b"\r\n")[0] + b"\n" + body

    ready, go = asyncio.Semaphore(0), asyncio.Event()
    asked = [asyncio.create_task(one()) for _ in range(size)]
    for _ in range(size):
        await ready.acquire()
    go.set()
    return await asyncio.gather(*asked)


def test_a_thousand_clients_at_a_cold_tile_are_one_drawing(address: str) -> None:
    while figures(address)["wangge_change_lag_seconds"] > 5:
        told(address, "/api/v1/changes?seconds=0.05")
    before = figures(address)
    answers = Counter(run_apart(crowd(address, COLD, 1000)))
    after = figures(address)
    ((answer, count),) = answers.items()
    assert answer.startswith(b"HTTP/1.1 200 OK\n")
    assert count == 1000

    def more(source: str) -> float:
        name = f'wangge_tiles_total{{source="{source}"}}'
        return after[name] - before[name]

    assert more("drawn") == 1
    assert more("joined") + more("memory") == 999


def test_a_thousand_clients_at_a_draft_draw_nothing(address: str) -> None:
    before = figures(address)['wangge_tiles_total{source="drawn"}']
    draft = COLD.replace("buildings,courtyards", "grids") + "&plan=2"
    answers = run_apart(crowd(address, draft, 200))
    assert {answer.partition(b"\n")[0] for answer in answers} == {b"HTTP/1.1 404 Not Found"}
    assert figures(address)['wangge_tiles_total{source="drawn"}'] == before


def said(address: str, *parts: bytes, patience_s: float = 30) -> bytes:
    """What the server says to bytes until it closes the line."""
    there = urlsplit(address)
    answer = b""
    with socket.create_connection((there.hostname or "", there.port or 0), patience_s) as line:
        try:
            for part in parts:
                line.sendall(part)
            while more := line.recv(65536):
                answer += more
        except (ConnectionResetError, BrokenPipeError):
            # It closed the line while more was on its way.
            pass
    return answer


def test_a_bomb_of_headers_is_refused(address: str) -> None:
    start = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    header = b"X-Bomb: %s\r\n" % (b"y" * 500)
    assert said(address, start, header * 135, b"\r\n").startswith(b"HTTP/1.1 431 ")
    # Of one that goes on sending the line is cut, which may overtake the answer.
    for endless in ([header * 1000] * 8, [b"X-Long: ", *([b"z" * 65_536] * 64)]):
        answer = said(address, start, *endless)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert told(address, "/healthz")[0] == 200


def test_a_large_cookie_is_none(address: str) -> None:
    assert told(address, "/healthz", cookie="c" * 16_000)[0] == 200


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /api/v1/plans HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /api/v1/plans HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_a_request_that_does_not_arrive_is_given_up(address: str, begun: bytes) -> None:
    started = time.monotonic()
    answer = said(address, begun)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too-slow"' in answer
    assert 1.5 < time.monotonic() - started < 15


def test_a_line_on_which_nothing_comes_is_closed_without_a_word(address: str) -> None:
    assert said(address) == b""


def test_slow_clients_keep_nobody_waiting(address: str) -> None:
    there = urlsplit(address)
    lines = [
        socket.create_connection((there.hostname or "", there.port or 0), 30) for _ in range(300)
    ]
    for line in lines:
        line.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
    started = time.monotonic()
    assert told(address, "/readyz")[0] == 200
    assert time.monotonic() - started < 10
    for line in lines:
        line.close()


@pytest.mark.parametrize("told_length", [True, False])
def test_a_huge_body_is_refused_before_it_is_read(address: str, told_length: bool) -> None:
    start = b"POST /api/v1/plans HTTP/1.1\r\nHost: x\r\n"
    if told_length:
        answer = said(address, start + b"Content-Length: %d\r\n\r\n" % 10**12)
    else:
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        count = MOST_BODY_BYTES // 0x10000 + 2
        answer = said(address, start + b"Transfer-Encoding: chunked\r\n\r\n", chunk * count)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_two_lengths_are_no_request(address: str) -> None:
    start = b"POST /api/v1/plans HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    assert said(address, start + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").startswith(
        b"HTTP/1.1 400 "
    )
