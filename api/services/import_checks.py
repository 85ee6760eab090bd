"""Checks of read rows against what is stored: owners, grids, standing buildings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa

from api.services.roster_texts import ROSTER_RECHECKABLE, ROSTER_TEXTS
from gis.contracts import LAYERS
from gis.io.ledger import Unmatched, match_rows
from gis.io.report import Fault, LayerRead
from gis.io.roster import with_lists
from gis.io.values import texts
from gis.store import tables
from gis.store.editing import codes_of_community
from gis.store.upsert import standing_buildings

_TEXTS = {
    "area-code": (
        "the code {} does not have 12 digits; correct it.",
        "区划代码“{}”不是 12 位数字，请改正。",
    ),
    "building-unknown": (
        "building {} is not there; import it first or correct the code, then retry.",
        "楼栋“{}”不存在，请先导入或改正编号，再重试。",
    ),
    "geometry-missing": (
        "has no geometry; draw it.",
        "没有图形，请补画。",
    ),
    "overlap-stored": (
        "covers over 5 % of the smaller of itself and the stored building {}; keep one.",
        "与已入库楼栋 {} 的重叠超过较小者的 5%，请保留其一。",
    ),
    "not-on-map": (
        "fits no building on the map; import its building or correct the row, then retry.",
        "在地图上找不到对应楼栋，请先导入楼栋或改正后重试。",
    ),
    "several-on-map": (
        "fits several buildings; give its code, or courtyard and number, then retry.",
        "与多栋楼相符，请补填楼栋编号或小区与楼号后重试。",
    ),
    "building-claimed-twice": (
        "is of a building that another row of the file names too; keep one row.",
        "与文件中另一行指向同一楼栋，请只保留一行。",
    ),
}
_UNPLACED: tuple[tuple[Unmatched, str], ...] = (
    ("nothing", "not-on-map"),
    ("ambiguous", "several-on-map"),
    ("repeated", "building-claimed-twice"),
)
# What can come right without touching the row: the thing it speaks of was stored meanwhile.
RECHECKABLE = frozenset(
    {
        "courtyard-unknown",
        "community-unknown",
        "outside-community",
        "outside-all",
        "building-unknown",
        "not-on-map",
        "several-on-map",
        "overlap-stored",
        *ROSTER_RECHECKABLE,
    }
)

_OVERLAP = 0.05
Mask = npt.NDArray[np.bool_]


def is_ledger(read: LayerRead) -> bool:
    """Tell whether a file of a layer with geometry has none at all."""
    return LAYERS[read.layer].geometry != "none" and any(
        fault.code == "no-geometry" for fault in read.faults
    )


def against_store(connection: sa.Connection, read: LayerRead) -> LayerRead:
    """Move rows that name something which is not stored to those that wait."""
    frame = read.frame
    if read.layer == "areas":
        wrong = ~frame["area_code"].str.fullmatch("[0-9]{12}").to_numpy(dtype=bool)
        read = rejected(read, wrong, "area_code", "area-code", frame["area_code"])
    if read.layer == "stairwells":
        read = _refers(connection, read, "building_id", tables.building, "building-unknown")
    if read.layer == "posts":
        read = replace(read, frame=with_lists(frame))
    if is_ledger(read) and read.layer != "buildings":
        read = rejected(read, np.ones(len(frame), dtype=bool), "geometry", "geometry-missing")
    return read


def off_own_buildings(connection: sa.Connection, read: LayerRead, community: str) -> LayerRead:
    """
    Move stairwells of buildings that are not in a community to those that wait.

    A building elsewhere reads as one that is not there.
    """
    named = read.frame["building_id"]
    codes = named.dropna().unique().tolist()
    known = codes_of_community(connection, "buildings", community, codes)
    strange = named.notna() & ~named.isin(list(known))
    return rejected(read, strange.to_numpy(dtype=bool), "building_id", "building-unknown", named)


def off_standing_buildings(connection: sa.Connection, read: LayerRead) -> LayerRead:
    """
    Move staged buildings that lie on stored ones to those that wait.

    A row does when it and a building that the file does not name share over 5 % of the smaller
    of the two; the ratio of square degrees is that of square metres at this size.
    """
    standing = standing_buildings(connection)
    ours, theirs = read.frame.geometry.to_numpy(), standing.geometry.to_numpy()
    row, other = shapely.STRtree(theirs).query(ours, predicate="intersects")
    shared = shapely.area(shapely.intersection(ours[row], theirs[other]))
    smaller = np.minimum(shapely.area(ours[row]), shapely.area(theirs[other]))
    on_top = shared > _OVERLAP * smaller
    code = pd.Series(None, index=read.frame.index, dtype=object)
    code.iloc[row[on_top]] = standing["code"].to_numpy()[other[on_top]]
    return rejected(read, code.notna().to_numpy(), "geometry", "overlap-stored", code)


def rejected_by(read: LayerRead, found: pd.DataFrame) -> LayerRead:
    """
    Move the rows that a table of faults names to those that wait.

    The table has ``row_no``, ``field``, ``fault`` (a key of the texts) and ``value``. A row with
    several faults tells each of them.
    """
    if found.empty:
        return read
    faults = list(read.faults)
    for (field, code), rows in found.groupby(["field", "fault"], sort=False):
        first = rows.drop_duplicates("row_no").set_index("row_no")["value"]
        value = read.frame["row_no"].map(first)
        faults += _faults_of(read, value.notna().to_numpy(), str(field), str(code), value)
    wrong = read.frame["row_no"].isin(found["row_no"]).to_numpy()
    told = tuple(sorted(faults, key=lambda fault: fault.row))
    return replace(_set_aside(read, wrong), faults=told)


def matched_ledger(
    read: LayerRead, buildings: gpd.GeoDataFrame, courtyards: gpd.GeoDataFrame
) -> LayerRead:
    """Give each row of a ledger the code of its building; rows without one wait."""
    if buildings.empty:
        return rejected(read, np.ones(len(read.frame), dtype=bool), "building_id", "not-on-map")
    matches = match_rows(read.frame, buildings, courtyards).rows
    told = read
    for reason, code in _UNPLACED:
        # Each step takes rows out of the frame: the mask is found anew by their number.
        numbers = read.frame["row_no"][(matches["reason"] == reason).to_numpy()]
        told = rejected(told, told.frame["row_no"].isin(numbers).to_numpy(), "building_id", code)
    codes = matches["building_id"].dropna().reset_index(drop=True)
    return replace(told, frame=told.frame.assign(building_id=codes))


def _refers(
    connection: sa.Connection, read: LayerRead, field: str, table: sa.Table, code: str
) -> LayerRead:
    named = read.frame[field].dropna().unique().tolist()
    query = sa.select(table.c.code).where(table.c.code.in_(sa.bindparam("c", expanding=True)))
    known = set(connection.execute(query, {"c": named}).scalars())
    unknown = read.frame[field].notna() & ~read.frame[field].isin(list(known))
    return rejected(read, unknown.to_numpy(dtype=bool), field, code, read.frame[field])


def rejected(
    read: LayerRead, wrong: Mask, field: str, code: str, values: pd.Series | None = None
) -> LayerRead:
    """Move the rows of a mask over ``read.frame`` to those that wait, each with one fault."""
    if not wrong.any():
        return read
    faults = (*read.faults, *_faults_of(read, wrong, field, code, values))
    told = tuple(sorted(faults, key=lambda fault: fault.row))
    return replace(_set_aside(read, wrong), faults=told)


def _faults_of(
    read: LayerRead, wrong: Mask, field: str, code: str, values: pd.Series | None
) -> list[Fault]:
    rows = read.frame["row_no"][wrong].tolist()
    told = [""] * len(rows) if values is None else values[wrong].fillna("").astype(str).tolist()
    en, zh = (_TEXTS | ROSTER_TEXTS)[code]
    return [
        Fault(read.file, row, field, code, "error", en.format(value), zh.format(value), value)
        for row, value in zip(rows, told, strict=True)
    ]


def _set_aside(read: LayerRead, wrong: Mask) -> LayerRead:
    moved = read.frame[wrong]
    key = LAYERS[read.layer].key
    return replace(
        read,
        frame=read.frame[~wrong].reset_index(drop=True),
        waiting=_together(read.waiting, _as_text(moved)),
        waiting_keys=(*read.waiting_keys, *moved[key].fillna("").astype(str)),
    )


def _as_text(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    cells: Mapping[str, pd.Series] = {
        c: frame[c] if c == "row_no" else texts(frame[c]) for c in frame.columns if c != "geometry"
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(cells, index=frame.index), geometry=frame.geometry, crs=frame.crs
    )


def _together(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if first.empty:
        return second.reset_index(drop=True)
    cells = pd.concat(
        [pd.DataFrame(f.drop(columns="geometry")) for f in (first, second)], ignore_index=True
    )
    shapes = np.concatenate([f.geometry.to_numpy() for f in (first, second)])
    return gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, crs=4326))
