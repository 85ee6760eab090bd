"""Importing files: one call is one transaction, good rows are stored, bad ones wait in a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

import geopandas as gpd
import psycopg2.errors
import sqlalchemy as sa

from api.principal import OPERATOR, Principal
from api.services import audit
from api.services import import_checks as checks
from api.services.import_progress import Tell, Teller, quiet
from api.services.roster_scope import in_scope, off_stored_posts
from api.today import today
from gis.contracts import LAYERS, LayerName
from gis.errors import NotFound, Unavailable, UnreadableFile
from gis.io.columns import ColumnMapping
from gis.io.read import check_table, own_mapping
from gis.io.report import Fault, LayerRead
from gis.io.table import RawTable, Wanted
from gis.store import layers as store
from gis.store import runs
from gis.store.roster import stage_subjects
from gis.store.upsert import Upsert, stage, unstage, update_counts, upsert

log = logging.getLogger("wangge.database")

_UNMIGRATED = (
    psycopg2.errors.UndefinedTable,
    psycopg2.errors.UndefinedColumn,
    psycopg2.errors.UndefinedObject,
)

# Owners come before what they own; standing grids enter through `wangge plan adopt`.
ORDER: tuple[LayerName, ...] = tuple(name for name in LAYERS if name != "grids")


class Surroundings(TypedDict):
    """Stored layers that rows are checked against; None where there is nothing to check."""

    communities: gpd.GeoDataFrame | None
    courtyards: gpd.GeoDataFrame | None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    How to read and store a file; see `gis.io.read.read_layer`.

    ``within``: in whose scope everything must lie that a roster speaks of; None: anywhere.
    """

    strict: bool = False
    retire_missing: bool = False
    community: str | None = None
    crs: str | None = None
    encoding: str | None = None
    mapping: str | Path | ColumnMapping | None = None
    gis_layer: str | None = None
    within: Principal | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """
    What one layer of one import did, in rows.

    ``run_id`` is None when nothing was stored (`strict` and some row was bad). ``placed_share``
    is the share of a ledger's rows that found their building (上图率); None for other files.
    """

    run_id: int | None
    layer: LayerName
    file: str
    rows: int
    waiting: int
    counts: Upsert = field(default_factory=Upsert)
    placed_share: float | None = None
    faults: tuple[Fault, ...] = ()


def import_file(
    engine: sa.Engine,
    path: str | Path,
    layer: LayerName,
    options: ImportOptions | None = None,
    *,
    tell: Tell = quiet,
) -> ImportResult:
    """
    Check one layer of one file and store its good rows, all in one transaction.

    Imports of one layer wait for one another. Bad rows wait in the run that the result names,
    with their faults; with ``strict`` nothing at all is stored when any row is bad. A table of
    buildings without geometry is a ledger: its counts go to the buildings that it names.

    Raises
    ------
    InputError
        The file as a whole cannot be used (`gis.io.read.read_layer`).
    NotFound
        The community named is not stored.
    Unavailable
        The database does not answer or was not migrated.
    """
    chosen = options or ImportOptions()
    with writing(engine) as connection:
        return import_in(connection, path, layer, chosen, tell)[0]


def import_all(
    engine: sa.Engine,
    path: str | Path,
    options: ImportOptions | None = None,
    *,
    tell: Tell = quiet,
) -> list[ImportResult]:
    """
    Import every layer that a GeoPackage, a folder or a zip holds, owners first.

    One transaction: a fault of the file, or with ``strict`` of any row, stores nothing of any
    layer. Layers are known by their canonical or Chinese name. Standing grids are left aside.

    Raises
    ------
    InputError
        As `import_file`; or no layer of a known name is in the file.
    """
    from gis.io.vector import layer_names

    chosen = options or ImportOptions()
    names = set(layer_names(path))
    held = [layer for layer in ORDER if names & {layer, LAYERS[layer].zh}]
    if not held:
        raise UnreadableFile(
            f"{Path(path).name}: none of its layers has a known name ({', '.join(ORDER)}).",
            f"{Path(path).name}：没有可识别的图层（{'、'.join(LAYERS[n].zh for n in ORDER)}）。",
            file=Path(path).name,
        )
    with writing(engine) as connection:
        return _all_or_none(
            connection,
            chosen,
            lambda layer, each: import_in(connection, path, layer, each, tell)[0],
            held,
        )


