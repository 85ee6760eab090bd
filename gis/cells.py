"""
The ground of a community: one cell per unit, tiling the community exactly.

(The construction lives here; the noded borders it yields are in `gis.borders`.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.arrangement import (
    OUTSIDE,
    Arrangement,
    Flags,
    Ints,
    Shapes,
    chains,
    line_array,
    polygons_between,
    strung,
)
from gis.blocks import Blocks, cut_blocks, line_ranks
from gis.errors import InvalidGeometry, first_ids
from gis.faces import Faces, divide_faces
from gis.layout import UNKNOWN_KIND, Layout, lay_out
from gis.regions import Regions, unite_faces
from gis.runs_along import passages, runs_along
from gis.sites import clear_sites, footprints
from gis.stairwells import UnitRules, divided_buildings, divided_sites


@dataclass(frozen=True, slots=True)
class Ground:
    """
    One noding of a community: its units with their cells, and the borders between them.

    Attributes
    ----------
    units
        Index ``unit_no`` 0..n-1; columns ``unit_id`` (text, unique: the building's or
        stairwell's id, ``ground-<n>`` for ground blocks), ``kind`` (building, stairwell,
        ground), ``building_id``, ``courtyard_id``, ``courtyard_kind`` (each None where there
        is none), ``households`` (int, 0 for ground), ``households_kind`` (what the count counts;
        None for ground and where the file does not say), ``households_estimated`` (bool),
        ``geometry`` (the cell, a Polygon in `crs`); and the columns of further weights, if any.
    borders
        Columns ``left``, ``right`` (unit_no; -1 = outside the community, only ever on the
        right), ``length_m``, ``runs_along`` (nothing, wall, lane, arterial, river, railway,
        other), ``passage`` (a gate or bridge joins the two sides), ``geometry`` (LineString
        in the metric CRS, the left unit on its left hand). Between two units the left one has
        the lower number. Lines end where three or more units meet.
    dropped
        Ids of the buildings that were left out because most of them lies outside the community.
    """

    units: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
    dropped: tuple[str, ...] = ()


def build_ground(
    buildings: gpd.GeoDataFrame,
    making: UnitRules | None = None,
    /,
    *,
    community: gpd.GeoDataFrame | None = None,
    courtyards: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
) -> Ground:
    """
    Divide the ground of a community among its buildings and its empty blocks.

    Courtyard borders and barriers cut the community into blocks. Inside a block, ground
    belongs to the nearest building; a footprint that crosses a courtyard border goes whole
    to the block with most of it, and stops at a barrier. Blocks without a building are ground
    units. Ground between courtyards (lanes, squares) belongs to the nearest building that
    stands on it or else to the ground unit in front of the nearest courtyard, so that
    neighbouring courtyards touch along the middle of the lane. Slivers between lines that
    nearly coincide, and empty pockets under 1,000 m2 behind a barrier, go to a neighbour.

    Parameters
    ----------
    buildings
        Canonical layer (`gis.contracts`); every row is a unit, with or without households, or
        several where it is divided by its stairwells.
    making
        What becomes a unit (`gis.stairwells.UnitRules`); without it every building is one.
    community
        Area or areas to tile, united. Without it: the convex hull of buildings and
        courtyards with 15 m around.
    courtyards, barriers, gates, streets
        Canonical layers, or None. Where courtyards overlap, the smaller one holds the ground.
        Inputs are not modified; any CRS they declare is honoured.
    Returns
    -------
    ground
        Units (buildings in the order given, then ground from north to south), borders, and
        the buildings left out, in the metric CRS of the community.

    Raises
    ------
    WrongCrs
        A layer has no CRS.
    WrongColumns
        A column that is needed is missing.
    InvalidGeometry
        A geometry is missing, empty or invalid; the community has no area; no building or no
        ground is left; or so many footprints lie on one spot that they cannot be parted.

    Notes
    -----
    10,000 buildings take about 3 s (see ``bench/ground.md``).
    """
    making = making or UnitRules()
    layout = lay_out(
        buildings,
        community=community,
        courtyards=courtyards,
        barriers=barriers,
        gates=gates,
        streets=streets,
        weights=making.weights,
    )
    prints = footprints(layout.buildings, layout.step_m)
    blocks = cut_blocks(layout.community, layout.lines, prints, layout.step_m)
    if len(prints) and (blocks.home == OUTSIDE).all():
        raise InvalidGeometry(
            f"no building lies in the community (first: {first_ids(layout.building_ids)}); "
            "check the coordinate system of both files",
            f"没有任何楼栋位于社区范围内（例如 {first_ids(layout.building_ids)}），"
            "请检查两个文件的坐标系",
            buildings=list(layout.building_ids[:20]),
        )
    sites = clear_sites(prints, blocks)
    if making.oversize is not None:
        over = making.oversize(_building_units(layout, blocks))
        layout, building = divided_buildings(layout, making.stairwells, over)
        sites = divided_sites(sites, building)
        blocks = replace(blocks, home=blocks.home[building])
    faces = divide_faces(sites, blocks, layout.lines, layout.step_m)
    regions = unite_faces(faces, blocks, layout.lines.walled, layout.step_m)
    _refuse_piles(regions, blocks, layout)
    return _assembled(faces, regions, blocks, layout)


def _refuse_piles(regions: Regions, blocks: Blocks, layout: Layout) -> None:
    """Raise when a building of the community is left without ground."""
    lost = np.setdiff1d(np.flatnonzero(blocks.home != OUTSIDE), regions.building)
    if len(lost):
        names = first_ids(layout.building_ids[i] for i in lost)
        raise InvalidGeometry(
            f"too many footprints on one spot, no ground is left for {names}; "
            "draw them beside each other or merge them into one building",
            f"同一位置的楼栋轮廓过多，{names} 没有地面；请将其分开绘制或合并为一栋",
            buildings=[layout.building_ids[i] for i in lost[:20]],
        )


def _assembled(faces: Faces, regions: Regions, blocks: Blocks, layout: Layout) -> Ground:
    """Make units and borders from faces that know their unit."""
    lines, left, right, rank = _border_lines(faces, regions, blocks, layout)
    metres = layout.to_metres(lines)
    along = runs_along(metres, rank, layout.streets)
    borders = gpd.GeoDataFrame(
        {
            "left": left,
            "right": right,
            "length_m": shapely.length(metres),
            "runs_along": along,
            "passage": passages(metres, along, layout.streets, layout.gates),
        },
        geometry=gpd.GeoSeries(metres, crs=layout.crs),
    )
    cells, owner = polygons_between(metres, left, right)
    cells = cells[np.argsort(owner, kind="stable")]
    ids = np.array(layout.building_ids, dtype=object)
    dropped = tuple(dict.fromkeys(ids[blocks.home == OUTSIDE]))
    return Ground(_units(regions, blocks, layout, cells), borders, dropped)


def _building_units(layout: Layout, blocks: Blocks) -> pd.DataFrame:
    """Units as they were if no building were divided, without their cells."""
    inside = blocks.home != OUTSIDE
    yard = np.where(inside, blocks.courtyard[blocks.home], OUTSIDE)
    built = np.ones(len(yard), dtype=bool)
    ids, kinds = _courtyard_columns(layout.table["courtyard_id"], yard, built, layout)
    return layout.table.assign(courtyard_id=ids, courtyard_kind=kinds)


def _border_lines(
    faces: Faces, regions: Regions, blocks: Blocks, layout: Layout
) -> tuple[Shapes, Ints, Ints, Ints]:
    """String the segments between different units into lines, left unit on the left."""
    arrangement, unit = faces.arrangement, np.append(regions.unit, OUTSIDE)
    left, right = unit[arrangement.left], unit[arrangement.right]
    edge = left != right
    yard = np.append(_yards(regions, blocks), OUTSIDE)
    rank = line_ranks(yard[left], yard[right], faces.barrier, layout.lines.walled)
    left, right, rank = left[edge], right[edge], rank[edge]
    tail, head = arrangement.tail[edge], arrangement.head[edge]
    turn = (left == OUTSIDE) | ((right != OUTSIDE) & (left > right))
    left, right = np.where(turn, right, left), np.where(turn, left, right)
    tail, head = np.where(turn, head, tail), np.where(turn, tail, head)
    return _strung(arrangement, tail, head, np.column_stack([left, right, rank]))


def _yards(regions: Regions, blocks: Blocks) -> Ints:
    """Courtyard of each unit: of a building that of its home, though a stairwell lie beyond."""
    home = np.append(blocks.home, OUTSIDE)[regions.building]
    block = np.where(home != OUTSIDE, home, regions.block)
    return np.where(block != OUTSIDE, np.append(blocks.courtyard, OUTSIDE)[block], OUTSIDE)


def _strung(
    arrangement: Arrangement, tail: Ints, head: Ints, sides: Ints
) -> tuple[Shapes, Ints, Ints, Ints]:
    """Lines from segments, sorted by sides and place."""
    _, kind = np.unique(sides, axis=0, return_inverse=True)
    order, chain = chains(tail, head, kind)
    first, nodes, of = strung(tail, head, order, chain)
    lines = line_array(arrangement.nodes[nodes], of)
    x, y = arrangement.nodes[tail[order[first]]].T
    left, right, rank = sides[order[first]].T
    place = np.lexsort([y, x, rank, np.where(right == OUTSIDE, left.max() + 1, right), left])
    return lines[place], left[place], right[place], rank[place]


def _units(regions: Regions, blocks: Blocks, layout: Layout, cells: Shapes) -> gpd.GeoDataFrame:
    """One row for each unit: buildings in their order, then ground."""
    count, houses = len(regions.block), regions.building
    built = houses != OUTSIDE
    table = layout.table.iloc[houses[built]]
    yard = _yards(regions, blocks)
    yard_id, yard_kind = _courtyard_columns(table["courtyard_id"], yard, built, layout)
    ground = [f"ground-{n + 1}" for n in range(count - int(built.sum()))]
    number = pd.RangeIndex(count, name="unit_no")
    names = _distinct(ground, set(table["building_id"]) | set(table["unit_id"]))
    extra = table.columns[table.columns.get_loc("households_estimated") + 1 :]

    def column(values: pd.Series[Any], otherwise: object) -> list[object]:
        return [*values.tolist(), *[otherwise] * len(ground)]

    def text(values: list[object] | Shapes) -> pd.Series[Any]:
        """Text that is None, not NaN, where there is none."""
        return pd.Series(values, index=number, dtype=object)

    return gpd.GeoDataFrame(
        {
            "unit_id": [*table["unit_id"], *names],
            "kind": np.array(column(table["kind"], "ground"), dtype=object),
            "building_id": text(column(table["building_id"], None)),
            "courtyard_id": text(yard_id),
            "courtyard_kind": text(yard_kind),
            "households": np.array(column(table["households"], 0), dtype=np.int64),
            "households_kind": text(column(table["households_kind"], None)),
            "households_estimated": np.array(
                column(table["households_estimated"], False), dtype=bool
            ),
            **{name: np.array(column(table[name], 0), dtype=np.int64) for name in extra},
        },
        geometry=gpd.GeoSeries(cells, crs=layout.crs, index=number),
        index=number,
    )


def _courtyard_columns(
    declared: pd.Series[Any], yard: Ints, built: Flags, layout: Layout
) -> tuple[Shapes, Shapes]:
    """Courtyard id and kind of each unit: the one a building declares, else the one it lies in."""
    nothing = np.array([None], dtype=object)
    ids = np.concatenate([layout.courtyard_ids, nothing])[yard]
    kinds = np.concatenate([layout.courtyard_kinds, nothing])[yard]
    known = dict(zip(layout.courtyard_ids, layout.courtyard_kinds, strict=True))
    said = np.full(len(yard), None, dtype=object)
    said[built] = declared.to_numpy(dtype=object)
    for unit in np.flatnonzero(said != ids):
        if said[unit] is not None and (said[unit] in known or ids[unit] is None):
            ids[unit], kinds[unit] = said[unit], known.get(said[unit], UNKNOWN_KIND)
    return ids, kinds


def _distinct(names: list[str], taken: set[str]) -> list[str]:
    """Add a prime to the names that a building already bears."""
    while taken.intersection(names):
        names = [f"{name}'" if name in taken else name for name in names]
    return names
