"""Import runs, and the rows that wait in them with their faults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gis.contracts import LAYERS, LayerName
from gis.errors import NotFound
from gis.io.report import Fault, LayerRead
from gis.store.bulk import copy_frame, read_frame
from gis.store.statements import statement
from gis.store.tables import import_row, import_run

_LOCK_CLASS = 0x1A9E


@dataclass(frozen=True, slots=True)
class Run:
    """One layer of one import: what it did, and how many of its rows still wait."""

    run_id: int
    started_at: datetime
    layer: LayerName
    source: str
    options: dict[str, Any]
    counts: dict[str, Any]
    waiting: int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row of a run that waits: as it stood in the file, with its faults."""

    row_no: int
    code: str | None
    values: dict[str, Any]
    faults: tuple[Fault, ...]


def lock_layer(connection: sa.Connection, layer: LayerName) -> None:
    """Let imports of one layer follow one another, until the transaction ends."""
    number = list(LAYERS).index(layer)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_CLASS, number)))


def begin_run(
    connection: sa.Connection, layer: LayerName, source: str, options: Mapping[str, Any]
) -> int:
    """Add a run and return its id."""
    added = sa.insert(import_run).values(layer=layer, source=source, options=dict(options))
    return int(connection.execute(added.returning(import_run.c.id)).scalar_one())


def set_counts(connection: sa.Connection, run_id: int, counts: Mapping[str, Any]) -> None:
    """Write down what a run did."""
    connection.execute(
        sa.update(import_run).where(import_run.c.id == run_id).values(counts=dict(counts))
    )


def keep_waiting(connection: sa.Connection, run_id: int, read: LayerRead) -> None:
    """Keep the waiting rows of a file with their faults; rows of the same number are replaced."""
    rows = read.waiting
    if rows.empty:
        return
    numbers = rows["row_no"].astype(int).to_numpy()
    connection.execute(
        sa.delete(import_row).where(
            import_row.c.run_id == run_id, import_row.c.row_no.in_(numbers.tolist())
        )
    )
    key = LAYERS[read.layer].key
    kept = pd.DataFrame(
        {
            "run_id": run_id,
            "row_no": numbers,
            "code": [code or None for code in read.waiting_keys],
            "values": _values(rows, key, read.waiting_keys),
            "faults": _faults(numbers, read.faults),
            "geom": rows.geometry.to_numpy(),
        }
    )
    copy_frame(connection, "import_row", kept)


def supersede(connection: sa.Connection, run_id: int, read: LayerRead, *, ledger: bool) -> int:
    """
    Settle the rows of earlier runs that a file speaks of anew; return how many they were.

    The last file that names a row speaks for it: what waited under its code in an earlier run
    is stored where the file's row was stored, and dropped where that waits itself. Otherwise
    trying an old run again would bring old values back. Ledgers and files with geometry say
    different things of one building, so each settles only its own.
    """
    key = LAYERS[read.layer].key
    named = {
        "stored": read.frame[key].astype(str).tolist(),
        "dropped": [code for code in read.waiting_keys if code],
    }
    query = statement("import_rows_supersede")
    return sum(
        connection.execute(
            query,
            {
                "run_id": run_id,
                "layer": read.layer,
                "ledger": ledger,
                "codes": codes,
                "state": state,
            },
        ).rowcount
        for state, codes in named.items()
    )


def _values(rows: gpd.GeoDataFrame, key: str, codes: Sequence[str]) -> list[str]:
    """Each row as a JSON object; the key is named as in the contract, wherever it came from."""
    cells = rows.drop(columns=["row_no", "geometry"]).astype(object)
    records = cells.where(cells.notna(), None).to_dict("records")
    return [
        json.dumps(record | ({key: code} if code else {}), ensure_ascii=False)
        for record, code in zip(records, codes, strict=True)
    ]


def _faults(numbers: np.ndarray[Any, Any], faults: Sequence[Fault]) -> list[str]:
    by_row: dict[int, list[dict[str, Any]]] = {int(n): [] for n in numbers}
    for fault in faults:
        if fault.row in by_row:
            by_row[fault.row].append(asdict(fault))
    return [json.dumps(by_row[int(n)], ensure_ascii=False) for n in numbers]


def list_runs(connection: sa.Connection, *, all_runs: bool = True) -> list[Run]:
    """List the runs, newest first; only those with rows that wait unless `all_runs`."""
    found = [_run(row) for row in connection.execute(statement("import_runs"), {"run_id": None})]
    return [run for run in found if all_runs or run.waiting]


def find_run(connection: sa.Connection, run_id: int) -> Run:
    """
    Return one run.

    Raises
    ------
    NotFound
        There is no such run.
    """
    row = connection.execute(statement("import_runs"), {"run_id": run_id}).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no import run {run_id}; `wangge import runs` lists them.",
            f"没有导入批次 {run_id}；`wangge import runs` 可列出全部批次。",
            run=run_id,
        )
    return _run(row)


def _run(row: sa.Row[Any]) -> Run:
    return Run(
        row.id, row.started_at, row.layer, row.source, row.options, row.counts, int(row.waiting)
    )


def waiting_rows(connection: sa.Connection, run_id: int) -> tuple[list[WaitingRow], gpd.GeoSeries]:
    """Return the rows of a run that wait, by number, and their geometry (None: none usable)."""
    frame = read_frame(connection, statement("import_rows_waiting"), {"run_id": run_id})
    rows = [
        WaitingRow(int(no), code or None, dict(values), tuple(Fault(**f) for f in faults))
        for no, code, values, faults in zip(
            frame["row_no"],
            frame["code"].where(frame["code"].notna(), None),
            frame["values"],
            frame["faults"],
            strict=True,
        )
    ]
    return rows, frame.geometry


def settle_rows(
    connection: sa.Connection, run_id: int, numbers: Sequence[int], *, stored: bool
) -> int:
    """Mark waiting rows as stored or dropped; return how many they were."""
    update = (
        sa.update(import_row)
        .where(
            import_row.c.run_id == run_id,
            import_row.c.state == "waiting",
            import_row.c.row_no.in_([int(n) for n in numbers]),
        )
        .values(state="stored" if stored else "dropped")
    )
    return int(connection.execute(update).rowcount)
