"""
Editing the ground by hand: one call is one transaction, all of it or nothing.

A feature drawn on the map takes the way of a file with one row: the same checks, the same
statements, the same history of what was retired and came back.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.ground import (
    ChangedFeature,
    DriftedDraft,
    GroundEdited,
    GroundEditRequest,
    GroundFeature,
    GroundFeatures,
    GroundField,
    PutFeature,
    RetireFeature,
    SplitFeature,
)
from api.services import audit, importing
from api.services.coordinates import Coord, geojson_shapes, stored_shape
from api.services.import_progress import Teller, quiet
from gis.contracts import LAYERS, SENSITIVE, EditableLayer, LayerName
from gis.errors import Conflict, InputError, NotFound, first_ids
from gis.io.read import check_table
from gis.io.report import Fault, LayerRead
from gis.shaping import shared_out, snapped, split_along
from gis.store import editing, layers, plans, runs
from gis.store.editing import EDITABLE
from gis.store.upsert import retire

SOURCE = "map"
"""What runs of edits by hand name as their file."""
_MOST_FEATURES = 20_000
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
class _Batch:
    """Rows of one layer on their way: code -> values with ``geometry``, in the order given."""

    layer: EditableLayer
    puts: dict[str, dict[str, Any]] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    drawn: set[str] = field(default_factory=set)


def editable_features(
    connection: sa.Connection,
    community: str,
    wanted: Collection[EditableLayer],
    *,
    seen: Collection[str] | None,
    counts: bool,
    coord: Coord,
) -> GroundFeatures:
    """
    Return what of a community's ground can be edited, with versions.

    Parameters
    ----------
    seen
        Codes of the communities that the reader may edit; None: all.
    counts
        Whether counts of groups of people are told.

    Raises
    ------
    NotFound
        There is no such community.
    InputError
        More than can be edited at once: ask for fewer layers.
    """
    name = require_community(connection, community, seen)
    features: list[GroundFeature] = []
    for layer in (each for each in EDITABLE if each in wanted):
        frame, known = editing.rows_of_community(connection, layer, community)
        if len(features) + len(frame) > _MOST_FEATURES:
            raise InputError(
                f"{community} holds over {_MOST_FEATURES} features: ask for fewer layers.",
                f"{community} 的要素超过 {_MOST_FEATURES} 个：请减少图层。",
            )
        features += _told(layer, frame, known, counts=counts, coord=coord)
    asked = [name for name in EDITABLE if name in wanted]
    return GroundFeatures(
        community=community,
        name=name,
        fields={layer: _fields(layer, counts=counts) for layer in asked},
        features=features,
    )


def _fields(layer: EditableLayer, *, counts: bool) -> list[GroundField]:
    hidden = () if counts else SENSITIVE
    return [
        GroundField(
            name=field.name,
            zh=field.zh,
            kind=field.kind,
            required=field.required,
            choices=list(field.choices),
        )
        for field in LAYERS[layer].fields
        if field.name not in hidden
    ]


def edit_ground(
    engine: sa.Engine,
    who: Principal,
    community: str,
    wanted: GroundEditRequest,
    *,
    seen: Collection[str] | None,
    coord: Coord = "wgs84",
) -> GroundEdited:
    """
    Store edits of a community's ground, all or none.

    Parameters
    ----------
    seen
        Codes of the communities that `who` may edit; None: all. A street or barrier is edited
        only by whom every community may edit that it touches.

    Raises
    ------
    NotFound
        There is no such community, or none of the things named is in it.
    Conflict
        Somebody changed one of the things meanwhile.
    InputError
        Something given breaks a rule of its layer; all of them are named.
    """
    with importing.writing(engine) as connection:
        return edit_in(connection, who, community, wanted, seen=seen, coord=coord)


def edit_in(
    connection: sa.Connection,
    who: Principal,
    community: str,
    wanted: GroundEditRequest,
    *,
    seen: Collection[str] | None,
    coord: Coord,
) -> GroundEdited:
    """Store edits within a transaction; see `edit_ground`."""
    require_community(connection, community, seen)
    batches = {layer: _Batch(layer) for layer in EDITABLE}
    for layer in _layers_of(wanted):
        runs.lock_layer(connection, layer)
    _require_versions(connection, community, wanted)
    for edit in wanted.edits:
        _collect(connection, batches, edit, community, coord)
    _follow_retired_owners(connection, batches)
    _snap(connection, batches, wanted.snap_m)
    _require_scope(connection, batches, seen)
    changed, notes = _write(connection, batches, community)
    audit.record(
        connection,
        who,
        "ground.edit",
        ("community", community),
        community=community,
        detail={"changed": [[c.layer, c.code, c.was] for c in changed], "why": wanted.why},
    )
    return GroundEdited(changed=changed, notes=notes, drafts=_drifted(connection, community))


def _layers_of(wanted: GroundEditRequest) -> list[EditableLayer]:
    named: set[EditableLayer] = {edit.layer for edit in wanted.edits}
    # What owns and what is owned follow one another, always in one order: no two edits wait
    # for each other.
    if "courtyards" in named:
        named |= {"gates", "buildings"}
    if "buildings" in named:
        named |= {"stairwells"}
    return [layer for layer in EDITABLE if layer in named]


def require_community(
    connection: sa.Connection, community: str, seen: Collection[str] | None
) -> str:
    """Return a community's name; NotFound unless there is one, and it is among those seen."""
    areas = layers.read_layer(connection, "areas", community=community)
    hidden = seen is not None and community not in seen
    if hidden or (areas["level"] != "community").all():
        raise NotFound(
            f"There is no community {community}.", f"没有社区 {community}。", community=community
        )
    return str(areas["name"].iloc[0])


