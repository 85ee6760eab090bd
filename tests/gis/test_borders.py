"""Contiguity, dissolve and outlines against naive searches on the cells."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gis.borders import MIN_BORDER_M, components, contiguity, dissolve, outlines
from gis.cells import Ground
from gis.runs_along import points_along
from tests.gis.towns import Town, slabs

RIVER = LineString([(-50, 98), (90, 104), (250, 97)])


def drawn_town() -> Town:
    """36 slabs in two walled courtyards and around them, a river with one bridge."""
    return Town(
        slabs(6, 6),
        courtyards=[box(5, 5, 95, 95), box(105, 105, 195, 195)],
        barriers=[("river", RIVER)],
        bridges=[LineString([(140, 80), (140, 120)])],
    )


GROUND = drawn_town().ground()


@pytest.fixture
def ground() -> Ground:
    """Ground of the drawn town."""
    return GROUND


def label_lists(count: int) -> st.SearchStrategy[list[int]]:
    """Grid numbers for so many units, some unassigned."""
    return st.lists(st.integers(-1, 5), min_size=count, max_size=count)


@pytest.mark.parametrize("hard", [set(), {"river"}, {"river", "wall"}])
def test_contiguity_agrees_with_a_naive_search(ground: Ground, hard: set[str]) -> None:
    cells = ground.units.geometry.to_numpy()
    edges = contiguity(ground, hard)
    pairs = zip(edges.i.tolist(), edges.j.tolist(), strict=True)
    found = dict(zip(pairs, edges.length_m, strict=True))
    closed = ground.borders[ground.borders["runs_along"].isin(hard)]
    walls = shapely.union_all(closed.geometry.to_numpy())
    passages = ground.borders[ground.borders["passage"]]
    joined = set(zip(passages["left"], passages["right"], strict=True))
    for i, j in itertools.combinations(range(len(cells)), 2):
        shared = shapely.intersection(cells[i], cells[j])
        free = shapely.difference(shared, shapely.buffer(walls, 1e-6)) if hard else shared
        if shapely.length(free) >= MIN_BORDER_M or (i, j) in joined:
            assert found.pop((i, j)) == pytest.approx(shapely.length(free), abs=1e-3)
    assert not found


def test_edges_are_sorted_and_name_what_runs_along(ground: Ground) -> None:
    edges = contiguity(ground, {"river"})
    assert (edges.i < edges.j).all()
    keys = edges.i.astype(np.int64) * edges.count + edges.j
    assert (np.diff(keys) > 0).all()
    assert set(edges.runs_along) >= {"nothing", "wall"}
    bridged = edges.runs_along == "river"
    assert bridged.sum() == 1
    assert edges.length_m[bridged] == 0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_dissolve_agrees_with_a_union_of_cells(data: st.DataObject) -> None:
    labels = np.array(data.draw(label_lists(len(GROUND.units))))
    grids = dissolve(GROUND, labels)
    assert grids.index.tolist() == sorted(set(labels.tolist()) - {-1})
    cells = GROUND.units.geometry.to_numpy()
    for grid, shape in grids.geometry.items():
        united = shapely.union_all(cells[labels == grid])
        assert shapely.is_valid(shape)
        assert shapely.area(shapely.symmetric_difference(shape, united)) < 1e-6
        assert shapely.get_num_geometries(shape) == shapely.get_num_geometries(united)


@given(st.data())
def test_outlines_are_the_borders_between_different_grids(data: st.DataObject) -> None:
    labels = np.array(data.draw(label_lists(len(GROUND.units))))
    lines, grids = outlines(GROUND, labels), dissolve(GROUND, labels)
    assert (lines["left"] != lines["right"]).all()
    rims = shapely.length(shapely.boundary(grids.geometry.to_numpy())).sum()
    sides = (lines[["left", "right"]] >= 0).sum(axis=1)
    assert (lines["length_m"] * sides).sum() == pytest.approx(rims, abs=1e-6)


def test_dissolving_single_units_gives_their_cells(ground: Ground) -> None:
    grids = dissolve(ground, range(len(ground.units)))
    assert shapely.equals_exact(
        shapely.normalize(grids.geometry.to_numpy()),
        shapely.normalize(ground.units.geometry.to_numpy()),
    ).all()


def test_one_grid_is_the_community_and_no_grid_is_nothing(ground: Ground) -> None:
    whole = dissolve(ground, [0] * len(ground.units))
    assert shapely.area(whole.geometry.iloc[0]) == pytest.approx(ground.units.area.sum())
    assert shapely.get_num_interior_rings(whole.geometry.iloc[0]) == 0
    nothing = dissolve(ground, [-1] * len(ground.units))
    assert len(nothing) == 0
    assert len(outlines(ground, [-1] * len(ground.units))) == 0


def test_a_grid_around_another_has_a_hole() -> None:
    ring = box(50, 50, 150, 150).difference(box(70, 70, 130, 130))
    ground = Town([ring, box(95, 95, 105, 105)]).ground()
    grids = dissolve(ground, [3, 8])
    assert shapely.get_num_interior_rings(grids.geometry.loc[3]) == 1


def test_components_are_numbered_by_their_first_unit(ground: Ground) -> None:
    part = components(contiguity(ground, {"river", "wall"}))
    first = [int(np.flatnonzero(part == n)[0]) for n in range(part.max() + 1)]
    assert first == sorted(first)


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(-50, 50), st.integers(-50, 50)),
            min_size=2,
            max_size=9,
            unique=True,
        ),
        max_size=12,
    )
)
def test_points_along_many_lines_are_those_of_each(corners: list[list[tuple[int, int]]]) -> None:
    lines = np.array([shapely.LineString(c) for c in corners], dtype=object)
    shares = np.array([0.1, 0.5, 0.9])
    alone = [[line.interpolate(s, normalized=True).coords[0] for s in shares] for line in lines]
    np.testing.assert_allclose(
        points_along(lines, shares), np.reshape(alone, (-1, 3, 2)), atol=1e-9
    )
