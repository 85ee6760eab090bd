"""Gaps: who lies in one, how its ground is drawn, and how gaps are ranked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from gis.coverage.gaps import gaps
from gis.coverage.population import population

FAR, NEAR = 5000.0, 10.0
PLACES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=25, unique=True
)


def houses(corners: list[tuple[int, int]], households: list[int] | None = None) -> gpd.GeoDataFrame:
    """Houses of 10 by 8 m, corners on a lattice of 12 m."""
    return gpd.GeoDataFrame(
        {
            "building_id": [f"B{n:02}" for n in range(len(corners))],
            "households": [10] * len(corners) if households is None else households,
            "households_kind": "registered",
            "community_code": ["511599001001"] * len(corners),
        },
        geometry=[shapely.box(12 * x, 12 * y, 12 * x + 10, 12 * y + 8) for x, y in corners],
        crs="EPSG:4548",
    )


def found(
    frame: gpd.GeoDataFrame, metres: npt.ArrayLike, reasons: list[str] | None = None
) -> gpd.GeoDataFrame:
    """Gaps of canteens within 5 minutes of an adult."""
    walks = np.asarray(metres, dtype=np.float64)[:, None]
    why = np.array(reasons or [""] * len(frame), dtype=object)[:, None]
    people = population(frame)
    return gaps(frame, people, ["canteen"], walks, why, cutoff_s=300, speed_m_s=1.2)


def test_houses_that_reach_it_and_houses_without_households_lie_in_no_gap() -> None:
    frame = houses([(0, 0), (1, 0), (2, 0)], [10, 0, 20])
    one = found(frame, [FAR, FAR, NEAR])
    assert one["building_ids"].tolist() == [("B00",)]
    assert one["households"].tolist() == [10]


def test_everybody_reached_leaves_no_gap() -> None:
    assert found(houses([(0, 0), (1, 0)]), [NEAR, 360.0]).empty


def test_houses_apart_by_more_than_60_m_are_two_gaps_ranked_by_households() -> None:
    frame = houses([(0, 0), (5, 0), (20, 0)], [10, 10, 30])
    two = found(frame, [FAR, FAR, FAR])
    assert two["building_ids"].tolist() == [("B02",), ("B00", "B01")]
    assert two["rank"].tolist() == [1, 2]


def test_a_gap_tells_why_and_where() -> None:
    frame = houses([(0, 0), (1, 0), (2, 0)])
    frame["community_code"] = ["511599001001", "511599001002", "511599001002"]
    gap = found(frame, [np.inf, 900.0, 1500.0], ["island", "too_far", ""]).iloc[0]
    assert gap["reasons"] == {"island": 1, "too_far": 2}
    assert gap["community_code"] == "511599001002"
    assert gap["nearest_m"] == 900.0
    assert (gap["cutoff_s"], gap["speed_m_s"], gap["households_kind"]) == (300, 1.2, "registered")


def test_estimates_among_the_households_are_counted() -> None:
    frame = houses([(0, 0), (1, 0)]).assign(households_estimated=[True, False])
    assert found(frame, [FAR, FAR])["households_estimated"].tolist() == [10]


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_gaps_are_the_single_linkage_clusters_drawn_whole_and_apart(
    corners: list[tuple[int, int]],
) -> None:
    frame = houses(corners)
    all_gaps = found(frame, [FAR] * len(frame))
    shapes = frame.geometry.to_numpy()
    upper = np.triu_indices(len(shapes), 1)
    apart = shapely.distance(shapes[upper[0]], shapes[upper[1]])
    cluster = fcluster(linkage(apart, "single"), 60.0, "distance")
    expected = {tuple(frame["building_id"][cluster == number]) for number in np.unique(cluster)}
    assert set(all_gaps["building_ids"]) == expected
    ground = all_gaps.geometry.to_numpy()
    assert (shapely.get_type_id(ground) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(ground).all()
    one, other = shapely.STRtree(ground).query(ground, predicate="intersects")
    assert (one == other).all()
    for gap, ids in zip(ground, all_gaps["building_ids"], strict=True):
        own = frame["building_id"].isin(ids).to_numpy()
        assert shapely.covers(gap, shapes[own]).all()
        assert shapely.distance(gap, shapes[~own]).min(initial=np.inf) > 25