def _require_versions(connection: sa.Connection, community: str, wanted: GroundEditRequest) -> None:
    """Hold every thing named against its version; lock them until the transaction ends."""
    for layer in _layers_of(wanted):
        named = {
            edit.code: edit.version
            for edit in wanted.edits
            if edit.layer == layer and edit.code is not None
        }
        if not named:
            continue
        known = editing.versions(connection, layer, list(named))
        here = {
            str(code)
            for code in editing.rows_of_community(connection, layer, community)[0][
                LAYERS[layer].key
            ]
        }
        absent = [code for code in named if code not in known or code not in here]
        if absent:
            zh = LAYERS[layer].zh
            raise NotFound(
                f"Among the {layer} of {community} there is no {first_ids(absent)}.",
                f"{community} 的{zh}中没有 {first_ids(absent)}。",
                codes=absent[:20],
            )
        stale = [c for c, version in named.items() if version not in (None, known[c])]
        if stale:
            raise Conflict(
                f"Somebody changed {first_ids(stale)} meanwhile; nothing was stored. Load them "
                "anew, then make your change again.",
                f"{first_ids(stale)} 已被他人修改，未存入任何内容。请重新载入后再修改。",
                codes=stale[:20],
            )


def _collect(
    connection: sa.Connection,
    batches: Mapping[EditableLayer, _Batch],
    edit: PutFeature | RetireFeature | SplitFeature,
    community: str,
    coord: Coord,
) -> None:
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
    connection: sa.Connection, batch: _Batch, edit: PutFeature, community: str, coord: Coord
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
    batches: Mapping[EditableLayer, _Batch],
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


