"""
An adopted plan and its redraws, recomputed at every publication by code that shares nothing.

The book below is kept from DESIGN section 4 and decision 7 alone: it reads the assignment and
the buildings' counts, and says which codes, lineage, days, posts and handover must follow.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import geopandas as gpd
import pytest
import sqlalchemy as sa

from api.services.plans import adopt_grids, divide_community
from api.services.publishing import handover, publish_plan, withdraw_plan
from api.services.strokes import stroke, undo
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.plan_listing import published_grid_rows
from gis.store.plans import Move
from gis.store.sight import EVERYWHERE
from tests.api.services.conftest import COMMUNITY, METRIC, Town, half_grids

START = date(2026, 3, 2)
REDRAWS = 5


@dataclass(frozen=True)
class Piece:
    """A unit of a plan: what it is, whose count it has, and the number of its grid."""

    unit: str
    is_building: bool
    households: int
    grid_no: int | None


@dataclass
class Book:
    """What is known of all publications so far."""

    used: set[str] = field(default_factory=set)
    days: list[date] = field(default_factory=list)
    plans: list[int] = field(default_factory=list)
    codes: list[dict[str, str]] = field(default_factory=list)
    posts: dict[str, list[date | None]] = field(default_factory=dict)


def pieces_of(town: Town, plan_id: int) -> list[Piece]:
    query = sa.text(
        "SELECT u.unit_id, u.kind <> 'ground', u.households, a.grid_no FROM assignment AS a "
        "JOIN unit AS u USING (ground_id, unit_no) WHERE a.plan_id = :plan ORDER BY u.unit_no"
    )
    with town.engine.connect() as connection:
        return [Piece(*row) for row in connection.execute(query, {"plan": plan_id})]


def places_of(town: Town, plan_id: int) -> dict[int, tuple[float, float]]:
    """Easting and northing of the middle of each grid that has ground."""
    query = sa.text(
        "SELECT grid_no, ST_AsBinary(geom) FROM plan_grid WHERE plan_id = :plan "
        "AND geom IS NOT NULL ORDER BY grid_no"
    )
    with town.engine.connect() as connection:
        rows = connection.execute(query, {"plan": plan_id}).all()
    shapes = gpd.GeoSeries.from_wkb([bytes(shape) for _, shape in rows], crs=4326)
    middles = shapes.to_crs(METRIC).centroid
    return {int(row[0]): (x, y) for row, x, y in zip(rows, middles.x, middles.y, strict=True)}


def like_a_page(places: dict[int, tuple[float, float]]) -> list[int]:
    """Bands of equal size from north to south, each from west to east."""
    falling = sorted(places, key=lambda g: (-places[g][1], places[g][0]))
    bands = max(1, round(len(falling) ** 0.5))
    band = {g: i * bands // len(falling) for i, g in enumerate(falling)}
    return sorted(falling, key=lambda g: (band[g], places[g][0], -places[g][1]))


def shares(pieces: list[Piece], before: dict[str, str]) -> dict[tuple[int, str], list[int]]:
    """Households, buildings and units that each new grid took from each standing one."""
    found: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for piece in pieces:
        if piece.grid_no is not None and piece.unit in before:
            share = found[piece.grid_no, before[piece.unit]]
            share[0] += piece.households
            share[1] += piece.is_building
            share[2] += 1
    return found


def codes_to_be(
    pieces: list[Piece], before: dict[str, str], used: set[str], order: list[int]
) -> dict[int, str]:
    """Codes by number of grid: the largest part keeps, the others count on."""
    taken = shares(pieces, before)
    heirs: dict[int, list[str]] = defaultdict(list)
    for code in sorted({code for _, code in taken}):
        parts = [grid for grid, from_code in taken if from_code == code]
        heirs[max(parts, key=lambda g: (*taken[g, code], -g))].append(code)
    codes = {g: max(sorted(c), key=lambda code: taken[g, code]) for g, c in heirs.items()}
    highest = max((int(code[12:]) for code in used), default=0)
    for grid in order:
        if grid not in codes:
            highest += 1
            codes[grid] = f"{COMMUNITY}{highest:03d}"
    return codes


def change_buildings(town: Town, rng: random.Random, turn: int) -> None:
    """Counts change, buildings go, come back and are built anew on the plots of the gone."""
    with town.engine.begin() as connection:
        codes = connection.exec_driver_sql(
            "SELECT code FROM building WHERE retired_on IS NULL ORDER BY code"
        ).scalars()
        standing = list(codes)
        for code in rng.sample(standing, 3):
            connection.execute(
                sa.text("UPDATE building SET households = :n WHERE code = :code"),
                {"n": rng.choice([0, 10, 30, 30, 75]), "code": code},
            )
        for gone in rng.sample(standing, rng.randrange(3)):
            retire = sa.text("UPDATE building SET retired_on = now() WHERE code = :code")
            connection.execute(retire, {"code": gone})
            if rng.random() < 0.5:
                connection.execute(
                    sa.text(
                        "INSERT INTO building (code, community_code, households, households_kind, "
                        "geom) SELECT :new, community_code, 24, households_kind, geom "
                        "FROM building WHERE code = :code"
                    ),
                    {"new": f"N{turn}{gone}", "code": gone},
                )


def draw(town: Town, rng: random.Random) -> int:
    """Draw a draft of some kind and redraw it by strokes: merges, single moves, units left out."""
    if rng.random() < 0.25:
        wanted = RuleSet(name="test", source="test", caps={"default": 5000})
        plan_id, _ = adopt_grids(
            town.engine, COMMUNITY, half_grids(rng.randint(1, 5)), wanted, made_by="planner"
        )
    else:
        rules = RuleSet(
            name="test", source="test", caps={"default": rng.choice([80, 130, 200, 400])}
        )
        plan_id = divide_community(town.engine, COMMUNITY, rules, made_by="planner")
    for _ in range(rng.randrange(4)):
        with town.engine.connect() as connection:
            labels = store.read_labels(connection, plan_id)
        giver, taker = rng.choice(list(labels)), rng.choice(list(labels))
        units = [int(u) for u in range(len(labels)) if labels[u] == giver]
        if rng.random() < 0.6:
            units = rng.sample(units, rng.randint(1, len(units)))
        to = None if rng.random() < 0.1 else int(taker)
        came_from = None if giver < 0 else int(giver)
        moves = [Move(u, came_from, None if to == -1 else to) for u in units]
        if stroke(town.engine, plan_id, moves, made_by="planner").seq and rng.random() < 0.3:
            undo(town.engine, plan_id, made_by="planner")
    return plan_id


def publish(town: Town, plan_id: int, day: date, today: date) -> None:
    publish_plan(
        town.engine, plan_id, valid_from=day, published_by="planner", today=today, reason="drawn"
    )


def add_posts(town: Town, codes: set[str], day: date) -> None:
    with town.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO post (code, grid_id, role, valid) SELECT 'P' || code, id, "
                "'comprehensive', daterange(:day, NULL) FROM grid WHERE code = ANY (:codes)"
            ),
            {"day": day, "codes": sorted(codes)},
        )


_CODES = sa.text(
    "SELECT p.grid_no, g.code FROM grid_period AS p JOIN grid AS g ON g.id = p.grid_id "
    "WHERE p.plan_id = :plan"
)
_FROZEN = sa.text(
    "SELECT u.unit_id, g.code FROM assignment AS a JOIN unit AS u USING (ground_id, unit_no) "
    "JOIN plan_grid AS g USING (plan_id, grid_no) WHERE a.plan_id = :plan"
)


def pairs(connection: sa.Connection, query: sa.TextClause, plan_id: int) -> dict[object, object]:
    """Return the two columns of a query on one plan."""
    rows = connection.execute(query, {"plan": plan_id})
    return {row[0]: row[1] for row in rows}


def check(town: Town, book: Book, plan_id: int, day: date, codes: dict[int, str]) -> None:
    """Compare what stands in the database with the book, and enter the publication into it."""
    pieces = pieces_of(town, plan_id)
    before = book.codes[-1] if book.codes else {}
    after = {p.unit: codes[p.grid_no] for p in pieces if p.grid_no is not None}
    with town.engine.connect() as connection:
        assert pairs(connection, _CODES, plan_id) == codes
        kept = set(codes.values()) & set(before.values())
        assert not (set(codes.values()) - kept) & book.used
        lineage = connection.execute(
            sa.text(
                "SELECT h.code, a.code, l.households, l.buildings FROM lineage AS l "
                "JOIN grid AS h ON h.id = l.grid_id JOIN grid AS a ON a.id = l.from_grid_id "
                "WHERE l.plan_id = :plan"
            ),
            {"plan": plan_id},
        )
        assert {tuple(row) for row in lineage} == {
            (codes[grid], code, share[0], share[1])
            for (grid, code), share in shares(pieces, before).items()
        }
    buildings = {p.unit for p in pieces if p.is_building} | {u for u in before if u[0] in "BN"}
    passed = handover(town.engine, plan_id)
    found = {
        (row.unit_id, row.from_grid, row.to_grid)
        for row in passed.astype(object).where(passed.notna(), None).itertuples()
    }
    assert found == {
        (unit, before.get(unit), after.get(unit))
        for unit in buildings
        if before.get(unit) != after.get(unit)
    }
    assert set(passed["day"]) <= {day}
    for code in set(before.values()) - set(codes.values()):
        book.posts[code][1] = day
    add_posts(town, set(codes.values()) - set(before.values()), day)
    book.posts |= {c: [day, None] for c in set(codes.values()) - set(before.values())}
    book.used |= set(codes.values())
    book.days.append(day)
    book.plans.append(plan_id)
    book.codes.append(after)


def check_all_days(town: Town, book: Book) -> None:
    """Every day shows what stood then, whatever came later; frozen plans never change."""
    with town.engine.connect() as connection:
        for turn, day in enumerate(book.days):
            following = [*book.days, date(2099, 1, 1)][turn + 1]
            for at in (day, following - timedelta(days=1)):
                rows = published_grid_rows(connection, EVERYWHERE, at=at, community=COMMUNITY)
                assert {row["plan_id"] for row in rows} == {book.plans[turn]}
                assert {row["code"] for row in rows} >= set(book.codes[turn].values())
                assert {row["valid_from"] for row in rows} == {day}
        early = book.days[0] - timedelta(days=1)
        assert published_grid_rows(connection, EVERYWHERE, at=early, community=COMMUNITY) == []
        query = sa.text(
            "SELECT grid.code, lower(valid), upper(valid) FROM post "
            "JOIN grid ON grid.id = post.grid_id"
        )
        posts = {row[0]: [row[1], row[2]] for row in connection.execute(query)}
        assert posts == book.posts
        for plan_id, codes in zip(book.plans, book.codes, strict=True):
            assert pairs(connection, _FROZEN, plan_id) == codes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_codes_lineage_days_posts_and_handover_agree_with_a_book_kept_by_hand(
    town: Town, seed: int
) -> None:
    rng, book, day = random.Random(seed), Book(), START  # noqa: S311
    wanted = RuleSet(name="test", source="test", caps={"default": 5000})
    first, adoption = adopt_grids(town.engine, COMMUNITY, half_grids(), wanted, made_by="planner")
    publish(town, first, day, day)
    check(town, book, first, day, {n: str(c) for n, c in enumerate(adoption.grids["grid_code"])})
    for turn in range(REDRAWS):
        change_buildings(town, rng, turn)
        plan_id = draw(town, rng)
        day += timedelta(days=rng.randint(1, 40))
        order = like_a_page(places_of(town, plan_id))
        pieces = pieces_of(town, plan_id)
        codes = codes_to_be(pieces, book.codes[-1], book.used, order)
        publish(town, plan_id, day, book.days[-1])
        if rng.random() < 0.4:
            withdraw_plan(town.engine, plan_id, withdrawn_by="planner", today=book.days[-1])
            check_all_days(town, book)
            book.used |= set(codes.values())
            codes = codes_to_be(pieces, book.codes[-1], book.used, order)
            publish(town, plan_id, day, book.days[-1])
        check(town, book, plan_id, day, codes)
        check_all_days(town, book)
    assert len(book.plans) == 1 + REDRAWS
