"""
Editing the ground by hand: one call is one transaction, all of it or nothing.

A feature drawn on the map takes the way of a file with one row: the same checks, the same
statements, the same history of what was retired and came back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import geopandas as gpd
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
)
from api.services import audit, importing
from api.services.coordinates import Coord, geojson_shapes
from api.services.ground_batches import (
    Batch,
    collect,
    follow_retired_owners,
    plain_rows,
    snap_drawn,
)
from api.services.import_checks import off_own_buildings
from api.services.import_progress import Teller, quiet
from api.today import today
from gis.contracts import LAYERS, SENSITIVE, EditableLayer
from gis.errors import Conflict, InputError, Language, NotFound, first_ids
from gis.io.read import check_table
from gis.io.report import Fault, LayerRead
from gis.store import editing, layers, plans, runs
from gis.store.editing import EDITABLE
from gis.store.upsert import retire

SOURCE = "map"
"""What runs of edits by hand name as their file."""
_MOST_FEATURES = 20_000


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
    language: Language = "en",
) -> GroundEdited:
    """
    Store edits of a community's ground, all or none.

    Parameters
    ----------
    seen
        Codes of the communities that `who` may edit; None: all. A street or barrier is edited
        only by whom every community may edit that it touches.
    language
        Of the notes.

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
        return edit_in(
            connection, who, community, wanted, seen=seen, coord=coord, language=language
        )


def edit_in(
    connection: sa.Connection,
    who: Principal,
    community: str,
    wanted: GroundEditRequest,
    *,
    seen: Collection[str] | None,
    coord: Coord,
    language: Language = "en",
) -> GroundEdited:
    """Store edits within a transaction; see `edit_ground`."""
    require_community(connection, community, seen)
    batches = {layer: Batch(layer) for layer in EDITABLE}
    for layer in _layers_of(wanted):
        runs.lock_layer(connection, layer)
    _require_versions(connection, community, wanted)
    for edit in wanted.edits:
        collect(connection, batches, edit, community, coord)
    follow_retired_owners(connection, batches)
    snap_drawn(connection, batches, wanted.snap_m)
    _require_scope(connection, batches, seen)
    changed, notes = _stored(connection, who, community, batches, wanted.why)
    return GroundEdited(
        changed=changed,
        notes=[note.zh if language == "zh" else note.en for note in notes],
        drafts=_drifted(connection, community),
    )


def put_rows(
    connection: sa.Connection,
    who: Principal,
    community: str,
    layer: EditableLayer,
    rows: Mapping[str, Mapping[str, Any]],
    *,
    why: str | None,
) -> None:
    """
    Store rows without geometry by their codes within a transaction; retired ones come back.

    Raises
    ------
    InputError
        A row breaks a rule of its layer.
    """
    batches = {name: Batch(name) for name in EDITABLE}
    key = LAYERS[layer].key
    for code, row in rows.items():
        batches[layer].puts[code] = {"geometry": None, **row, key: code}
    runs.lock_layer(connection, layer)
    _stored(connection, who, community, batches, why)


def _stored(
    connection: sa.Connection,
    who: Principal,
    community: str,
    batches: Mapping[EditableLayer, Batch],
    why: str | None,
) -> tuple[list[ChangedFeature], list[Fault]]:
    """Write batches, and the row of the audit trail about them."""
    changed, notes = _write(connection, batches, community)
    audit.record(
        connection,
        who,
        "ground.edit",
        ("community", community),
        community=community,
        detail={"changed": [[c.layer, c.code, c.was] for c in changed], "why": why},
    )
    return changed, notes


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


def _require_scope(
    connection: sa.Connection,
    batches: Mapping[EditableLayer, Batch],
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
    connection: sa.Connection, batches: Mapping[EditableLayer, Batch], community: str
) -> tuple[list[ChangedFeature], list[Fault]]:
    changed: list[ChangedFeature] = []
    notes: list[Fault] = []
    # Owned things go first and come last, so that no row ever names an owner that is not there.
    for layer in reversed(EDITABLE):
        codes = batches[layer].retired
        if codes:
            run_id = runs.begin_run(connection, layer, SOURCE, {"community": community})
            retire(connection, layer, codes, run_id, today())
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
    connection: sa.Connection, batch: Batch, community: str
) -> tuple[list[ChangedFeature], list[Fault]]:
    layer, codes = batch.layer, list(batch.puts)
    before = editing.versions(connection, layer, codes)
    read = _checked(connection, batch, community)
    if layer == "stairwells":
        # Owners are written first: a building drawn in the same batch is there by now.
        read = off_own_buildings(connection, read, community)
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
    return changed, [fault for fault in read.faults if fault.severity == "note" and fault.row]


def _checked(connection: sa.Connection, batch: Batch, community: str) -> LayerRead:
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
        for row, version, shape in zip(plain_rows(frame), known, shapes, strict=True)
    ]