def _follow_retired_owners(
    connection: sa.Connection, batches: Mapping[EditableLayer, _Batch]
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


def _take_along(batch: _Batch, codes: Iterable[str]) -> None:
    for code in codes:
        batch.puts.pop(code, None)
        if code not in batch.retired:
            batch.retired.append(code)


def _settle_again(connection: sa.Connection, batch: _Batch, codes: Sequence[str]) -> None:
    """Let buildings belong to the courtyard in which they lie once all is drawn."""
    for code, row in _rows(connection, batch.layer, codes).items():
        if code not in batch.retired:
            batch.puts[code] = batch.puts.get(code, row) | {"courtyard_id": None}


def _snap(
    connection: sa.Connection, batches: Mapping[EditableLayer, _Batch], tolerance_m: float
) -> None:
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


def _require_scope(
    connection: sa.Connection,
    batches: Mapping[EditableLayer, _Batch],
    seen: Collection[str] | None,
) -> None:
    """Refuse lines that run through communities of others; both where they lie and lay."""
    if seen is None:
        return
    for layer in ("streets", "barriers"):
        batch = batches[layer]
        codes = [*batch.puts, *batch.retired]
        if not codes:
            continue
        shapes = [row["geometry"] for row in batch.puts.values() if row["geometry"] is not None]
        shapes += list(editing.rows_in_force(connection, layer, codes).geometry)
        foreign = set(editing.communities_touched(connection, shapes)) - set(seen)
        if foreign:
            raise InputError(
                "The line also runs through other communities: ask for it where all of them are "
                "looked after, such as the street office.",
                "该线还经过其他社区：请由能管理所有相关社区的账号（如街道）修改。",
            )


def _write(
    connection: sa.Connection, batches: Mapping[EditableLayer, _Batch], community: str
) -> tuple[list[ChangedFeature], list[str]]:
    changed: list[ChangedFeature] = []
    notes: list[str] = []
    # Owned things go first and come last, so that no row ever names an owner that is not there.
    for layer in reversed(EDITABLE):
        codes = batches[layer].retired
        if codes:
            run_id = runs.begin_run(connection, layer, SOURCE, {"community": community})
            retire(connection, layer, codes, run_id)
            runs.set_counts(connection, run_id, {"retired": len(codes)})
            changed += [
                ChangedFeature(layer=layer, code=code, was="retired", version=None)
                for code in codes
            ]
    for layer in EDITABLE:
        if batches[layer].puts:
            stored, told = _put(connection, batches[layer], community)
            changed += stored
            notes += told
    return changed, notes


def _put(
    connection: sa.Connection, batch: _Batch, community: str
) -> tuple[list[ChangedFeature], list[str]]:
    layer, codes = batch.layer, list(batch.puts)
    before = editing.versions(connection, layer, codes)
    read = _checked(connection, batch, community)
    read, _ = importing.prepared(connection, read, Teller(quiet, SOURCE, layer))
    _refuse_faulty(read, codes)
    options = importing.ImportOptions(strict=True, community=community)
    run_id = runs.begin_run(connection, layer, SOURCE, {"community": community})
    counts = importing.write(connection, read, run_id, options, Teller(quiet, SOURCE, layer))
    runs.set_counts(connection, run_id, asdict(counts) | {"gone": 0, "rows": len(codes)})
    after = editing.versions(connection, layer, codes)
    changed = [
        ChangedFeature(
            layer=layer,
            code=code,
            was="changed" if code in before else "added",
            version=after[code],
        )
        for code in codes
        if after[code] != before.get(code)
    ]
    return changed, [fault.en for fault in read.faults if fault.severity == "note" and fault.row]


def _checked(connection: sa.Connection, batch: _Batch, community: str) -> LayerRead:
    contract = LAYERS[batch.layer]
    rows = list(batch.puts.values())
    cells = {name: [row.get(name) for row in rows] for name in contract.columns}
    given = pd.DataFrame(cells, dtype=object)
    frame = gpd.GeoDataFrame(
        given.where(given.notna(), None),
        geometry=gpd.GeoSeries([row["geometry"] for row in rows], crs=4326),
    )
    yards = None
    if batch.layer != "courtyards":
        yards = layers.read_layer(connection, "courtyards", community=community)
    return check_table(
        importing.as_table(frame, SOURCE),
        batch.layer,
        communities=layers.read_layer(connection, "areas", community=community),
        courtyards=yards,
    )


def _refuse_faulty(read: LayerRead, codes: Sequence[str]) -> None:
    """Raise InputError naming every fault of every row; nothing is stored then."""
    errors = [fault for fault in read.faults if fault.severity == "error"]
    if not errors:
        return
    zh = LAYERS[read.layer].zh

    def name(fault: Fault) -> str:
        return codes[fault.row - 1] if 0 < fault.row <= len(codes) else read.layer

    raise InputError(
        "Nothing was stored. " + " ".join(f"{name(f)}: {f.field} {f.en}" for f in errors[:10]),
        "未存入任何内容。" + "".join(f"{zh} {name(f)}：{f.field} {f.zh}" for f in errors[:10]),
        faults=[
            {"code": name(f), "field": f.field, "fault": f.code, "en": f.en, "zh": f.zh}
            for f in errors[:100]
        ],
    )


def _drifted(connection: sa.Connection, community: str) -> list[DriftedDraft]:
    found = []
    for plan in plans.list_plans(connection, community):
        if plan.state not in ("draft", "returned"):
            continue
        away = plans.drift(connection, plan.plan_id)
        if away:
            found.append(
                DriftedDraft(
                    plan=plan.plan_id,
                    name=plan.name,
                    appeared=list(away.appeared),
                    vanished=list(away.vanished),
                    changed=[code for code, _, _ in away.changed],
                )
            )
    return found


def _row(connection: sa.Connection, layer: LayerName, code: str) -> dict[str, Any]:
    return _rows(connection, layer, [code])[code]


def _rows(
    connection: sa.Connection, layer: LayerName, codes: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Rows in force as plain values, missing ones None, by code."""
    frame = editing.rows_in_force(connection, layer, codes)
    plain = _plain(frame)
    return {row[LAYERS[layer].key]: row for row in plain}


def _plain(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    cells = frame.astype(object)
    records = cells.where(cells.notna(), None).to_dict("records")
    return [{str(k): _bare(v) for k, v in record.items()} for record in records]


def _bare(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _told(
    layer: EditableLayer,
    frame: gpd.GeoDataFrame,
    known: Sequence[str],
    *,
    counts: bool,
    coord: Coord,
) -> list[GroundFeature]:
    key = LAYERS[layer].key
    shapes: list[Any] = [None] * len(frame)
    if LAYERS[layer].geometry != "none":
        shapes = list(geojson_shapes(frame.geometry.to_numpy(), coord))
    hidden = {"geometry", *(() if counts else SENSITIVE)}
    return [
        GroundFeature(
            layer=layer,
            code=str(row[key]),
            version=version,
            values={name: value for name, value in row.items() if name not in hidden},
            geometry=shape,
        )
        for row, version, shape in zip(_plain(frame), known, shapes, strict=True)
    ]


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
