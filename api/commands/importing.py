"""``wangge import``: check files, store their rows, and look after those that wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.commands.progress import import_progress
from api.language import language, say
from gis.contracts import LAYERS, LayerName
from gis.errors import InputError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from api.services.import_progress import Tell
    from api.services.importing import ImportOptions, ImportResult

    _Importer = Callable[[sa.Engine, Path, ImportOptions, Tell], list[ImportResult]]

_Command = Callable[..., Any]

_OPTIONS = (
    click.option("--strict", is_flag=True, help="Store nothing when any row is bad."),
    click.option("--retire-missing", is_flag=True, help="Retire what the file does not name."),
    click.option("--community", help="Code of the community that the file is of."),
    click.option("--crs", help="EPSG:4547, cgcs2000-3deg, gcj02, bd09 ...; overrules the file."),
    click.option("--encoding", help="Of the text in Shapefiles and CSV; detected without it."),
    click.option("--mapping", help="TOML file that says which heading is which column."),
    click.option("--layer-name", "gis_layer", help="Which layer of a file that has several."),
    click.option(
        "--report",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write every fault there: .json, .xlsx, else text.",
    ),
)


def _reading_options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _options(values: dict[str, Any]) -> ImportOptions:
    from api.services.importing import ImportOptions

    return ImportOptions(**values)


def _show(results: Sequence[ImportResult], report: Path | None) -> None:
    from api.services.import_report import fault_lines, summary, write_report

    for result in results:
        for line in fault_lines(result.faults, result.layer, language()):
            click.echo(line, err=True)
        click.echo(summary(result, language()))
    if report is not None:
        write_report(results, report, language())
    if any(result.run_id is None for result in results):
        waiting = sum(result.waiting for result in results)
        raise InputError(
            f"{waiting} rows are bad and --strict was asked for: nothing was stored.",
            f"有 {waiting} 行不合格，且指定了 --strict：未存入任何内容。",
        )


@click.group(cls=BilingualGroup)
def import_group() -> None:
    """Check files and store their rows; bad rows wait in a run with their faults."""


def _one_layer(layer: LayerName) -> _Importer:
    def run(
        engine: sa.Engine, file: Path, options: ImportOptions, tell: Tell
    ) -> list[ImportResult]:
        from api.services.importing import import_file

        return [import_file(engine, file, layer, options, tell=tell)]

    return run


def _every_layer(
    engine: sa.Engine, file: Path, options: ImportOptions, tell: Tell
) -> list[ImportResult]:
    from api.services.importing import import_all

    return import_all(engine, file, options, tell=tell)


def _extract(
    engine: sa.Engine, file: Path, options: ImportOptions, tell: Tell
) -> list[ImportResult]:
    from api.services.importing import import_osm

    return import_osm(engine, file, options, tell=tell)


def _add_command(name: str, text: str, importer: _Importer) -> None:
    """Add a command that brings a file in by `importer`."""

    @import_group.command(name, help=text)
    @click.argument("file", type=click.Path(path_type=Path))
    @_reading_options
    def run(file: Path, report: Path | None, **values: Any) -> None:
        with database() as engine, import_progress() as tell:
            results = importer(engine, file, _options(values), tell)
        _show(results, report)


for _layer in LAYERS:
    if _layer != "grids":
        _add_command(_layer, f"Import {_layer} ({LAYERS[_layer].zh}).", _one_layer(_layer))
_add_command(
    "all",
    "Import every layer of a GeoPackage, folder or zip, owners first, in one transaction.",
    _every_layer,
)
_add_command(
    "osm",
    "Import an OpenStreetMap extract; households are estimated and marked so.",
    _extract,
)


@import_group.command("runs")
@click.option("--all", "all_runs", is_flag=True, help="Also runs in which no row waits.")
def list_runs(all_runs: bool) -> None:
    """List the runs in which rows wait."""
    from api.services.import_runs import list_runs as run

    with database() as engine:
        runs = run(engine, all_runs=all_runs)
        for found in runs:
            started = found.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
            waiting = say(f"{found.waiting} wait", f"待处理 {found.waiting}")
            layer = say(found.layer, LAYERS[found.layer].zh)
            click.echo(f"{found.run_id}\t{started}\t{layer}\t{found.source}\t{waiting}")
    if not runs:
        nothing = ("no imports yet", "尚无导入") if all_runs else ("no rows wait", "没有待处理的行")
        click.echo(say(*nothing), err=True)


@import_group.command("show")
@click.argument("run_id", type=int)
def show_run(run_id: int) -> None:
    """Show the rows of a run that wait, with their faults."""
    from api.services.import_report import fault_lines
    from api.services.import_runs import show_run as run

    with database() as engine:
        found, rows = run(engine, run_id)
    layer = say(found.layer, LAYERS[found.layer].zh)
    click.echo(f"{found.run_id}\t{layer}\t{found.source}")
    for row in rows:
        click.echo("\n".join(fault_lines(row.faults, found.layer, language(), len(row.faults))))


@import_group.command("retry")
@click.argument("run_id", type=int)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_reading_options
def retry_run(run_id: int, file: Path | None, report: Path | None, **values: Any) -> None:
    """Check waiting rows again, or import FILE, in which they were mended."""
    from api.services.import_runs import retry_run as run
    from api.services.import_runs import retry_with_file

    with database() as engine, import_progress() as tell:
        if file is None:
            result = run(engine, run_id, tell=tell)
        else:
            options = _options(values) if any(values.values()) else None
            result = retry_with_file(engine, run_id, file, options, tell=tell)
    if file is None and not result.rows:
        click.echo(_nothing_waits(result))
    else:
        _show([result], report)
    if file is None and result.rows == result.waiting and result.rows:
        click.echo(_needs_a_file(result), err=True)


def _nothing_waits(result: ImportResult) -> str:
    layer = LAYERS[result.layer]
    return say(
        f"No row of run {result.run_id} ({result.file}, {layer.name}) waits: there is nothing to "
        "try again. `wangge import runs` lists the runs in which rows wait; a new version of the "
        f"file comes in by `wangge import {layer.name} FILE`.",
        f"批次 {result.run_id}（{result.file}，{layer.zh}）没有待处理的行，无需重试。"
        "`wangge import runs` 可列出有待处理行的批次；"
        f"文件有新版本时请用 `wangge import {layer.name} FILE` 导入。",
    )


def _needs_a_file(result: ImportResult) -> str:
    return say(
        f"None of the {result.rows} rows could be stored. Import what they speak of first, or "
        f"mend them in the file and run `wangge import retry {result.run_id} FILE`; "
        f"`wangge import drop {result.run_id}` gives them up.",
        f"{result.rows} 行均未能存入。请先导入这些行所指的对象，或在文件中改正后执行 "
        f"`wangge import retry {result.run_id} FILE`；"
        f"如不再需要，可执行 `wangge import drop {result.run_id}` 放弃。",
    )


@import_group.command("drop")
@click.argument("run_id", type=int)
def drop_run(run_id: int) -> None:
    """Give up the rows of a run that wait."""
    from api.services.import_runs import drop_rows

    with database() as engine:
        dropped = drop_rows(engine, run_id)
    click.echo(say(f"{dropped} rows dropped.", f"已放弃 {dropped} 行。"))


_RETIRED_WITH_A_DATE = [name for name in LAYERS if name not in ("areas", "grids", "posts")]


@import_group.command("history")
@click.argument("layer", type=click.Choice(_RETIRED_WITH_A_DATE), metavar="LAYER")
@click.argument("code")
def show_history(layer: LayerName, code: str) -> None:
    """Tell when a thing of LAYER was retired and when it came back."""
    from api.services.import_runs import history

    with database() as engine:
        absences = history(engine, layer, code)
    if not absences:
        click.echo(say(f"{code} was never retired.", f"{code} 从未停用。"))
    for away in absences:
        line = say(f"retired {away.retired_on}", f"{away.retired_on} 停用")
        line += _by_run(away.retired_by_run)
        if away.returned_on is not None:
            line += say(f"\tback {away.returned_on}", f"\t{away.returned_on} 恢复")
            line += _by_run(away.returned_by_run)
        click.echo(line)


def _by_run(run_id: int | None) -> str:
    return "" if run_id is None else say(f" (run {run_id})", f"（批次 {run_id}）")
