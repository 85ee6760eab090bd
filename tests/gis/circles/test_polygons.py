"""Circles: the ground from which a place is reached on foot, drawn as polygons."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.circles.field import field
from gis.circles.isochrone import isochrone
from gis.circles.polygons import circles, union_circle
from gis.metric import STORED, named_crs, transformer
from tests.gis.circles.ground import bars, drawn_back, town
from tests.gis.network.drawn import CRS, Line, Spot, at, lattice_lines

CROSS: list[Line] = [
    [(0, 500), (500, 500)],
    [(500, 500), (1000, 500)],
    [(500, 0), (500, 500)],
    [(500, 500), (500, 1000)],
]
spots = st.tuples(st.floats(-60, 460), st.floats(-60, 360))


def _streets_with_length(lines: list[list[Spot]]) -> bool:
    return any(a != b for line in lines for a, b in pairwise(line))


@settings(max_examples=60, deadline=None)
@given(lines=lattice_lines(), start=spots, cutoff=st.floats(60.0, 900.0))
def test_ground_well_inside_is_reached_and_ground_well_outside_is_not(
    lines: list[list[Spot]], start: Spot, cutoff: float
) -> None:
    assume(_streets_with_length(lines))
    place = town(lines)
    snaps = place.snaps(start)
    assume(bool(snaps.ok[0]))
    area = drawn_back(circles(place.raster, place.graph, snaps, [cutoff])[0].areas[0])
    # the middles of all cells, with the walks to them and to the cells two steps around each
    x = np.arange(-155.0, 560.0, 10.0)
    y = np.arange(-155.0, 460.0, 10.0)
    cells = [(float(u), float(v)) for v in y for u in x]
    walks = place.walk_m(start, cells).reshape(len(y), len(x))
    around = np.stack(
        [np.roll(walks, (j, i), axis=(0, 1)) for j in range(-2, 3) for i in range(-2, 3)]
    )[:, 2:-2, 2:-2]
    u, v = np.meshgrid(x[2:-2], y[2:-2])
    drawn = np.asarray(shapely.contains_xy(area, u, v))
    assert drawn[(around <= cutoff - 1e-2).all(axis=0)].all()
    assert not drawn[(around > cutoff + 1e-2).all(axis=0)].any()


@settings(max_examples=60, deadline=None)
@given(
    lines=lattice_lines(),
    start=spots,
    cutoffs=st.lists(st.floats(40.0, 900.0), min_size=2, max_size=4),
)
def test_smaller_cutoffs_lie_within_larger_ones_and_all_areas_are_sound(
    lines: list[list[Spot]], start: Spot, cutoffs: list[float]
) -> None:
    assume(_streets_with_length(lines))
    place = town(lines)
    (circle,) = circles(place.raster, place.graph, place.snaps(start), cutoffs)
    assert len(circle.areas) == len(cutoffs)
    for area in circle.areas:
        assert area.is_valid
        assert all(part.exterior.is_ccw for part in area.geoms)
    order = np.argsort(cutoffs)
    for small, large in pairwise(order):
        beyond = drawn_back(circle.areas[small]).difference(drawn_back(circle.areas[large]))
        assert beyond.area < 1e-3


@settings(max_examples=40, deadline=None)
@given(lines=lattice_lines(), starts=st.lists(spots, min_size=1, max_size=4))
def test_all_of_a_kind_together_are_as_near_as_the_nearest(
    lines: list[list[Spot]], starts: list[Spot]
) -> None:
    assume(_streets_with_length(lines))
    place, limit = town(lines), 500.0
    snaps = place.snaps(*starts)
    assume(bool(snaps.ok.any()))
    together = field(place.raster, place.graph, snaps, limit)
    assert together is not None
    nearest = np.full(together.metres.shape, np.inf)
    for row in np.flatnonzero(snaps.ok):
        alone = field(place.raster, place.graph, snaps.take(np.array([row])), limit)
        assert alone is not None
        j = round((alone.y - together.y) / 10.0)
        i = round((alone.x - together.x) / 10.0)
        rows, columns = alone.metres.shape
        part = nearest[max(j, 0) : j + rows, max(i, 0) : i + columns]
        part[:] = np.minimum(
            part, alone.metres[max(-j, 0) :, max(-i, 0) :][: len(part), : part.shape[1]]
        )
    reached = together.metres <= limit
    assert np.array_equal(reached, nearest <= limit)
    np.testing.assert_allclose(together.metres[reached], nearest[reached])


def test_on_a_straight_street_the_circle_ends_where_the_walk_does() -> None:
    place = town([[(0, 0), (2000, 0)]])
    (circle,) = circles(place.raster, place.graph, place.snaps((1000, 0)), [300.0])
    west, south, east, north = drawn_back(circle.areas[0]).bounds
    assert (west, east) == pytest.approx((700.0, 1300.0), abs=10.0)
    # legs to the side are 100 m at most
    assert (south, north) == pytest.approx((-100.0, 100.0), abs=10.0)


def test_a_block_without_streets_in_its_middle_is_a_hole() -> None:
    ring = [(0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 400.0), (0.0, 0.0)]
    place = town([ring, [(0, 0), (-200, 0)]])
    (circle,) = circles(place.raster, place.graph, place.snaps((-100, 0)), [2000.0])
    (part,) = drawn_back(circle.areas[0]).geoms
    (hole,) = part.interiors
    assert shapely.Polygon(hole).area == pytest.approx(200.0 * 200.0, rel=0.05)


def test_the_far_bank_of_a_river_is_not_reached_by_a_leg_across() -> None:
    lines: list[Line] = [[(0, 0), (600, 0)]]
    river = bars("river", [(-200, 40), (800, 40)])
    place, dry = town(lines, river), town(lines)
    start = (300.0, 0.0)
    wet_area = circles(place.raster, place.graph, place.snaps(start), [400.0])[0].areas[0]
    dry_area = circles(dry.raster, dry.graph, dry.snaps(start), [400.0])[0].areas[0]
    assert drawn_back(dry_area).contains(shapely.Point(300, 70))
    assert not drawn_back(wet_area).contains(shapely.Point(300, 70))
    assert drawn_back(wet_area).contains(shapely.Point(300, -70))


def test_one_bad_place_leaves_the_others_alone() -> None:
    place = town([*CROSS, [(3000, 0), (3400, 0)]], bars("wall", [(980, 530), (1080, 530)]))
    bad = [(np.nan, 0.0), (9000.0, 0.0), (2000.0, 500.0), (1010.0, 560.0), (300.0, 590.0)]
    snaps = place.snaps((450, 500), *bad)
    drawn = circles(place.raster, place.graph, snaps, [80.0])
    states = [circle.status for circle in drawn]
    assert states == ["ok", "failed", "outside", "snap_too_long", "snap_too_long", "empty"]
    assert all(circle.en and circle.zh for circle in drawn[1:])
    assert "cut off by a wall" in drawn[4].en
    assert all(circle.areas[0].is_empty for circle in drawn[1:])
    assert drawn_back(drawn[0].areas[0]).contains(shapely.Point(500, 500))


def test_a_kind_is_drawn_from_those_of_it_that_are_on_the_network() -> None:
    place = town(CROSS)
    whole = union_circle(
        place.raster, place.graph, place.snaps((50, 500), (9e3, 0), (950, 500)), [200.0]
    )
    area = drawn_back(whole.areas[0])
    assert whole.status == "ok"
    assert area.contains(shapely.MultiPoint([(20, 500), (980, 500)]))
    assert not area.contains(shapely.Point(500, 500))
    lost = union_circle(place.raster, place.graph, place.snaps((9e3, 0)), [200.0])
    assert (lost.status, lost.areas[0].is_empty) == ("outside", True)


def test_without_streets_every_place_is_outside() -> None:
    place = town([[(0, 0), (0, 0)]])
    (circle,) = circles(place.raster, place.graph, place.snaps((0, 0)), [300.0, 600.0])
    assert circle.status == "outside"
    assert len(circle.areas) == 2


def test_memory_is_bounded_and_forgotten_blocks_change_nothing() -> None:
    roomy, narrow = town(CROSS), town(CROSS, kept=1)
    spots = [(100.0, 500.0), (500.0, 900.0), (100.0, 500.0)]
    wide = circles(roomy.raster, roomy.graph, roomy.snaps(*spots), [900.0])
    slim = circles(narrow.raster, narrow.graph, narrow.snaps(*spots), [900.0])
    assert [c.areas for c in wide] == [c.areas for c in slim]
    assert narrow.raster.held == 1 < roomy.raster.held


def test_ground_too_large_for_ten_metre_cells_is_drawn_with_wider_ones() -> None:
    length = 30_000.0
    place = town([[(0, 0), (length, 0)], [(0, 0), (0, length)]])
    walked = field(place.raster, place.graph, place.snaps((10, 10)), length)
    assert walked is not None
    assert walked.cell_m == 40.0
    assert walked.metres.size <= 1_000_000
    (circle,) = circles(place.raster, place.graph, place.snaps((10, 10)), [length / 2])
    assert drawn_back(circle.areas[0]).bounds[2:] == pytest.approx((length / 2,) * 2, abs=40.0)


def test_a_person_reaches_what_the_circle_of_that_place_shows() -> None:
    place = town(CROSS)
    to_degrees = transformer(named_crs(CRS), named_crs(STORED))
    lon, lat = to_degrees.transform(*at(430, 520))
    reached = isochrone(place.raster, place.graph, lon, lat, [150, 300], 1.2)
    (circle,) = circles(place.raster, place.graph, place.snaps((430, 520)), [180.0, 360.0])
    assert reached.status == "ok"
    assert reached.leg_m == pytest.approx(20.0, abs=1e-3)
    for mine, its in zip(reached.areas, circle.areas, strict=True):
        apart = drawn_back(mine).symmetric_difference(drawn_back(its))
        assert apart.area < 0.001 * drawn_back(its).area
    nowhere = isochrone(place.raster, place.graph, lon + 1.0, lat, [300], 1.2)
    assert (nowhere.status, nowhere.start, nowhere.leg_m) == ("outside", None, None)
