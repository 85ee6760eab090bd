"""Two divisions compared: every figure told again by PostGIS and by hand."""

from __future__ import annotations

import math
from itertools import combinations

import networkx as nx
import pytest
import sqlalchemy as sa

from api.schemas.assignments import Comparison
from api.schemas.planning import ForkRequest
from api.services import comparing, keeping
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plans import divide_community
from api.today import today
from gis.partition.rules import RuleSet
from gis.staff.figures import Subsidy
from gis.workload import DETOUR
from tests.api.services.conftest import Town
from tests.api.services.test_workflow import PLANNER

CAP = 150
RULES = RuleSet(name="test", source="test", caps={"default": CAP})
# The town has 24 slabs of 30 households.
HOUSEHOLDS = 720
SHAPES = sa.text(
    """
    SELECT s.grid_no, sum(u.households), ST_Area(ST_Union(c.cell)),
           ST_Perimeter(ST_Union(c.cell)),
           array_agg(ST_AsText(ST_Centroid(c.cell))) FILTER (WHERE u.kind <> 'ground')
    FROM plan AS p
    JOIN assignment AS s ON s.plan_id = p.id AND s.grid_no IS NOT NULL
    JOIN unit AS u ON u.ground_id = p.ground_id AND u.unit_no = s.unit_no
    JOIN ground AS g ON g.id = p.ground_id
    CROSS JOIN LATERAL ST_Transform(u.geom, g.srid) AS c (cell)
    WHERE p.id = :plan
    GROUP BY s.grid_no
    """
)


def spanned_m(points: list[str]) -> float:
    """Length of the shortest tree over some points, told as WKT."""
    places = [tuple(map(float, text[6:-1].split())) for text in points]
    lines = nx.Graph()
    lines.add_weighted_edges_from(
        (i, j, math.dist(places[i], places[j])) for i, j in combinations(range(len(places)), 2)
    )
    return sum(float(d["weight"]) for *_, d in nx.minimum_spanning_edges(lines, data=True))


def test_the_figures_compared_are_those_that_postgis_finds(town: Town) -> None:
    desk = Desk(town.engine, PLANNER, lambda _, __: True, GroundMemory())
    plan = divide_community(town.engine, town.community, RULES, made_by="甲")
    fork = keeping.fork(desk, plan, ForkRequest(name="另案"))
    with town.engine.begin() as connection:
        taken = connection.execute(
            sa.text(
                "UPDATE assignment AS s SET grid_no = NULL FROM unit AS u, plan AS p"
                " WHERE p.id = :fork AND s.plan_id = p.id AND u.ground_id = p.ground_id"
                " AND u.unit_no = s.unit_no AND u.building_code IN ('B00', 'B53')"
            ),
            {"fork": fork},
        )
        assert taken.rowcount == 2
    tiers = Subsidy((HOUSEHOLDS, 10_000), includes_bound=True)
    asked = (f"plan-{plan}", f"plan-{fork}")
    found = comparing.compare(desk, *asked, today=today(), subsidy=tiers, geometry=True)
    for side, number in ((found.a, plan), (found.b, fork)):
        with town.engine.connect() as connection:
            rows = connection.execute(SHAPES, {"plan": number}).all()
        loads = [float(row[1]) / CAP for row in rows]
        mean = sum(loads) / len(loads)
        spread = math.sqrt(sum((load - mean) ** 2 for load in loads) / len(loads))
        assert side.grids == len(rows)
        assert side.households == HOUSEHOLDS
        assert side.unassigned_households == HOUSEHOLDS - sum(row[1] for row in rows)
        assert side.highest_load == pytest.approx(max(loads))
        assert side.lowest_load == pytest.approx(min(loads))
        assert side.balance == pytest.approx(spread / mean)
        assert side.over_cap == sum(load > 1 for load in loads)
        assert side.posts_needed == sum(math.ceil(load) for load in loads)
        scores = [4 * math.pi * row[2] / row[3] ** 2 for row in rows]
        # The ground is kept in degrees, to the centimetre.
        assert side.compactness == pytest.approx(sum(scores) / len(scores), rel=1e-3)
        tree = DETOUR * sum(spanned_m(row[4]) for row in rows)
        assert tree <= side.round_m * (1 + 1e-6)
        assert side.round_m <= 2 * tree * (1 + 1e-6)
        assert side.subsidy_tier == 1
    assert {(m.building, m.to_grid) for m in found.moved} == {("B00", None), ("B53", None)}
    assert [m.name for m in found.moved if m.building == "B53"] == ["4排6幢"]
    assert found.households_moved == 60
    strict = Subsidy((HOUSEHOLDS, 10_000), includes_bound=False)
    told = comparing.compare(desk, *asked, today=today(), subsidy=strict)
    assert (told.a.subsidy_tier, told.subsidy.includes_bound, told.map) == (0, False, None)
    _drawn_as_told(found)


def _drawn_as_told(found: Comparison) -> None:
    """Both maps show every grid, matched ones in one hue, and the ground of what moved."""
    assert found.map is not None
    hues_a = {area.no: area.hue for area in found.map.a}
    hues_b = {area.no: area.hue for area in found.map.b}
    pairs = [(g.a, g.b) for g in found.grids]
    assert {a for a, _ in pairs if a is not None} == set(hues_a)
    assert all(hues_a[a] == hues_b[b] for a, b in pairs if a is not None and b is not None)
    assert len(found.map.moved) == len(found.moved)
    for moved, cell in zip(found.moved, found.map.moved, strict=True):
        xs = [x for x, _ in cell["coordinates"][0]]
        ys = [y for _, y in cell["coordinates"][0]]
        assert min(xs) < moved.place[0] < max(xs)
        assert min(ys) < moved.place[1] < max(ys)
