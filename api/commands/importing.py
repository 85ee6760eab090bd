"""``wangge import``: check files, store their rows, and look after those that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.language import language, say
from gis.contracts import LAYERS, LayerName
from gis.errors import InputError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from api.services.importing import ImportOptions, ImportResult, Tell

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


@contextmanager
def database() -> Iterator[sa.Engine]:
    """Open the database of the settings, and close it."""
    from api.services.database import open_database
    from api.settings import Settings

    engine = open_database(Settings())
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show a bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, steps: int) -> None:
            task = tasks.setdefault(what, None) or bar.add_task(what, total=steps)
            tasks[what] = task
            bar.update(task, completed=done)

        yield tell


def _options(values: dict[str, Any]) -> ImportOptions:
    from api.services.importing import ImportOptions

    return ImportOptions(**values)


def _show(results: Sequence[ImportResult], report: Path | None) -> None:
    from api.services.import_report import fault_lines, summary, write_report

    for result in results:
        for line in fault_lines(result.faults, language()):
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


@click.group()
def import_group() -> None:
    """Check files and store their rows; bad rows wait in a run with their faults."""


def _layer_command(layer: LayerName) -> click.Command:
    @click.argument("file", type=click.Path(path_type=Path))
    @_reading_options
    def run(file: Path, report: Path | None, **values: Any) -> None:
        from api.services.importing import import_file

        with database() as engine, _progress() as tell:
            result = import_file(engine, file, layer, _options(values), tell=tell)
        _show([result], report)

    return click.command(layer, help=f"Import {layer} ({LAYERS[layer].zh}).")(run)


for _layer in LAYERS:
    if _layer != "grids":
        import_group.add_command(_layer_command(_layer))


@import_group.command("all")
@click.argument("file", type=click.Path(path_type=Path))
@_reading_options
def import_all(file: Path, report: Path | None, **values: Any) -> None:
    """Import every layer of a GeoPackage, folder or zip, owners first, in one transaction."""
    from api.services.importing import import_all as run

    with database() as engine, _progress() as tell:
        results = run(engine, file, _options(values), tell=tell)
    _show(results, report)


@import_group.command("osm")
@click.argument("file", type=click.Path(path_type=Path))
@_reading_options
def import_osm(file: Path, report: Path | None, **values: Any) -> None:
    """Import an OpenStreetMap extract; households are estimated and marked so."""
    from api.services.importing import import_osm as run

    with database() as engine, _progress() as tell:
        results = run(engine, file, _options(values), tell=tell)
    _show(results, report)


@import_group.command("runs")
@click.option("--all", "all_runs", is_flag=True, help="Also runs in which no row waits.")
def list_runs(all_runs: bool) -> None:
    """List the runs in which rows wait."""
    from api.services.import_runs import list_runs as run

    with database() as engine:
        for found in run(engine, all_runs=all_runs):
            started = found.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
            waiting = say(f"{found.waiting} wait", f"待处理 {found.waiting}")
            click.echo(f"{found.run_id}\t{started}\t{found.layer}\t{found.source}\t{waiting}")


@import_group.command("show")
@click.argument("run_id", type=int)
def show_run(run_id: int) -> None:
    """Show the rows of a run that wait, with their faults."""
    from api.services.import_report import fault_lines
    from api.services.import_runs import show_run as run

    with database() as engine:
        found, rows = run(engine, run_id)
    click.echo(f"{found.run_id}\t{found.layer}\t{found.source}")
    for row in rows:
        click.echo("\n".join(fault_lines(row.faults, language(), len(row.faults))))


@import_group.command("retry")
@click.argument("run_id", type=int)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_reading_options
def retry_run(run_id: int, file: Path | None, report: Path | None, **values: Any) -> None:
    """Check waiting rows again, or import FILE, in which they were mended."""
    from api.services.import_runs import retry_run as run
    from api.services.import_runs import retry_with_file

    with database() as engine, _progress() as tell:
        if file is None:
            result = run(engine, run_id, tell=tell)
        else:
            options = _options(values) if any(values.values()) else None
            result = retry_with_file(engine, run_id, file, options, tell=tell)
    _show([result], report)


@import_group.command("drop")
@click.argument("run_id", type=int)
def drop_run(run_id: int) -> None:
    """Give up the rows of a run that wait."""
    from api.services.import_runs import drop_rows

    with database() as engine:
        dropped = drop_rows(engine, run_id)
    click.echo(say(f"{dropped} rows dropped.", f"已放弃 {dropped} 行。"))
