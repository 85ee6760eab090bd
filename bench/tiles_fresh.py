"""From the commit of an edit to the new tile served; and which tiles around it are other ones."""

from __future__ import annotations

import http.client
import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa

from bench import tile_servers
from gis.store.engine import open_engine

Row = dict[str, str]
Box = tuple[float, float, float, float]
_AROUND = 1
_ZOOMS = range(10, 17)
_LAYERS = ("buildings", "courtyards", "facilities", "grids")
_EDITS = 20
_MERGED_BELOW = 14
_WHERE = """
SELECT b.code, ST_XMin(b.geom), ST_YMin(b.geom), ST_XMax(b.geom), ST_YMax(b.geom),
       ST_XMin(c.geom), ST_YMin(c.geom), ST_XMax(c.geom), ST_YMax(c.geom)
FROM building AS b LEFT JOIN courtyard AS c ON c.code = b.courtyard_code
WHERE b.code = :code
"""
_SOME = "SELECT code FROM building ORDER BY md5(code) LIMIT :many"
_RECOUNTED = "UPDATE building SET households = households + 1 WHERE code = :code"
_MOVED = "UPDATE building SET geom = ST_Translate(geom, 0.00004, 0) WHERE code = :code"


def rows(url: str) -> list[Row]:
    """Edit single buildings, and compare all tiles around before and after."""
    engine = open_engine(url)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        cached, _ = stack.enter_context(tile_servers.wangge(url, cache_mb=256))
        drawing, _ = stack.enter_context(tile_servers.wangge(url, cache_mb=0))
        kept = stack.enter_context(_asking(cached))
        anew = stack.enter_context(_asking(drawing))
        kept.wait_for_memory()
        return [
            _measured("households of one building", engine, kept, anew, _RECOUNTED),
            _measured("one building moved by 4 m", engine, kept, anew, _MOVED),
        ]


@dataclass(frozen=True, slots=True)
class _Service:
    connection: http.client.HTTPConnection

    def tag(self, path: str, known: str = "") -> str:
        """Tag of a tile as it is served now."""
        headers = {"If-None-Match": known} if known else {}
        try:
            answer = self._answer(path, headers)
        except http.client.RemoteDisconnected:
            # Idle for long, while the other service was asked.
            self.connection.close()
            answer = self._answer(path, headers)
        assert answer.status in (200, 304), (path, answer.status)
        return str(answer.headers["etag"])

    def _answer(self, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer

    def wait_for_memory(self) -> None:
        """Ask until tiles come from memory."""
        for _ in range(50):
            self.tag("/tiles/buildings/16/0/0.mvt")
            time.sleep(0.02)


@contextmanager
def _asking(port: int) -> Iterator[_Service]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        yield _Service(connection)


def _measured(what: str, engine: sa.Engine, kept: _Service, anew: _Service, edit: str) -> Row:
    with engine.connect() as connection:
        codes = connection.execute(sa.text(_SOME), {"many": _EDITS}).scalars().all()
    waits: list[float] = []
    around = touched = new = stale = others = 0
    for code in codes:
        own, yard = _boxes(engine, code)
        paths = _paths(own)
        before = {path: kept.tag(path) for path in paths}
        waits.append(_until_new(engine, kept, edit, code, _address("buildings", own, 16)))
        moved, _ = _boxes(engine, code)
        hit = {path for path in paths if _touched(path, (own, moved), yard)}
        after = {path: kept.tag(path) for path in paths}
        changed = {path for path in paths if after[path] != before[path]}
        around, touched, new = around + len(paths), touched + len(hit), new + len(changed & hit)
        stale += sum(after[path] != anew.tag(path) for path in paths)
        others += len(changed - hit)
    ordered = sorted(waits)
    return {
        "edit": what,
        "median, ms": f"{median(waits) * 1000:.0f}",
        "95 %, ms": f"{ordered[int(len(ordered) * 0.95)] * 1000:.0f}",
        "longest, ms": f"{ordered[-1] * 1000:.0f}",
        "tiles around": f"{around:,}",
        "touched": f"{touched:,}",
        "of these other bytes": f"{new:,}",
        "stale": str(stale),
        "others changed": str(others),
        "must 1 s": "yes" if ordered[-1] <= 1 and not stale and not others else "no",
        "aim 200 ms": "yes" if ordered[-1] <= 0.2 else "no",
    }


def _until_new(engine: sa.Engine, kept: _Service, edit: str, code: str, path: str) -> float:
    old = kept.tag(path)
    with engine.begin() as connection:
        connection.execute(sa.text(edit), {"code": code})
    begun = time.perf_counter()
    while kept.tag(path, old) == old:
        assert time.perf_counter() - begun < 30, "the old tile is still served"
    return time.perf_counter() - begun


def _boxes(engine: sa.Engine, code: str) -> tuple[Box, Box | None]:
    with engine.connect() as connection:
        row = connection.execute(sa.text(_WHERE), {"code": code}).one()
    own, yard = tuple(row[1:5]), tuple(row[5:9])
    return own, None if yard[0] is None else yard


def tile_place(lon: float, lat: float, z: int) -> tuple[float, float]:
    """Place on the tile grid by the definition of Web Mercator."""
    side = 2**z
    return (
        (lon + 180) / 360 * side,
        (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side,
    )


def _address(layer: str, box: Box, z: int, aside: tuple[int, int] = (0, 0)) -> str:
    x, y = tile_place((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, z)
    return f"/tiles/{layer}/{z}/{int(x) + aside[0]}/{int(y) + aside[1]}.mvt"


def _paths(box: Box) -> list[str]:
    near = range(-_AROUND, _AROUND + 1)
    zooms = {layer: range(max(12, _ZOOMS[0]), 17) for layer in _LAYERS} | {"buildings": _ZOOMS}
    return [
        _address(layer, box, z, (dx, dy))
        for layer in _LAYERS
        for z in zooms[layer]
        for dx in near
        for dy in near
    ]


def _touched(path: str, own: tuple[Box, ...], yard: Box | None) -> bool:
    """By the definition: the extents before and after, and the buffer of 64 units of 4,096."""
    _, _, layer, z, x, y = path.removesuffix(".mvt").split("/")
    if layer != "buildings":
        return False
    boxes = [*own, *([yard] if yard is not None and int(z) < _MERGED_BELOW else [])]
    return any(_meets(box, int(z), int(x), int(y)) for box in boxes)


def _meets(box: Box, z: int, x: int, y: int) -> bool:
    west, north = tile_place(box[0], box[3], z)
    east, south = tile_place(box[2], box[1], z)
    margin = 64 / 4096
    return (
        west <= x + 1 + margin
        and east >= x - margin
        and north <= y + 1 + margin
        and south >= y - margin
    )