def import_osm(
    engine: sa.Engine,
    path: str | Path,
    options: ImportOptions | None = None,
    *,
    tell: Tell = quiet,
) -> list[ImportResult]:
    """
    Import the layers of an OpenStreetMap extract (`gis.io.osm.read_osm`), households estimated.

    Where communities are stored, only what lies in them (or in the one named) is taken. The
    extract says itself what its columns and coordinates are: such options are left aside.
    """
    chosen = replace(options or ImportOptions(), crs=None, mapping=None, gis_layer=None)
    with writing(engine) as connection:
        communities = _communities(connection, chosen)
        within = None if communities is None else communities.union_all()
        file = Path(path).name
        teller = Teller(tell, file, None)
        teller.begun("reading")
        from gis.io.osm import read_osm  # with it comes the reader of OSM, for this alone

        frames = read_osm(path, within=within)
        teller.done("reading", sum(map(len, frames.values())))
        return _all_or_none(
            connection,
            chosen,
            lambda layer, each: _import_rows(
                connection, as_table(frames[layer], file), layer, each, tell
            ),
            [layer for layer in ORDER if layer in frames],
        )


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """
    One transaction; faults of the database become faults that people can read.

    Raises
    ------
    Unavailable
        It does not answer, broke off (then nothing was stored), or was not migrated.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.OperationalError as fault:
        # What it said names its socket: for the operator, not for whoever asks over HTTP.
        log.warning("the database broke off: %s", str(fault.orig).partition("\n")[0])
        raise Unavailable(
            "The database does not answer; nothing was stored. Try again in a moment; "
            "`wangge db status` tells whether it runs.",
            "数据库没有应答，未存入任何内容。请稍后再试；用 `wangge db status` 查看它是否在运行。",
        ) from fault
    except sa.exc.ProgrammingError as fault:
        if isinstance(fault.orig, _UNMIGRATED):
            raise Unavailable(
                "The database does not have the schema of this version: run `wangge migrate`.",
                "数据库结构与本版本不符：请先运行 `wangge migrate`。",
            ) from fault
        raise


def as_table(frame: gpd.GeoDataFrame, file: str) -> RawTable:
    """Rows of a frame in EPSG:4326 as if they had just been read from a file."""
    return RawTable(
        file,
        "geopackage",
        frame.drop(columns="geometry"),
        None if frame.geometry.isna().all() else frame.geometry.to_numpy(),
        crs="EPSG:4326",
    )


def _all_or_none(
    connection: sa.Connection,
    options: ImportOptions,
    run: Callable[[LayerName, ImportOptions], ImportResult],
    layers: Sequence[LayerName],
) -> list[ImportResult]:
    """
    Import layers in order; take all back when a row of one is bad and ``strict`` is asked for.

    Until then every layer is stored, so that rows of later ones find their owners.
    """
    lenient = replace(options, strict=False)
    savepoint = connection.begin_nested()
    results = [run(layer, lenient) for layer in layers]
    if options.strict and any(result.waiting for result in results):
        savepoint.rollback()
        return [replace(result, run_id=None, counts=Upsert()) for result in results]
    savepoint.commit()
    return results


def import_in(
    connection: sa.Connection,
    path: str | Path,
    layer: LayerName,
    options: ImportOptions,
    tell: Tell,
) -> tuple[ImportResult, LayerRead]:
    """Import one layer within a transaction; return also the rows as they were checked."""
    teller = Teller(tell, Path(path).name, layer)
    runs.lock_layer(connection, layer)
    teller.begun("reading")
    wanted = Wanted(options.gis_layer, (layer, LAYERS[layer].zh))
    # Loaded with the first file; who edits the ground by hand has none.
    from gis.io.vector import open_table

    table = open_table(path, wanted, encoding=options.encoding)
    teller.done("reading", len(table.columns))
    return _import_table(connection, table, layer, options, teller)


def _import_rows(
    connection: sa.Connection,
    table: RawTable,
    layer: LayerName,
    options: ImportOptions,
    tell: Tell,
) -> ImportResult:
    """Import rows that were read with other layers."""
    runs.lock_layer(connection, layer)
    teller = Teller(tell, table.file, layer)
    return _import_table(connection, table, layer, options, teller)[0]


def _import_table(
    connection: sa.Connection,
    table: RawTable,
    layer: LayerName,
    options: ImportOptions,
    teller: Teller,
) -> tuple[ImportResult, LayerRead]:
    teller.begun("checking", len(table.columns))
    read = check_table(
        table,
        layer,
        crs=options.crs,
        mapping=options.mapping,
        **surroundings(connection, layer, options),
    )
    return _store(connection, read, options, teller)


def surroundings(
    connection: sa.Connection, layer: LayerName, options: ImportOptions
) -> Surroundings:
    """Communities and courtyards that the rows of a layer are checked against."""
    if layer == "areas":
        return {"communities": None, "courtyards": None}
    courtyards = None if layer == "courtyards" else store.read_layer(connection, "courtyards")
    return {"communities": _communities(connection, options), "courtyards": courtyards}


def _communities(connection: sa.Connection, options: ImportOptions) -> gpd.GeoDataFrame | None:
    areas = store.read_layer(connection, "areas", community=options.community)
    communities = areas[areas["level"] == "community"].reset_index(drop=True)
    if len(communities):
        return communities
    if options.community is not None:
        raise NotFound(
            f"There is no community {options.community}: import areas first.",
            f"没有社区 {options.community}：请先导入区划。",
            community=options.community,
        )
    return None


def _store(
    connection: sa.Connection, read: LayerRead, options: ImportOptions, teller: Teller
) -> tuple[ImportResult, LayerRead]:
    """Check against the store, then write rows, run and waiting rows, or (strict) nothing."""
    total = len(read.frame) + len(read.waiting)
    read, placed = prepared(connection, read, teller, options.within)
    told = ImportResult(
        None, read.layer, read.file, total, len(read.waiting), Upsert(), placed, read.faults
    )
    if options.strict and len(read.waiting):
        return told, read
    run_id = runs.begin_run(connection, read.layer, read.file, _written(options, read))
    counts = write(connection, read, run_id, options, teller)
    runs.keep_waiting(connection, run_id, read)
    runs.supersede(connection, run_id, read, ledger=placed is not None)
    summary = asdict(counts) | {"rows": total, "waiting": len(read.waiting)}
    runs.set_counts(connection, run_id, summary | {"placed_share": placed})
    audit.record(
        connection,
        audit.who_asks(connection, OPERATOR.name),
        "layer.import",
        ("layer", read.layer),
        community=options.community,
        detail={"run": run_id, **summary},
    )
    return replace(told, run_id=run_id, counts=counts), read


def prepared(
    connection: sa.Connection, read: LayerRead, teller: Teller, within: Principal | None = None
) -> tuple[LayerRead, float | None]:
    """Check against the store and stage the good rows; return them and a ledger's 上图率."""
    total = len(read.frame) + len(read.waiting)
    read = checks.against_store(connection, read)
    placed = None
    if read.layer == "buildings" and checks.is_ledger(read):
        buildings = store.read_layer(connection, "buildings")
        courtyards = store.read_layer(connection, "courtyards")
        read = checks.matched_ledger(read, buildings, courtyards)
        placed = len(read.frame) / total if total else 1.0
    teller.done("checking", total)
    stage(connection, read.layer, read.frame, teller.over("sending", len(read.frame)))
    if (read.layer == "buildings" and placed is None) or read.layer == "posts":
        staged = read.frame["row_no"]
        read = _off_stored(connection, read, within)
        unstage(connection, staged[~staged.isin(read.frame["row_no"])].tolist())
    return read, placed


