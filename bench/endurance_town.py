"""The town of the endurance run: a made-up city, a draft to draw in, and everybody who asks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from api.principal import OPERATOR, Role
from api.services.accounts import AccountScope, NewAccount, make_account
from api.services.embed_keys import NewKey, make_key
from api.services.sights import ALL_SEEING
from api.services.walking import WalkingOrder, update
from bench.faces_maker import Faces, make_faces
from bench.people_my import ASSIGNED
from bench.planner_town import COMMUNITY, make_town
from gis.contracts import FACILITY_KINDS
from gis.store import migrate
from gis.store.engine import open_engine

FACES = Faces(communities=50, buildings=30_000, facilities=1_000, streets=3_000)
PASSWORD = "drei blaue Raben"  # noqa: S105 - of made-up accounts
OWN, FOREIGN, DRAWN = "511500001001", "511500002001", "511500003001"
COLUMNS, ROWS = 40, 25
SITE = "https://screen.example"
_WORKER = """
INSERT INTO worker (code, name) VALUES ('w1', '彭远远');
INSERT INTO post (code, grid_id, role, worker_id, valid)
SELECT 'p' || g.id, g.id, 'comprehensive', 1, '[2026-01-01,)' FROM grid AS g ORDER BY g.code LIMIT 2
"""
# Buildings edited in the database; those of DRAWN are edited over HTTP, those of OWN marked.
_EDITED = """
SELECT code, households, ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat
FROM building WHERE community_code NOT IN (:drawn, :planned) ORDER BY md5(code) LIMIT 400
"""
# The made-up buildings overlap here and there, which an edit by hand is told.
_DRAWN = """
SELECT b.code FROM building AS b
WHERE b.community_code = :drawn AND NOT EXISTS (
    SELECT FROM building AS o WHERE o.code <> b.code AND ST_Intersects(o.geom, b.geom))
ORDER BY b.code LIMIT 100
"""
_MARKED = """
SELECT b.code FROM building AS b JOIN unit AS u ON u.building_code = b.code
WHERE b.community_code = :own AND u.unit_no < 300 ORDER BY b.code
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A building that is edited."""

    code: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Town:
    """What there is to ask for."""

    draft: int
    key: str
    edited: tuple[Spot, ...]
    drawn: tuple[str, ...]
    marked: tuple[str, ...]
    roamers: tuple[str, ...]

    def spot(self, rng: random.Random) -> tuple[float, float]:
        """Return a place in the city, lon and lat."""
        west, south, east, north = FACES.extent
        return rng.uniform(west, east), rng.uniform(south, north)


def make(url: str) -> Town:
    """Fill an empty database, and make everybody who asks."""
    engine = open_engine(url)
    migrate.upgrade(engine)
    make_faces(engine, FACES)
    with engine.begin() as connection:
        for statement in (ASSIGNED + ";" + _WORKER).split(";"):
            connection.execute(sa.text(statement), {"width": 150})
    draft = make_town(engine, COLUMNS, ROWS)
    update(engine, WalkingOrder(kinds=FACILITY_KINDS[:3]), lambda *_: None)
    roamers = tuple(f"roamer{number}" for number in range(4))
    _accounts(engine, roamers)
    wanted = NewKey(OWN, origins=(SITE,))
    key = make_key(engine, ALL_SEEING, wanted, made_by="bench", now=datetime.now(UTC)).key
    with engine.connect() as connection:
        rows = connection.execute(sa.text(_EDITED), {"drawn": DRAWN, "planned": COMMUNITY}).all()
        drawn = connection.execute(sa.text(_DRAWN), {"drawn": DRAWN}).scalars().all()
        marked = connection.execute(sa.text(_MARKED), {"own": OWN}).scalars().all()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    spots = tuple(Spot(row.code, row.lon, row.lat) for row in rows)
    return Town(draft, key, spots, tuple(drawn), tuple(marked), roamers)


def _accounts(engine: sa.Engine, roamers: tuple[str, ...]) -> None:
    def add(name: str, role: Role, *areas: str, worker: str | None = None) -> None:
        scope = AccountScope(areas or None, ())
        make_account(engine, OPERATOR, NewAccount(name, role, scope, PASSWORD, False, worker))

    add("chief", "admin")
    add("viewer", "viewer", OWN)
    add("worker", "worker", OWN, worker="w1")
    add("planner", "planner", COMMUNITY, DRAWN)
    add("painter", "planner", COMMUNITY)
    for name in roamers:
        add(name, "viewer", OWN)
