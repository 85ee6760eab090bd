"""A grid package keeps the exact noding, adds up, and is written whole or not at all."""

from __future__ import annotations

import collections
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, box

from gis.cells import Ground
from gis.errors import InvalidPackage, UnreadableFile
from gis.io.package import DividedCommunity, read_package, write_package
from gis.partition.divide import divide
from gis.partition.rules import load_rules
from tests.gis.towns import Town, slabs

RULES = load_rules("micro-30-50")


def town() -> Ground:
    """Sixteen slabs, two courtyards, a river with a bridge."""
    return Town(
        buildings=slabs(4, 4),
        courtyards=[box(0, 0, 90, 60), box(110, 100, 200, 200)],
        barriers=[("river", LineString([(-10, 95), (210, 95)]))],
        bridges=[LineString([(50, 80), (50, 110)])],
    ).ground()


def community(code: str = "110108001001") -> DividedCommunity:
    ground = town()
    return DividedCommunity(code, "云溪社区", ground, divide(ground, RULES))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "plan.gpkg"
    return write_package(path, [community()])


Edge = tuple[tuple[float, ...], tuple[float, ...]]


def edges(polygon: shapely.Polygon) -> list[Edge]:
    rings = shapely.orient_polygons(polygon)
    return [
        (a, b)
        for ring in [rings.exterior, *rings.interiors]
        for a, b in zip(ring.coords[:-1], ring.coords[1:], strict=True)
    ]


def test_cells_and_borders_share_their_edges_to_the_last_bit(package: Path) -> None:
    frames = read_package(package).frames
    of_cells = collections.Counter(e for cell in frames["units"].geometry for e in edges(cell))
    assert set(of_cells.values()) == {1}
    borders = frames["borders"]
    drawn: collections.Counter[Edge] = collections.Counter()
    for line, right in zip(borders.geometry, borders["right"], strict=True):
        for a, b in zip(line.coords[:-1], line.coords[1:], strict=True):
            drawn[a, b] += 1
            if isinstance(right, str):
                drawn[b, a] += 1
    assert drawn == of_cells


def test_grids_are_drawn_with_the_vertices_of_their_cells(package: Path) -> None:
    frames = read_package(package).frames
    units = frames["units"]
    for grid, shape in zip(frames["grids"]["grid"], frames["grids"].geometry, strict=True):
        cells = units.geometry[units["grid"] == grid]
        assert shape.area == pytest.approx(shapely.area(cells.to_numpy()).sum(), rel=1e-9)
        whole = {e for cell in cells for e in edges(cell)}
        outline = {e for part in shapely.get_parts(shape) for e in edges(part)}
        assert outline <= whole


def test_everything_adds_up(package: Path) -> None:
    read = read_package(package)
    units, grids = read.frames["units"], read.frames["grids"]
    sums = units.groupby("grid")[["households", "load_units"]].sum()
    assert sums["households"].tolist() == grids["households"].tolist()
    assert sums["load_units"].tolist() == grids["load_units"].tolist()
    capacity = read.certificates["110108001001"]["capacity"]
    assert np.allclose(grids["load"], grids["load_units"] / capacity)
    given = read.frames["assignment"].set_index("unit_id")["grid"]
    assert (units.set_index("unit_id")["grid"] == given).all()
    assert read.rules == RULES
    assert set(grids["name"]) == {f"第{n}网格" for n in "一二三四五六七八九十"[: len(grids)]}


def test_no_courtyard_is_null(package: Path) -> None:
    units = read_package(package).frames["units"]
    assert (units["courtyard_id"].isna() == units["courtyard_kind"].isna()).all()
    assert units["courtyard_id"].isna().any()


def test_layers_have_their_types_and_crs(package: Path) -> None:
    types = dict(pyogrio.list_layers(package).tolist())
    assert types["units"] == "Polygon"
    assert types["borders"] == "LineString"
    assert types["lineage"] is None
    info = pyogrio.read_info(package, layer="units")
    assert info["crs"] == "EPSG:4326"
    assert pyogrio.read_info(package, layer="borders")["geometry_name"] == "geom"


def test_two_communities_share_a_package(tmp_path: Path) -> None:
    one = community("110108001001")
    ground = one.ground
    ids = ground.units["unit_id"].astype(str)
    renamed = ground.units.assign(unit_id=ids.where(ground.units["kind"] == "ground", "x" + ids))
    other = Ground(gpd.GeoDataFrame(renamed, crs=ground.units.crs), ground.borders)
    two = DividedCommunity("110108001002", "锦屏社区", other, divide(other, RULES))
    stored = read_package(write_package(tmp_path / "two.gpkg", [one, two]))
    frames = stored.frames
    for place in (one, two):
        mine = frames["units"][frames["units"]["area_code"] == place.area_code]
        priced = stored.certificates[place.area_code]["prices"]
        assert len(priced) == len(place.division.certificate.prices)
        assert set(priced) <= set(mine["unit_id"])
    assert frames["grids"]["grid"].is_unique
    assert frames["units"]["unit_id"].is_unique
    assert frames["grids"].groupby("area_code")["number"].min().tolist() == [1, 1]
    with pytest.raises(InvalidPackage, match="each area code once"):
        write_package(tmp_path / "twice.gpkg", [one, one])
    assert not (tmp_path / "twice.gpkg").exists()


def test_a_package_that_cannot_be_written_leaves_the_old_one(package: Path, tmp_path: Path) -> None:
    before = package.read_bytes()
    with pytest.raises(InvalidPackage):
        write_package(package, [])
    assert package.read_bytes() == before
    with pytest.raises(UnreadableFile, match="cannot be written"):
        write_package(tmp_path / "nowhere" / "plan.gpkg", [community()])


def test_what_is_no_package_is_refused(tmp_path: Path, package: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_package(tmp_path / "missing.gpkg")
    plain = tmp_path / "plain.gpkg"
    pyogrio.write_dataframe(read_package(package).frames["areas"], plain, layer="areas")
    with pytest.raises(InvalidPackage, match="units"):
        read_package(plain)


def test_a_certificate_that_breaks_its_schema_is_refused(tmp_path: Path, package: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(package.read_bytes())
    frame = read_package(package).frames["certificate"]
    document = {**json.loads(frame["document"].iloc[0]), "grids": -1}
    pyogrio.write_dataframe(
        frame.assign(document=json.dumps(document)), broken, layer="certificate", driver="GPKG"
    )
    with pytest.raises(InvalidPackage, match=r"\$\.grids"):
        read_package(broken)
