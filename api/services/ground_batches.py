"""Edits of the ground gathered layer by layer, with what follows from them; nothing is written."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.ground import PutFeature, RetireFeature, SplitFeature
from api.services.coordinates import Coord, stored_shape
from gis.contracts import LAYERS, SENSITIVE, EditableLayer, LayerName
from gis.errors import InputError, first_ids
from gis.shaping import shared_out, snapped, split_along
from gis.store import editing

_MARGIN_DEG = 0.0002
_LETTERS: Mapping[str, str] = {
    "courtyards": "C",
    "gates": "G",
    "buildings": "B",
    "stairwells": "S",
    "streets": "R",
    "barriers": "Z",
    "facilities": "F",
}


@dataclass(slots=True)
class Batch:
    """Rows of one layer on their way: code -> values with ``geometry``, in the order given."""

    layer: EditableLayer
    puts: dict[str, dict[str, Any]] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    drawn: set[str] = field(default_factory=set)


def collect(
    connection: sa.Connection,
    batches: Mapping[EditableLayer, Batch],
    edit: PutFeature | RetireFeature | SplitFeature,
    community: str,
    coord: Coord,
) -> None:
    """Add one edit to the batch of its layer and those that follow; InputError: it cannot be."""
    batch = batches[edit.layer]
    named = edit.code
    if named is not None and (named in batch.puts or named in batch.retired):
        raise InputError(
            f"{named} is edited twice in one request: say what it shall be once.",
            f"同一请求中对 {named} 有两次修改，请合并为一次。",
        )
    if isinstance(edit, RetireFeature):
        batch.retired.append(edit.code)
    elif isinstance(edit, SplitFeature):
        _collect_split(connection, batches, edit, coord)
    else:
        _collect_put(connection, batch, edit, community, coord)


def _collect_put(
    connection: sa.Connection, batch: Batch, edit: PutFeature, community: str, coord: Coord
) -> None:
    contract = LAYERS[edit.layer]
    unknown = [name for name in edit.values if name not in contract.columns]
    if unknown:
        names = contract.columns
        raise InputError(
            f"{edit.layer} have no {first_ids(unknown)}; they have {', '.join(names)}.",
            f"{contract.zh}没有字段 {first_ids(unknown)}；可用字段：{'、'.join(names)}。",
        )
    values = dict(edit.values)
    if edit.code is None:
        code = _new_code(connection, edit.layer, values.get(contract.key))
        row: dict[str, Any] = {"geometry": None}
        if "community_code" in contract.columns:
            row["community_code"] = community
    else:
        code = edit.code
        if values.get(contract.key, code) != code:
            raise InputError(
                f"The code of {code} stays; to give another, draw it anew.",
                f"{code} 的编号不能修改；如需新编号，请新画。",
            )
        row = _row(connection, edit.layer, code)
    batch.puts[code] = row | values | {contract.key: code}
    if edit.geometry is not None:
        if contract.geometry == "none":
            raise InputError(f"{edit.layer} have no geometry.", f"{contract.zh}没有图形。")
        batch.puts[code]["geometry"] = stored_shape(edit.geometry, coord)
        batch.drawn.add(code)
        if edit.layer == "buildings" and "courtyard_id" not in edit.values:
            # A building that was moved belongs to the courtyard where it lies now.
            batch.puts[code]["courtyard_id"] = None


def _collect_split(
    connection: sa.Connection,
    batches: Mapping[EditableLayer, Batch],
    edit: SplitFeature,
    coord: Coord,
) -> None:
    batch, key = batches[edit.layer], LAYERS[edit.layer].key
    whole = _row(connection, edit.layer, edit.code)
    parts = split_along(whole["geometry"], stored_shape(edit.line, coord))
    rows = [whole | {"geometry": part} for part in parts]
    for number, row in enumerate(rows[1:], start=2):
        row[key] = _new_code(connection, edit.layer, None)
        if row.get("name"):
            row["name"] = f"{row['name']} ({number})"
    if edit.layer == "buildings":
        _refuse_stairwells(connection, edit.code)
        _share_counts(rows)
    else:
        held = editing.owned_codes(connection, "buildings", "courtyard_code", [edit.code])
        _settle_again(connection, batches["buildings"], held)
    for row in rows:
        batch.puts[row[key]] = row


def _refuse_stairwells(connection: sa.Connection, building: str) -> None:
    if editing.owned_codes(connection, "stairwells", "building_code", [building]):
        raise InputError(
            f"{building} has stairwells on record, whose sides of the line nobody knows: retire "
            "them first, then split it and record them anew.",
            f"{building} 已登记单元，系统无法判断各单元在线的哪一侧："
            "请先停用单元，切分后重新登记。",
        )


def _share_counts(rows: Sequence[dict[str, Any]]) -> None:
    """Share the counts of a building out by the areas of its parts; they are estimates then."""
    areas = [row["geometry"].area for row in rows]
    for name in ("households", *SENSITIVE):
        whole = rows[0][name]
        if whole is None or pd.isna(whole):
            continue
        for row, share in zip(rows, shared_out(int(whole), areas), strict=True):
            row[name] = share
    for row in rows:
        row["households_estimated"] = True


def follow_retired_owners(
    connection: sa.Connection, batches: Mapping[EditableLayer, Batch]
) -> None:
    """Take along what belongs to what is retired: gates and stairwells go, buildings stay."""
    gone = batches["courtyards"].retired
    if gone:
        gates = editing.owned_codes(connection, "gates", "courtyard_code", gone)
        _take_along(batches["gates"], gates)
        held = editing.owned_codes(connection, "buildings", "courtyard_code", gone)
        _settle_again(connection, batches["buildings"], held)
    gone = batches["buildings"].retired
    if gone:
        held = editing.owned_codes(connection, "stairwells", "building_code", gone)
        _take_along(batches["stairwells"], held)


def _take_along(batch: Batch, codes: Iterable[str]) -> None:
    for code in codes:
        batch.puts.pop(code, None)
        if code not in batch.retired:
            batch.retired.append(code)


def _settle_again(connection: sa.Connection, batch: Batch, codes: Sequence[str]) -> None:
    """Let buildings belong to the courtyard in which they lie once all is drawn."""
    for code, row in _rows(connection, batch.layer, codes).items():
        if code not in batch.retired:
            batch.puts[code] = batch.puts.get(code, row) | {"courtyard_id": None}


def snap_drawn(
    connection: sa.Connection, batches: Mapping[EditableLayer, Batch], tolerance_m: float
) -> None:
    """Bring drawn shapes onto what is there, within a tolerance in metres."""
    for layer, batch in batches.items():
        for code in sorted(batch.drawn & batch.puts.keys()):
            row = batch.puts[code]
            near = editing.snap_targets(
                connection,
                layer,
                row["geometry"],
                margin_deg=_MARGIN_DEG,
                but={*batch.puts, *batch.retired},
            )
            row["geometry"] = snapped(row["geometry"], near, tolerance_m)


def _row(connection: sa.Connection, layer: LayerName, code: str) -> dict[str, Any]:
    return _rows(connection, layer, [code])[code]


def _rows(
    connection: sa.Connection, layer: LayerName, codes: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Rows in force as plain values, missing ones None, by code."""
    frame = editing.rows_in_force(connection, layer, codes)
    plain = plain_rows(frame)
    return {row[LAYERS[layer].key]: row for row in plain}


def plain_rows(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values, missing ones None."""
    cells = frame.astype(object)
    records = cells.where(cells.notna(), None).to_dict("records")
    return [{str(k): _bare(v) for k, v in record.items()} for record in records]


def _bare(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _new_code(connection: sa.Connection, layer: LayerName, given: object) -> str:
    """Return the code given for something new, unless it was ever used; or one made here."""
    if given is None:
        return f"{_LETTERS[layer]}-{uuid.uuid4().hex[:12]}"
    code = str(given).strip()
    if not code or len(code) > 64:
        raise InputError("A code has 1 to 64 signs.", "编号应为 1 至 64 个字符。")
    if editing.ever_stored(connection, layer, [code]):
        raise InputError(
            f"The code {code} was used before: give another, or leave it out.",
            f"编号 {code} 已被使用：请更换，或留空由系统生成。",
        )
    return code
