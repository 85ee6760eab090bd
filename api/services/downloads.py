"""Downloads: a file made of stored layers, open and nameless by the time it is sent."""

from __future__ import annotations

import os
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Literal, cast

import anyio
import geopandas as gpd
import sqlalchemy as sa

from api.services.exporting import (
    NOT_PUBLIC,
    Form,
    all_layers,
    extracted,
    write_all,
    write_extract,
)
from api.services.packaging import packaged_plan
from api.services.plan_reading import require_plan
from api.services.sheets import register_file, wall_map_file
from api.services.sights import Seer
from api.settings import Settings
from gis.contracts import PLAN_GRIDS, LayerName
from gis.errors import Conflict, InputError, Language, Unavailable
from gis.io.package import DividedCommunity, write_package
from gis.io.write import write_layer
from gis.store import plans as store
from gis.store.extracts import Extract, area_name
from gis.store.plan_listing import plan_standing_on
from gis.store.sight import Sight
from maps.paper import paper

MOST_ROWS = 200_000
"""Rows of a layer in one download; a city's export belongs on the command line."""
AT_ONCE, MOST_WAITING, WAIT_S = 2, 8, 30.0

Extension = Literal["geojson", "gpkg", "zip", "fgb", "parquet", "csv", "xlsx"]
MEDIA: dict[str, str] = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "zip": "application/zip",
    "fgb": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Slots:
    """Let a few downloads be made at once; some wait, the others are told to come again."""

    def __init__(self) -> None:
        self._free = anyio.Semaphore(AT_ONCE)
        self._there = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """
        Hold a slot.

        Raises
        ------
        Unavailable
            Too many wait already, or none came free in half a minute.
        """
        if self._there >= AT_ONCE + MOST_WAITING:
            raise _busy()
        self._there += 1
        try:
            await self._seated()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._there -= 1

    async def _seated(self) -> None:
        try:
            with anyio.fail_after(WAIT_S):
                await self._free.acquire()
        except TimeoutError as late:
            raise _busy() from late


def _busy() -> Unavailable:
    return Unavailable(
        "Many downloads are being made at present: try again in a minute.",
        "当前下载较多，请一分钟后再试。",
    )


@dataclass(frozen=True, slots=True)
class MadeFile:
    """
    A file that is complete and has no name on the disk any more.

    Its space is free again when `content` is closed, whatever becomes of the client or of this
    process. ``name`` is what a client may call it, ``plain`` the same in ASCII.
    """

    content: BinaryIO
    size: int
    name: str
    plain: str
    media_type: str


@dataclass(frozen=True, slots=True)
class LayerWanted:
    """A layer, or all of them, in a form; columns that are not public are left out."""

    layer: LayerName | Literal["all"]
    extension: Extension
    extract: Extract
    form: Form


Read = Callable[[sa.Connection], Callable[[], MadeFile]]
"""Reads what is needed; what it returns writes the file without a connection."""


def read_once(engine: sa.Engine, read: Read) -> Callable[[], MadeFile]:
    """Read in one transaction that sees one moment and cannot write."""
    with engine.connect() as connection:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return read(connection.execution_options(**options))


def layer_download(seer: Seer, wanted: LayerWanted) -> Read:
    """
    Make a file of one layer, or of all in a GeoPackage.

    Raises
    ------
    InputError
        All layers are asked for in a format that holds but one, or too many rows; see also
        `api.services.exporting.extracted` and `gis.io.write.write_layer`.
    """
    extract = wanted.extract

    def read(connection: sa.Connection) -> Callable[[], MadeFile]:
        sight = seer.on(connection, extract.at)
        place = _place_name(connection, sight, extract)
        if wanted.layer == "all":
            layers = _all(connection, sight, wanted)
            names = _names(place, "全部图层", "all", wanted)
            return lambda: _made(
                names, "gpkg", lambda path: write_all(layers, path, wanted.form.crs)
            )
        frame = extracted(connection, sight, extract, most=MOST_ROWS)
        names = _names(place, extract.contract.zh, wanted.layer, wanted)
        return lambda: _made(
            names, wanted.extension, lambda path: write_extract(frame, extract, path, wanted.form)
        )

    return read


def _all(
    connection: sa.Connection, sight: Sight, wanted: LayerWanted
) -> dict[LayerName, gpd.GeoDataFrame]:
    if wanted.extension != "gpkg":
        raise InputError(
            "All layers together are a GeoPackage: ask for all.gpkg, or for one layer.",
            "全部图层只能下载为 GeoPackage：请用 all.gpkg，或只下载一个图层。",
        )
    if wanted.extract.kind is not None or wanted.extract.box is not None:
        raise InputError(
            "All layers are chosen by community and day alone: leave kind and bbox out.",
            "全部图层只按区划和日期选取：请去掉 kind 和 bbox。",
        )
    return all_layers(connection, sight, wanted.extract, most=MOST_ROWS)


def package_download(seer: Seer, plan_id: int) -> Read:
    """
    Make the grid package of a plan.

    Raises
    ------
    NotFound, Conflict
        See `api.services.packaging.packaged_plan`.
    """

    def read(connection: sa.Connection) -> Callable[[], MadeFile]:
        place = packaged_plan(connection, seer.today(connection), plan_id)
        names = (f"{place.name}-网格包-方案{plan_id}", f"package-plan-{plan_id}")
        return lambda: _made(names, "gpkg", lambda path: _write_package(path, place))

    return read


