"""From a town in local metres to the canonical layers of `gis.contracts` in EPSG:4326."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely import LineString, Point, Polygon, STRtree, affinity
from shapely.geometry.base import BaseGeometry

from gis.contracts import LAYERS, LayerName
from sample_geodata.blocks import Rng
from sample_geodata.compounds import Compound
from sample_geodata.names import courtyard_names, lane_names
from sample_geodata.network import street_edges
from sample_geodata.people import People, people_of
from sample_geodata.plan import Road, smooth_ring
from sample_geodata.town import Placed, Town

Row = dict[str, object]
Layers = dict[LayerName, gpd.GeoDataFrame]
_SUFFIX = {"old": "幢", "new": "号楼", "resettlement": "栋"}
_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Site:
    """Where a town stands: its middle in degrees, how far it is turned, and its codes."""

    lon: float
    lat: float
    turned_deg: float
    county: tuple[str, str]
    subdistrict: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A town with everything named, counted and addressed, still in local metres."""

    town: Town
    community_codes: tuple[str, ...]
    courtyard_names: tuple[str, ...]
    addresses: tuple[str, ...]
    people: tuple[People, ...]


def survey(town: Town, site: Site, rng: Rng) -> Surveyed:
    """Name the streets and courtyards, number the houses, count the people."""
    lanes = lane_names(rng)
    roads = tuple(r if r.name else replace(r, name=next(lanes)) for r in town.skeleton.roads)
    town = replace(town, skeleton=replace(town.skeleton, roads=roads))
    names = courtyard_names(rng)
    stem = site.subdistrict[0][:9]
    return Surveyed(
        town,
        tuple(f"{stem}{k + 1:03d}" for k in range(len(town.skeleton.communities))),
        tuple(next(names[c.use]) for c in town.compounds),
        _addresses(town),
        tuple(people_of(b.footprint, b.use, rng) for b in town.buildings),
    )


def community_layers(done: Surveyed, site: Site) -> Layers:
    """The layers areas, courtyards, gates, buildings, stairwells, streets, barriers."""
    rows: dict[LayerName, list[Row]] = {
        "areas": _area_rows(done, site),
        "courtyards": list(_courtyard_rows(done)),
        "gates": list(_gate_rows(done.town.compounds)),
        "buildings": _building_rows(done),
        "stairwells": list(_stairwell_rows(done)),
        "streets": list(_street_rows(done.town)),
        "barriers": list(_barrier_rows(done.town)),
    }
    return {layer: layer_frame(layer, made, site) for layer, made in rows.items()}


def layer_frame(layer: LayerName, rows: Iterable[Row], site: Site) -> gpd.GeoDataFrame:
    """Rows with geometry in local metres as a canonical frame in EPSG:4326."""
    made = list(rows)
    contract = LAYERS[layer]
    frame = pd.DataFrame(made, columns=list(contract.columns))
    if contract.geometry == "none":
        return gpd.GeoDataFrame(frame)
    shapes = to_degrees(np.array([r["geometry"] for r in made]), site)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


def to_degrees(shapes: np.ndarray, site: Site) -> np.ndarray:
    """Local metres to lon, lat with eight decimals, through the 3-degree zone of the site."""
    zone = 4534 + round(site.lon / 3) - 25
    to_zone = pyproj.Transformer.from_crs(4326, zone, always_xy=True)
    east, north = to_zone.transform(site.lon, site.lat)
    turn = np.radians(site.turned_deg)
    cos, sin = np.cos(turn), np.sin(turn)

    def placed(xy: np.ndarray) -> np.ndarray:
        x = east + xy[:, 0] * cos - xy[:, 1] * sin
        y = north + xy[:, 0] * sin + xy[:, 1] * cos
        back = to_zone.transform(x, y, direction=pyproj.enums.TransformDirection.INVERSE)
        return np.round(np.column_stack(back), _DECIMALS)

    moved: np.ndarray = shapely.transform(shapes, placed)
    return moved


def courtyard_id(k: int) -> str:
    """Id of the k-th courtyard."""
    return f"X{k + 1:03d}"


def building_id(k: int) -> str:
    """Id of the k-th building."""
    return f"L{k + 1:04d}"


def _area_rows(done: Surveyed, site: Site) -> list[Row]:
    polygons = done.town.skeleton.communities
    whole: BaseGeometry = shapely.coverage_union_all(list(polygons))
    rows = [
        _area(*site.county, "county", None, _county(whole)),
        _area(*site.subdistrict, "subdistrict", site.county[0], whole),
    ]
    for code, seed, polygon in zip(
        done.community_codes, done.town.plan.communities, polygons, strict=True
    ):
        rows.append(_area(code, seed.name, "community", site.subdistrict[0], polygon))
    return rows


def _area(code: str, name: str, level: str, parent: str | None, shape: shapely.Geometry) -> Row:
    return {
        "area_code": code,
        "name": name,
        "level": level,
        "parent_code": parent,
        "geometry": shape,
    }


def _county(whole: BaseGeometry) -> Polygon:
    """A rough county around the town, some eighteen kilometres wide."""
    around = [(-1, -0.8), (0.1, -1), (0.9, -0.7), (1.1, 0.1), (0.6, 0.9), (-0.3, 0.8), (-1.1, 0.3)]
    ring = smooth_ring([(x * 9000, y * 7500) for x, y in around], step_m=700)
    return affinity.translate(ring, whole.centroid.x, whole.centroid.y + 900)


