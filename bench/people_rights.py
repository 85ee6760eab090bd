"""
What seeing through a scope costs: tiles and lists drawn as an account, beside as the operator.

    python -m bench.people_rights [--write]

The two are drawn in turns over one connection, so whatever else the machine does slows both.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from api.services.changes import Changes, News
from api.services.sights import Sights
from api.services.tiles import TileSource
from api.today import today
from bench.faces_maker import Faces, make_faces
from bench.importing import own_database
from bench.partition import noise, pace
from bench.people_record import run
from bench.real import markdown
from gis.store import migrate
from gis.store.engine import open_drawing_engine, open_engine
from gis.store.feature_sources import Days
from gis.store.features import Coordinates, Selection, feature_page
from gis.store.sight import Outlook, Scope, Sight, sight_on
from maps.tiles import TileRequest, tile_request

Row = dict[str, str]
HEADING = "## Rights"
LAYERS = "buildings,courtyards,streets,facilities,grids"
_PLAIN = Coordinates(None, False, 7)


def main() -> None:
    """Measure, print the table, and record it when asked to."""
    run(HEADING, measured)


def measured(server: str) -> str:
    """Return the section as Markdown."""
    with own_database(server) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        make_faces(engine, Faces())
        engine.dispose()
        before = time.perf_counter()
        found = markdown(rows(url, 15))
        said = noise(pace(), time.perf_counter() - before)
    return f"{NOTE}\n\n{found}\n\n{said}\n\n{_WHY}"


NOTE = (
    f"300,000 buildings. Tiles of {LAYERS} and a page of features, drawn in turns by who sees "
    "everything and by an account: a street office of ten communities, a county of 500. Medians."
)


_WHY = """\
A county of 500 communities first cost +131 % at z16: each of five layers was sent 500 codes and
compared rows with them one by one. First attempt, one literal instead of an expression for each:
+91 %. Second: rows are looked for among the communities whose bounds touch the tile, and among
all 500, hashed, only when they are none of these; sending the 500 was then 35 of the 40 µs that a
layer took more. Third: the whole scope is told to a connection once, under a name made of its
digest: 2 to 5 % a layer, +14 % a tile at z12 and z16 and +15 % at z14 in turns. What remains:
grids, whose statement is planned for each tile with one condition more (0.08 ms), and streets at
z12, where hairline gaps between communities make a tile inside the county one on its rim (0.2 ms
to cut the ground, 0.6 to compare with it)."""


def rows(url: str, rounds: int) -> list[Row]:
    """Time tiles of three zooms and a page of features, seen by an office, a county and all."""
    engine, drawing = open_engine(url), open_drawing_engine(url, pool_size=1)
    changes = Changes()
    # As in a service that knows its change log to the end.
    changes.take(News(1, 0, (), anew=True), math.inf)
    source = TileSource(drawing, Sights(changes))
    with engine.connect() as connection:
        office, county = _scopes(connection)
        found = [
            _row(f"tile z{z}", name, *_timed(_tiles(source, connection, z, scope), rounds))
            for z in (12, 14, 16)
            for name, scope in (("street office", office), ("county", county))
        ]
        found += [
            _row("1,000 features", name, *_timed(_pages(connection, scope), rounds))
            for name, scope in (("street office", office), ("county", county))
        ]
    engine.dispose()
    drawing.dispose()
    return found


def _scopes(connection: sa.Connection) -> tuple[Scope, Scope]:
    told = "SELECT code FROM area WHERE level = '{}' ORDER BY code LIMIT 1"
    codes = [
        connection.exec_driver_sql(told.format(level)).scalar_one()
        for level in ("subdistrict", "county")
    ]
    return Scope((codes[0],)), Scope((codes[1],))


Pair = tuple[Callable[[], object], Callable[[], object]]


def _tiles(source: TileSource, connection: sa.Connection, z: int, scope: Scope) -> Sequence[Pair]:
    """Tiles about the middle of a scope, drawn by who sees everything and by who sees the scope."""
    sight = sight_on(connection, Outlook(scope, drafts=True, known=True), today())
    assert sight.ground is not None
    assert sight.ground.box is not None
    west, south, east, north = sight.ground.box
    side, lat = 2**z, math.radians((south + north) / 2)
    column = int(((west + east) / 2 + 180) / 360 * side)
    row = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * side)
    whole = [
        tile_request(LAYERS, z, column + step % 2, row + step // 2, at=today()) for step in range(4)
    ]
    return [(_draw(source, one), _draw(source, one.seen_in(scope, today()))) for one in whole]


def _draw(source: TileSource, request: TileRequest) -> Callable[[], object]:
    return lambda: source.draw(request)


def _pages(connection: sa.Connection, scope: Scope) -> Sequence[Pair]:
    mine = sight_on(connection, Outlook(scope, drafts=True, known=True), today())
    whole = Sight(None, drafts=True, known=True)
    assert mine.ground is not None
    assert mine.areas is not None
    asked = Selection(Days(today(), today()), community=mine.ground.areas[0])

    def page(sight: Sight) -> Callable[[], object]:
        return lambda: feature_page(connection, sight, "buildings", asked, _PLAIN, limit=1000)

    return [(page(whole), page(mine))]


def _timed(pairs: Sequence[Pair], rounds: int) -> tuple[float, float]:
    """Median milliseconds of each side."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 2):
        for pair in pairs:
            for side in (0, 1) if number % 2 else (1, 0):
                begun = time.perf_counter()
                pair[side]()
                if number >= 2:
                    taken[side].append(time.perf_counter() - begun)
    return statistics.median(taken[0]) * 1000, statistics.median(taken[1]) * 1000


def _row(what: str, scope: str, whole: float, own: float) -> Row:
    return {
        "what": what,
        "seen by": scope,
        "everything, ms": f"{whole:.2f}",
        "scope, ms": f"{own:.2f}",
        "slower by": f"{(own / whole - 1) * 100:+.0f} %",
        "must": "10 %",
    }


if __name__ == "__main__":
    main()