def plan_grids_download(seer: Seer, plan_id: int, extension: Extension, form: Form) -> Read:
    """
    Make a file of the grids of any plan that is seen, as they are now, in number's order.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    WrongCrs, InputError
        See `gis.io.write.write_layer`.
    """

    def read(connection: sa.Connection) -> Callable[[], MadeFile]:
        require_plan(connection, seer.today(connection), plan_id)
        title = store.read_plan(connection, plan_id).name
        frame = _plan_grids(connection, plan_id)
        names = (f"{title}-网格-方案{plan_id}", f"grids-plan-{plan_id}")
        return lambda: _made(names, extension, lambda path: _write_grids(frame, path, form))

    return read


def write_plan_grids(engine: sa.Engine, plan_id: int, path: Path, *, crs: str) -> int:
    """
    Write the grids of a plan to a file; return how many there are.

    Raises
    ------
    NotFound
        There is no such plan.
    WrongCrs, InputError
        See `gis.io.write.write_layer`.
    """
    with engine.connect() as connection:
        frame = _plan_grids(connection, plan_id)
    _write_grids(frame, path, Form(crs))
    return len(frame)


def _plan_grids(connection: sa.Connection, plan_id: int) -> gpd.GeoDataFrame:
    """Grids that have ground; columns of `PLAN_GRIDS`."""
    community = store.read_plan(connection, plan_id).community_code
    grids = store.read_grids(connection, plan_id)
    there = grids[~grids.geometry.isna() & ~grids.geometry.is_empty].reset_index()
    named = there.rename(columns={"code": "grid_code"})
    return gpd.GeoDataFrame(named.assign(community_code=community))


def _write_grids(frame: gpd.GeoDataFrame, path: Path, form: Form) -> None:
    write_layer(
        frame,
        path,
        layer="grids",
        crs=form.crs,
        encoding=form.encoding,
        headings=form.headings,
        contract=PLAN_GRIDS,
    )


def _write_package(path: Path, place: DividedCommunity) -> None:
    write_package(path, [place])


def bundle_download(seer: Seer, wanted: Extract, settings: Settings, language: Language) -> Read:
    """
    Make one archive of all there is of an area on a day.

    It holds all layers and, of a community with a standing plan, its grid package, wall map
    and register.

    Raises
    ------
    NotFound, InputError
        See `api.services.exporting.extracted`.
    """

    def read(connection: sa.Connection) -> Callable[[], MadeFile]:
        code = str(wanted.area)
        sight = seer.on(connection, wanted.at).published
        place = _place_name(connection, sight, wanted)
        layers = all_layers(connection, sight, wanted, most=MOST_ROWS)
        standing = plan_standing_on(connection, sight, code, wanted.at)
        files: dict[str, str] = {}
        package: DividedCommunity | None = None
        if standing is not None:
            files = _sheets(connection, sight, standing, settings, language)
            try:
                package = packaged_plan(connection, sight, standing)
            except Conflict as reason:
                files["package-missing.txt"] = f"{reason.zh}\n{reason.en}\n"

        def write(path: Path) -> None:
            write_all(layers, path.with_name("layers.gpkg"), "EPSG:4326")
            if package is not None:
                _write_package(path.with_name("package.gpkg"), package)
            _zip(path, files)

        names = (f"{place}-资料包-{wanted.at}", f"bundle-{code}-{wanted.at}")
        return lambda: _made(names, "zip", write)

    return read


def _sheets(
    connection: sa.Connection, sight: Sight, plan_id: int, settings: Settings, language: Language
) -> dict[str, str]:
    given = (connection, sight, plan_id)
    return {
        "wall-map-a3.html": wall_map_file(*given, paper("a3"), language, settings),
        "register-a4.html": register_file(*given, paper("a4"), language, settings),
    }


def _zip(path: Path, texts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(path.parent.glob("*.gpkg")):
            archive.write(part, part.name)
        for name, text in texts.items():
            archive.writestr(name, text)


def _made(names: tuple[str, str], extension: str, write: Callable[[Path], None]) -> MadeFile:
    """Write a file in a folder of its own, open it, and take its name off the disk."""
    name, plain = names
    with TemporaryDirectory(prefix="wangge-download-") as folder:
        # A Shapefile's parts in an archive are called as the archive.
        path = Path(folder) / f"{plain}.{extension}"
        write(path)
        content = cast(BinaryIO, path.open("rb"))
    size = os.fstat(content.fileno()).st_size
    return MadeFile(content, size, f"{name}.{extension}", f"{plain}.{extension}", MEDIA[extension])


def _place_name(connection: sa.Connection, sight: Sight, extract: Extract) -> str:
    if extract.area is None:
        return ""
    return area_name(connection, sight, extract.area, extract.at) or extract.area


def _names(place: str, zh: str, plain: str, wanted: LayerWanted) -> tuple[str, str]:
    """Chinese and plain names: place, layer, day; the CRS where it is not the usual one."""
    extract, crs = wanted.extract, wanted.form.crs
    where = "" if crs in ("EPSG:4326", "wgs84") else crs.replace(":", "")
    kept = "".join(sign for sign in where if sign.isalnum() or sign in "-_")
    parts = [place, zh, extract.kind or "", kept, f"{extract.at}"]
    ascii_parts = [plain, extract.area or "", extract.kind or "", kept, f"{extract.at}"]
    return "-".join(filter(None, parts)), "-".join(filter(None, ascii_parts))


def public_extract(extract: Extract) -> Extract:
    """Leave out what names or counts people."""
    return replace(extract, without=NOT_PUBLIC)
