"""The layers of Wangge that the tagged shapes of OpenStreetMap make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis.contracts import LAYERS, LayerName
from gis.estimate import EstimateSettings, estimated_households, footprint_m2
from gis.io import osm_tags as meaning
from gis.io.osm_grounds import entered_at
from gis.io.table import Geometries
from gis.metric import STORED, metric_crs
from gis.outlines import outlines, united

OSM_LAYERS: tuple[LayerName, ...] = (
    "streets",
    "barriers",
    "gates",
    "courtyards",
    "buildings",
    "facilities",
)
LARGEST_COURTYARD_M2 = 500_000.0
GATE_REACH_M = 30.0
STOP_M = 1.0
METRES_PER_DEGREE = 111_195.0
_PILES = (*OSM_LAYERS, "land", "barrier_areas", "stops")

Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class TaggedShapes:
    """Features of one kind as arrays: ids unique, geometries simple where they can be."""

    ids: Sequence[str]
    geometry: Geometries
    tags: Sequence[Tags]

    def only(self, mask: npt.NDArray[np.bool_]) -> TaggedShapes:
        """Return those under a mask."""
        ids = [i for i, kept in zip(self.ids, mask, strict=True) if kept]
        tags = [t for t, kept in zip(self.tags, mask, strict=True) if kept]
        return TaggedShapes(ids, self.geometry[mask], tags)

    def each(self, meant: Callable[[Tags], object]) -> list[object]:
        """Return what a function of `gis.io.osm_tags` says of each."""
        return [meant(tags) for tags in self.tags]


def layer_frames(
    piles: Mapping[str, TaggedShapes],
    within: BaseGeometry | None,
    estimate: EstimateSettings | None,
) -> dict[LayerName, gpd.GeoDataFrame]:
    """
    Build one frame per name of `OSM_LAYERS` from the features sorted under those names.

    ``land`` in `piles` is all residential land, of which courtyards come; ``barrier_areas`` are
    lakes, river banks and railway yards; ``stops`` nodes that nobody passes. See
    `gis.io.osm.read_osm`.
    """
    nothing = TaggedShapes([], np.empty(0, dtype=object), [])
    found = {name: piles.get(name, nothing) for name in _PILES}
    found["streets"] = _stopped(found["streets"], found.pop("stops"))
    land = found["land"]
    found["courtyards"] = _compounds(land)
    found["barriers"], areas = _barrier_shapes(found["barriers"], found.pop("barrier_areas"))
    if within is not None:
        found = {name: _clipped(name, layer, within) for name, layer in found.items()}
    yards = found["courtyards"]
    return {
        "streets": _streets(found["streets"]),
        "barriers": _barriers(found["barriers"], areas),
        "gates": _gates(found["gates"], yards),
        "courtyards": _courtyards(yards),
        "buildings": _buildings(found["buildings"], yards, land, estimate),
        "facilities": _facilities(found["facilities"], found["streets"].geometry),
    }


def _stopped(streets: TaggedShapes, stops: TaggedShapes) -> TaggedShapes:
    """Cut streets at the nodes that nobody passes: a gap of a metre on either side."""
    if not stops.ids or not streets.ids:
        return streets
    stop, street = shapely.STRtree(streets.geometry).query(stops.geometry, predicate="intersects")
    geometry = streets.geometry.copy()
    order = np.argsort(street, kind="stable")
    met, first = np.unique(street[order], return_index=True)
    circles = np.split(_circles(stops.geometry[stop[order]]), first[1:])
    gaps = np.array([shapely.union_all(of_one) for of_one in circles], dtype=object)
    # In degrees: vertices that are not cut away stay as they are, for streets join by them.
    geometry[met] = shapely.difference(geometry[met], gaps[: len(met)])
    return TaggedShapes(streets.ids, geometry, streets.tags).only(~shapely.is_empty(geometry))


def _circles(points: Geometries) -> Geometries:
    """Circles of `STOP_M` around points in degrees."""
    lat = shapely.get_y(points)
    radius = STOP_M / METRES_PER_DEGREE / np.stack([np.cos(np.radians(lat)), np.ones(len(lat))], 1)
    turn = np.linspace(0, 2 * np.pi, 17)
    rim = np.column_stack([np.cos(turn), np.sin(turn)])
    xy = shapely.get_coordinates(points)[:, None, :] + rim[None] * radius[:, None, :]
    return np.asarray(shapely.polygons(xy), dtype=object)


def _clipped(name: str, layer: TaggedShapes, within: BaseGeometry) -> TaggedShapes:
    if name in ("streets", "barriers"):
        area, tested = within, layer.geometry
    else:
        area, tested = within, shapely.point_on_surface(layer.geometry)
    if name == "gates":
        crs = metric_crs(within)
        rim = gpd.GeoSeries([within], crs=STORED).to_crs(crs).buffer(GATE_REACH_M).to_crs(STORED)
        area = rim.iloc[0]
    shapely.prepare(area)
    return layer.only(shapely.intersects(area, tested))


def _compounds(land: TaggedShapes) -> TaggedShapes:
    """Residential land that is one courtyard; the smaller of two that overlap by half."""
    likely = np.array(land.each(meaning.may_be_courtyard), dtype=bool)
    area = footprint_m2(land.geometry)
    layer = land.only(likely & (area <= LARGEST_COURTYARD_M2))
    area = footprint_m2(layer.geometry)
    inner = shapely.point_on_surface(layer.geometry)
    holder, held = shapely.STRtree(layer.geometry).query(inner, predicate="within")[::-1]
    larger = (area[holder] > area[held]) | ((area[holder] == area[held]) & (holder > held))
    larger &= holder != held
    return layer.only(~np.isin(np.arange(len(layer.ids)), holder[larger]))


def _barrier_shapes(
    lines: TaggedShapes, areas: TaggedShapes
) -> tuple[TaggedShapes, Collection[str]]:
    """Lines outside the water they belong to, then the outlines of areas; ids of the latter."""
    water, yards = (_united(areas, kind) for kind in ("river", "railway"))
    ids = [*water.ids, *yards.ids]
    lines = _outside(lines.only(~np.isin(lines.ids, ids)), water.geometry)
    drawn = outlines(np.concatenate([water.geometry, yards.geometry]))
    both = TaggedShapes(
        [*lines.ids, *ids],
        np.concatenate([lines.geometry, drawn]),
        [*lines.tags, *water.tags, *yards.tags],
    )
    return both, set(ids)


def _united(areas: TaggedShapes, kind: str) -> TaggedShapes:
    """Areas of one kind, those that touch as one."""
    same = areas.only(np.array([k == kind for k in areas.each(meaning.barrier_area_kind)], bool))
    whole, member = united(np.asarray(shapely.make_valid(same.geometry, method="structure")))
    return TaggedShapes([same.ids[i] for i in member], whole, [same.tags[i] for i in member])


def _outside(lines: TaggedShapes, water: Geometries) -> TaggedShapes:
    """Cut the centre lines of rivers off where their banks are drawn."""
    geometry = lines.geometry.copy()
    found = shapely.STRtree(water).query(geometry, predicate="intersects")
    river = np.array([k == "river" for k in lines.each(meaning.barrier_kind)], dtype=bool)
    for line, area in found.T[river[found[0]]]:
        geometry[line] = shapely.difference(geometry[line], water[area])
    cut = TaggedShapes(lines.ids, geometry, lines.tags)
    return cut.only(~shapely.is_empty(geometry))


def _holder_of(points: Geometries, areas: TaggedShapes) -> list[str | None]:
    """Id of the first area each point lies in."""
    holders: list[str | None] = [None] * len(points)
    for point, area in zip(*shapely.STRtree(areas.geometry).query(points, "within"), strict=True):
        holders[point] = holders[point] or areas.ids[area]
    return holders


def _gates_of(points: Geometries, yards: TaggedShapes) -> list[str | None]:
    """Id of the courtyard whose outline runs nearest, within reach."""
    owners: list[str | None] = [None] * len(points)
    if not len(points) or not yards.ids:
        return owners
    crs = metric_crs(gpd.GeoSeries(points, crs=STORED))
    outlines = gpd.GeoSeries(shapely.boundary(yards.geometry), crs=STORED).to_crs(crs)
    spots = gpd.GeoSeries(points, crs=STORED).to_crs(crs)
    found = shapely.STRtree(outlines.to_numpy()).query_nearest(
        spots.to_numpy(), max_distance=GATE_REACH_M, all_matches=False
    )
    for point, yard in zip(*found, strict=True):
        owners[point] = yards.ids[yard]
    return owners


def _streets(layer: TaggedShapes) -> gpd.GeoDataFrame:
    return _canonical(
        "streets",
        layer,
        street_class=layer.each(meaning.street_class),
        bridge=layer.each(meaning.on_bridge),
        tunnel=layer.each(meaning.in_tunnel),
        access=layer.each(meaning.street_access),
        level=layer.each(meaning.street_level),
    )


def _barriers(layer: TaggedShapes, areas: Collection[str]) -> gpd.GeoDataFrame:
    kind = [
        meaning.barrier_area_kind(tags) if osm_id in areas else meaning.barrier_kind(tags)
        for osm_id, tags in zip(layer.ids, layer.tags, strict=True)
    ]
    return _canonical("barriers", layer, kind=kind)


def _gates(layer: TaggedShapes, yards: TaggedShapes) -> gpd.GeoDataFrame:
    return _canonical("gates", layer, courtyard_id=_gates_of(layer.geometry, yards))


def _courtyards(layer: TaggedShapes) -> gpd.GeoDataFrame:
    return _canonical(
        "courtyards",
        layer,
        kind=layer.each(meaning.courtyard_kind),
        walled=layer.each(meaning.is_walled),
    )


def _buildings(
    layer: TaggedShapes, yards: TaggedShapes, land: TaggedShapes, estimate: EstimateSettings | None
) -> gpd.GeoDataFrame:
    inner = shapely.point_on_surface(layer.geometry)
    on_land, _ = shapely.STRtree(land.geometry).query(inner, predicate="within")
    known = pd.DataFrame(
        {
            "use": layer.each(meaning.building_use),
            "footprint_m2": footprint_m2(layer.geometry),
            "floors": pd.Series(layer.each(meaning.floors), dtype="float64"),
            "dwellings": pd.Series(layer.each(meaning.dwellings), dtype="float64"),
            "on_residential_land": np.isin(np.arange(len(layer.ids)), on_land),
        }
    )
    households = estimated_households(known, estimate)
    return _canonical(
        "buildings",
        layer,
        number=layer.each(lambda tags: tags.get("addr:housenumber")),
        address=layer.each(meaning.address),
        courtyard_id=_holder_of(inner, yards),
        households=households["households"],
        households_estimated=households["households_estimated"],
        households_kind=["dwellings"] * len(layer.ids),
        floors=known["floors"].astype("Int64"),
    )


def _facilities(layer: TaggedShapes, streets: Geometries) -> gpd.GeoDataFrame:
    built = np.array([use is not None for use in layer.each(meaning.building_use)], dtype=bool)
    points = TaggedShapes(layer.ids, entered_at(layer.geometry, built, streets), layer.tags)
    return _canonical(
        "facilities",
        points,
        kind=layer.each(meaning.facility_kind),
        functions=layer.each(meaning.facility_functions),
        opening_hours=layer.each(lambda tags: tags.get("opening_hours")),
        idle=layer.each(lambda tags: tags.get("shop") == "vacant"),
    )


def _canonical(name: LayerName, layer: TaggedShapes, **columns: object) -> gpd.GeoDataFrame:
    """The columns of the contract in their order and types; what OSM does not say is missing."""
    contract = LAYERS[name]
    columns[contract.key] = layer.ids
    columns.setdefault("name", layer.each(lambda tags: tags.get("name")))
    rows = pd.DataFrame(index=pd.RangeIndex(len(layer.ids)))
    for column in contract.fields:
        given = columns.get(column.name, [column.default] * len(layer.ids))
        kind = {"count": "Int64", "measure": "float64", "flag": "boolean"}.get(column.kind, "str")
        rows[column.name] = pd.Series(given, index=rows.index, dtype=kind)
        if kind == "boolean" and not rows[column.name].isna().any():
            rows[column.name] = rows[column.name].astype(bool)
        if kind == "Int64" and column.required:
            rows[column.name] = rows[column.name].astype("int64")
    return gpd.GeoDataFrame(rows, geometry=layer.geometry, crs=STORED)