def _courtyard_rows(done: Surveyed) -> Iterator[Row]:
    for k, (compound, name) in enumerate(
        zip(done.town.compounds, done.courtyard_names, strict=True)
    ):
        yield {
            "courtyard_id": courtyard_id(k),
            "name": name,
            "kind": compound.use if compound.use in _KINDS else "other",
            "walled": compound.walled,
            "managed": compound.managed,
            "community_code": done.community_codes[compound.community],
            "geometry": compound.ring,
        }


_KINDS = ("old", "new", "resettlement", "commercial")


def _gate_rows(compounds: tuple[Compound, ...]) -> Iterator[Row]:
    for k, compound in enumerate(compounds):
        centre = compound.ring.centroid
        for n, gate in enumerate(compound.gates):
            yield {
                "gate_id": f"M{k + 1:03d}-{n + 1}",
                "courtyard_id": courtyard_id(k),
                "name": _side(gate, centre),
                "geometry": gate,
            }


def _side(gate: Point, centre: Point) -> str:
    dx, dy = gate.x - centre.x, gate.y - centre.y
    if abs(dx) > abs(dy):
        return "东门" if dx > 0 else "西门"
    return "北门" if dy > 0 else "南门"


def _building_rows(done: Surveyed) -> list[Row]:
    numbers: dict[int, int] = {}
    rows = []
    for k, placed in enumerate(done.town.buildings):
        counts = done.people[k]
        row: Row = {
            "building_id": building_id(k),
            "address": done.addresses[k],
            "community_code": done.community_codes[placed.community],
            "households": counts.households,
            "households_kind": "registered",
            "households_estimated": False,
            "floors": placed.footprint.floors,
            "stairwells": len(counts.by_stairwell),
            "residents": counts.residents,
            "elders": counts.elders,
            "vulnerable": counts.vulnerable,
            "geometry": placed.footprint.outline,
        }
        rows.append(row | _naming(placed, done, numbers))
    return rows


def _naming(placed: Placed, done: Surveyed, numbers: dict[int, int]) -> Row:
    """Name, number and courtyard of a building; `numbers` counts on inside each courtyard."""
    if placed.compound is None:
        names = {"market": "农贸市场", "park": "公园管理房"}
        return {"name": names.get(placed.use), "number": None, "courtyard_id": None}
    yard, inside = done.courtyard_names[placed.compound], courtyard_id(placed.compound)
    if placed.footprint.form == "hall" and placed.use in _KINDS:
        kind = "物业用房" if placed.footprint.floors > 1 else "车棚"
        return {"name": f"{yard}{kind}", "number": None, "courtyard_id": inside}
    numbers[placed.compound] = numbers.get(placed.compound, 0) + 1
    number = f"{numbers[placed.compound]}{_SUFFIX.get(placed.use, '号楼')}"
    return {"name": f"{yard}{number}", "number": number, "courtyard_id": inside}


def _stairwell_rows(done: Surveyed) -> Iterator[Row]:
    for k, counts in enumerate(done.people):
        for n, households in enumerate(counts.by_stairwell, start=1):
            yield {
                "stairwell_id": f"{building_id(k)}-{n}",
                "building_id": building_id(k),
                "number": f"{n}单元",
                "households": households,
            }


def _street_rows(town: Town) -> Iterator[Row]:
    for k, edge in enumerate(street_edges(town), start=1):
        yield {
            "street_id": f"D{k:05d}",
            "name": edge.name or None,
            "street_class": edge.street_class,
            "bridge": edge.bridge,
            "tunnel": edge.tunnel,
            "access": "public",
            "level": float(edge.bridge) - float(edge.tunnel),
            "geometry": edge.line,
        }


def _barrier_rows(town: Town) -> Iterator[Row]:
    plan = town.plan
    # a little beyond the boundary, so that the lines surely part the communities they cross
    inside = plan.boundary.buffer(20)
    lines: list[tuple[str, str, LineString | None]] = [
        ("river", plan.river_name, plan.river),
        ("railway", "南屏铁路", plan.railway),
        *(("arterial", r.name, r.line) for r in plan.roads if r.street_class == "arterial"),
    ]
    drawn = [(kind, name, line) for kind, name, line in lines if line is not None]
    for k, (kind, name, line) in enumerate(drawn, start=1):
        clipped = line.intersection(inside)
        yield {"barrier_id": f"Z{k:02d}", "name": name, "kind": kind, "geometry": clipped}


def _addresses(town: Town) -> tuple[str, ...]:
    """
    Street and house number of each building.

    A courtyard has one number, at its first gate; the buildings in it share it. Numbers grow
    along the street, odd on its left, even on its right, and are given once.
    """
    roads = [r for r in town.skeleton.roads if r.name]
    tree = STRtree([r.line for r in roads])
    given: set[str] = set()
    yards = [_address(c.gates[0], roads, tree, given) for c in town.compounds]
    return tuple(
        yards[b.compound]
        if b.compound is not None
        else _address(b.footprint.outline.centroid, roads, tree, given)
        for b in town.buildings
    )


def _address(point: Point, roads: list[Road], tree: STRtree, given: set[str]) -> str:
    road = roads[int(tree.nearest(point))]
    along = road.line.project(point)
    ahead = road.line.interpolate(min(along + 1, road.line.length))
    back = road.line.interpolate(max(along - 1, 0))
    turn = (ahead.x - back.x) * (point.y - back.y) - (ahead.y - back.y) * (point.x - back.x)
    number = 2 * int(along / 14) + (1 if turn > 0 else 2)
    while f"{road.name}{number}号" in given:
        number += 2
    given.add(f"{road.name}{number}号")
    return f"{road.name}{number}号"