def _off_stored(connection: sa.Connection, read: LayerRead, within: Principal | None) -> LayerRead:
    """Check what is staged against what is stored."""
    if read.layer == "buildings":
        return checks.off_standing_buildings(connection, read)
    stage_subjects(connection)
    if within is not None:
        read = in_scope(connection, read, within)
    return off_stored_posts(connection, read, within)


def write(
    connection: sa.Connection,
    read: LayerRead,
    run_id: int,
    options: ImportOptions,
    teller: Teller,
) -> Upsert:
    """Bring what is staged into its table."""
    on = teller.over("storing", len(read.frame))
    if read.layer == "buildings" and checks.is_ledger(read):
        changed = update_counts(connection, run_id)
        on(len(read.frame))
        return Upsert(changed=changed, unchanged=len(read.frame) - changed)
    return upsert(
        connection,
        read.layer,
        run_id=run_id,
        today=today(),
        keep=[key for key in read.waiting_keys if key],
        community=options.community,
        retire_missing=options.retire_missing,
        on=on,
    )


def _written(options: ImportOptions, read: LayerRead) -> Mapping[str, Any]:
    """Options as the run remembers them, with the mapping itself rather than its file."""
    mapping = own_mapping(options.mapping, read.layer)
    return {
        "strict": options.strict,
        "retire_missing": options.retire_missing,
        "community": options.community,
        "crs": options.crs,
        "encoding": options.encoding,
        "mapping": None if mapping is None else asdict(mapping),
    }
