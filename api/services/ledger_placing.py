"""Rows of a ledger that found no building: listed, and given their place by hand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.ground import (
    GroundEdited,
    GroundEditRequest,
    PlaceRequest,
    PutFeature,
    WaitingLedgerRow,
)
from api.services import importing
from api.services.coordinates import Coord
from api.services.ground_editing import edit_in, require_community
from api.services.import_runs import checked_again, options_of
from gis.contracts import SENSITIVE
from gis.errors import InputError, Language, NotFound
from gis.store import runs
from gis.store.runs import Run, WaitingRow

_UNPLACED = {"not-on-map", "several-on-map", "building-claimed-twice"}
_COUNTS = (
    "households",
    "households_kind",
    "households_estimated",
    "floors",
    "stairwells",
    *SENSITIVE,
)
_OF_A_NEW_ONE = ("name", "number", "address", *_COUNTS)
_MOST_ROWS = 1000


def waiting_ledger_rows(
    connection: sa.Connection, community: str, *, seen: Collection[str] | None
) -> list[WaitingLedgerRow]:
    """
    List rows of ledgers that found no building, newest run first, at most 1,000.

    Parameters
    ----------
    seen
        Codes of the communities that the reader may edit. None: all; then ledgers imported for
        no community in particular are listed, too, for they may speak of buildings anywhere.

    Raises
    ------
    NotFound
        There is no such community.
    """
    require_community(connection, community, seen)
    found: list[WaitingLedgerRow] = []
    for run in runs.list_runs(connection, all_runs=False):
        if not _may_place(run, community, everywhere=seen is None):
            continue
        rows, shapes = runs.waiting_rows(connection, run.run_id)
        found += [
            WaitingLedgerRow(
                run=run.run_id,
                row=row.row_no,
                source=run.source,
                values=row.values,
                why=_why(row),
            )
            for row, shape in zip(rows, shapes, strict=True)
            if shape is None and _unplaced(row)
        ]
        if len(found) >= _MOST_ROWS:
            break
    return found[:_MOST_ROWS]


def place_row(
    engine: sa.Engine,
    who: Principal,
    community: str,
    wanted: PlaceRequest,
    *,
    seen: Collection[str] | None,
    coord: Coord = "wgs84",
    language: Language = "en",
) -> GroundEdited:
    """
    Give a waiting row its building: its counts go to one that is there, or to a new one.

    Raises
    ------
    NotFound
        There is no such row that waits for its place, or no such building in the community.
    InputError
        Neither building nor geometry is given, or both; or the row itself is at fault.
    """
    if (wanted.building is None) == (wanted.geometry is None):
        raise InputError(
            "Say either which building the row is of, or draw a new one.",
            "请指定已有楼栋，或画出新的楼栋，二者选一。",
        )
    with importing.writing(engine) as connection:
        require_community(connection, community, seen)
        runs.lock_layer(connection, "buildings")
        values = _values_of(connection, wanted, community, everywhere=seen is None)
        names = _COUNTS if wanted.building is not None else _OF_A_NEW_ONE
        put = PutFeature(
            act="put",
            layer="buildings",
            code=wanted.building,
            values={name: values[name] for name in names if values.get(name) is not None},
            geometry=wanted.geometry,
        )
        done = edit_in(
            connection,
            who,
            community,
            GroundEditRequest(edits=[put]),
            seen=seen,
            coord=coord,
            language=language,
        )
        runs.settle_rows(connection, wanted.run, [wanted.row], stored=True)
        return done


def _values_of(
    connection: sa.Connection, wanted: PlaceRequest, community: str, *, everywhere: bool
) -> dict[str, Any]:
    run = runs.find_run(connection, wanted.run)
    rows, shapes = runs.waiting_rows(connection, wanted.run)
    k = next((k for k, row in enumerate(rows) if row.row_no == wanted.row), None)
    if k is None or not _may_place(run, community, everywhere=everywhere):
        raise _no_such_row(wanted)
    row = rows[k]
    if shapes.iloc[k] is not None or not _unplaced(row):
        raise _no_such_row(wanted)
    nowhere = np.array([None], dtype=object)
    read = checked_again(connection, run, options_of(run), [row], nowhere)
    if read.frame.empty:
        told = [fault for fault in read.faults if fault.severity == "error"]
        raise InputError(
            f"The row cannot be used: {' '.join(f.en for f in told)} Mend the file and import it.",
            f"该行无法使用：{''.join(f.zh for f in told)}请改正文件后重新导入。",
        )
    cells = read.frame.drop(columns="geometry").iloc[0].astype(object)
    return {
        str(name): value.item() if isinstance(value, np.generic) else value
        for name, value in cells.items()
        if pd.notna(value)
    }


def _may_place(run: Run, community: str, *, everywhere: bool) -> bool:
    of = run.options.get("community")
    return run.layer == "buildings" and (of == community or (of is None and everywhere))


def _unplaced(row: WaitingRow) -> bool:
    return {fault.code for fault in row.faults if fault.severity == "error"} <= _UNPLACED


def _why(row: WaitingRow) -> str:
    return next((fault.code for fault in row.faults if fault.severity == "error"), "")


def _no_such_row(wanted: PlaceRequest) -> NotFound:
    return NotFound(
        f"In run {wanted.run} no row {wanted.row} waits for its place.",
        f"批次 {wanted.run} 中没有待上图的第 {wanted.row} 行。",
        run=wanted.run,
        row=wanted.row,
    )
