"""The rows that wait: listed, shown, tried again, dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from api.services import importing
from api.services.import_checks import RECHECKABLE
from api.services.import_progress import Tell, Teller, quiet
from api.services.importing import ImportOptions, ImportResult
from gis.contracts import LayerName
from gis.io.columns import ColumnMapping
from gis.io.read import check_table
from gis.io.report import LayerRead
from gis.io.table import Geometries
from gis.store import runs
from gis.store.retirements import Retirement, retirements
from gis.store.runs import Run, WaitingRow


def list_runs(engine: sa.Engine, *, all_runs: bool) -> list[Run]:
    """List the import runs, newest first; only those with waiting rows unless `all_runs`."""
    with importing.writing(engine) as connection:
        return runs.list_runs(connection, all_runs=all_runs)


def show_run(engine: sa.Engine, run_id: int) -> tuple[Run, list[WaitingRow]]:
    """Return a run and its waiting rows; NotFound when there is no such run."""
    with importing.writing(engine) as connection:
        return runs.find_run(connection, run_id), runs.waiting_rows(connection, run_id)[0]


def history(engine: sa.Engine, layer: LayerName, code: str) -> list[Retirement]:
    """List when a thing was retired and came back; NotFound when there never was one."""
    with importing.writing(engine) as connection:
        return retirements(connection, layer, code)


def drop_rows(engine: sa.Engine, run_id: int) -> int:
    """Give up the waiting rows of a run; return how many they were."""
    with importing.writing(engine) as connection:
        runs.find_run(connection, run_id)
        rows, _ = runs.waiting_rows(connection, run_id)
        return runs.settle_rows(connection, run_id, [r.row_no for r in rows], stored=False)


def retry_run(engine: sa.Engine, run_id: int, *, tell: Tell = quiet) -> ImportResult:
    """
    Check the waiting rows of a run again and store those that are good now.

    Only rows whose every error speaks of something else (a courtyard, community, building or
    grid that was not there) can come right; the others need a mended file (`retry_with_file`).
    One transaction.

    Raises
    ------
    NotFound
        There is no such run.
    """
    with importing.writing(engine) as connection:
        run = runs.find_run(connection, run_id)
        runs.lock_layer(connection, run.layer)
        rows, shapes = runs.waiting_rows(connection, run_id)
        hopeful = [k for k, row in enumerate(rows) if _can_come_right(row)]
        left = tuple(f for k, row in enumerate(rows) if k not in hopeful for f in row.faults)
        if not hopeful:
            return ImportResult(run_id, run.layer, run.source, len(rows), len(rows), faults=left)
        options = options_of(run)
        again = [rows[k] for k in hopeful]
        teller = Teller(tell, run.source, run.layer)
        teller.begun("checking", len(again))
        read = checked_again(connection, run, options, again, shapes.to_numpy()[hopeful])
        read, placed = importing.prepared(connection, read, teller)
        # A few rows of a file say nothing of what is gone.
        counts = replace(importing.write(connection, read, run_id, options, teller), gone=0)
        runs.settle_rows(connection, run_id, read.frame["row_no"].tolist(), stored=True)
        runs.keep_waiting(connection, run_id, read)
        waiting = len(rows) - len(read.frame)
        runs.set_counts(connection, run_id, run.counts | {"waiting": waiting})
        return ImportResult(
            run_id, run.layer, run.source, len(rows), waiting, counts, placed, read.faults + left
        )


def retry_with_file(
    engine: sa.Engine,
    run_id: int,
    path: str | Path,
    options: ImportOptions | None = None,
    *,
    tell: Tell = quiet,
) -> ImportResult:
    """
    Import a mended file for a run: its rows by code settle the rows that wait.

    A waiting row whose code the file stores is settled; one that the file names but that is
    still at fault waits in the new run instead; one that the file does not name keeps waiting
    (`gis.store.runs.supersede`, as in every import). In a file without codes, as ledgers are,
    rows are known by their number, provided that it has as many rows as the run's file had.
    One transaction.
    """
    with importing.writing(engine) as connection:
        run = runs.find_run(connection, run_id)
        given = options or options_of(run)
        result, read = importing.import_in(connection, path, run.layer, given, tell)
        if result.run_id is not None and _same_rows(run, result):
            stored, again = read.frame["row_no"].tolist(), read.waiting["row_no"].tolist()
            runs.settle_rows(connection, run_id, stored, stored=True)
            runs.settle_rows(connection, run_id, again, stored=False)
        return result


def _same_rows(run: Run, result: ImportResult) -> bool:
    """Tell whether a file without codes has the rows of the run's file, one for one."""
    codeless = any(fault.code == "key-derived" for fault in result.faults)
    return codeless and run.counts.get("rows") == result.rows


def _can_come_right(row: WaitingRow) -> bool:
    return {f.code for f in row.faults if f.severity == "error"} <= RECHECKABLE


def options_of(run: Run) -> ImportOptions:
    """Return the options a run was made with."""
    mapping = run.options.get("mapping")
    return ImportOptions(
        strict=False,
        community=run.options.get("community"),
        crs=run.options.get("crs"),
        encoding=run.options.get("encoding"),
        mapping=None if mapping is None else ColumnMapping(**mapping),
    )


def checked_again(
    connection: sa.Connection,
    run: Run,
    options: ImportOptions,
    rows: list[WaitingRow],
    shapes: Geometries,
) -> LayerRead:
    """Check rows as a file of their own, but under the numbers they had."""
    cells = pd.DataFrame([row.values for row in rows])
    frame = gpd.GeoDataFrame(cells, geometry=list(shapes), crs=4326)
    read = check_table(
        importing.as_table(frame, run.source),
        run.layer,
        mapping=options.mapping,
        **importing.surroundings(connection, run.layer, options),
    )
    number = {k + 1: row.row_no for k, row in enumerate(rows)}
    return replace(
        read,
        frame=read.frame.assign(row_no=read.frame["row_no"].map(number)),
        waiting=read.waiting.assign(row_no=read.waiting["row_no"].map(number)),
        faults=tuple(replace(f, row=number.get(f.row, 0)) for f in read.faults),
    )
