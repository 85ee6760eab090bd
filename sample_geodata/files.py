"""The files of the sample: GeoPackage, GBK Shapefiles in GCJ-02, workbooks."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl import Workbook
from openpyxl.styles import Font

from gis.contracts import LAYERS, LayerName
from gis.crs import from_wgs84
from sample_geodata.frames import Layers

_CLOCK = "2026-01-01T00:00:00Z"
# Written out, as openpyxl puts the hour into it and spells it by whether lxml is installed.
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties"><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">openpyxl'
    "</dc:creator>"
    + "".join(
        f'<dcterms:{what} xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="dcterms:W3CDTF">'
        f"{_CLOCK}</dcterms:{what}>"
        for what in ("created", "modified")
    )
    + "</cp:coreProperties>"
)
_ZIP_CLOCK = (2026, 1, 1, 0, 0, 0)

VALUES: dict[str, dict[object, str]] = {
    "areas.level": {"county": "区县", "subdistrict": "街道", "community": "社区"},
    "households_kind": {"registered": "户籍户", "resident": "常住户", "dwellings": "套数"},
    "street_class": {
        "arterial": "主干道",
        "street": "支路",
        "lane": "巷",
        "cycleway": "自行车道",
        "footpath": "步道",
        "steps": "台阶",
    },
    "access": {"public": "公共", "private": "内部"},
    "barriers.kind": {"river": "河流", "railway": "铁路", "arterial": "主干道", "wall": "围墙"},
    "courtyards.kind": {
        "old": "老旧小区",
        "new": "商品房",
        "resettlement": "安置房",
        "commercial": "商业",
        "other": "其他",
    },
    "grids.kind": {"base": "基础网格", "special": "专属网格", "micro": "微网格"},
    "facilities.kind": {
        "service_centre": "党群服务中心",
        "medical": "医疗",
        "rest_station": "驿站",
        "canteen": "食堂",
        "repair": "维修",
        "cafe": "咖啡",
        "culture": "文化空间",
        "school": "学校",
        "kindergarten": "幼儿园",
        "elder_care": "养老",
        "market": "菜市场",
        "pharmacy": "药店",
        "park": "公园",
        "toilet": "公厕",
        "other": "其他",
    },
}
"""How a Chinese office writes the choices, by column or by layer and column."""


def write_geopackage(layers: Layers, path: Path) -> None:
    """Write all layers into one GeoPackage, tables without geometry included."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CLOCK})
    try:
        for layer, frame in layers.items():
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_shapefiles(layers: Layers, path: Path) -> None:
    """
    Write every spatial layer as a zipped Shapefile the way an office passes it on.

    Coordinates in GCJ-02, text in GBK with no code page said, Chinese headings and choices,
    no projection file.
    """
    with tempfile.TemporaryDirectory() as folder:
        for layer, frame in layers.items():
            if LAYERS[layer].geometry != "none":
                _write_shapefile(layer, frame, Path(folder))
        parts = [p for p in sorted(Path(folder).iterdir()) if p.suffix in (".shp", ".shx", ".dbf")]
        _write_zip({p.name: p.read_bytes() for p in parts}, path)


def write_workbook(frame: pd.DataFrame, sheet_name: str, path: Path) -> None:
    """Write one sheet with a bold heading row; the same frame gives the same bytes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has a sheet
    sheet.title = sheet_name
    sheet.append(list(frame.columns))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
        sheet.append(list(row))
    sheet.freeze_panes = "A2"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    parts["docProps/core.xml"] = _CORE.encode()
    _write_zip(parts, path)


def headings(layer: LayerName) -> dict[str, str]:
    """Chinese headings of a layer's columns, each at most ten bytes in GBK."""
    return {f.name: f.zh for f in LAYERS[layer].fields}


def _write_shapefile(layer: LayerName, frame: gpd.GeoDataFrame, folder: Path) -> None:
    shifted = from_wgs84(frame, "gcj02")
    shown = as_office_writes(layer, pd.DataFrame(shifted.drop(columns="geometry")))
    # the CRS said here is only for the driver's peace: its .prj is not packed
    chinese = gpd.GeoDataFrame(shown, geometry=shifted.geometry.to_numpy(), crs="EPSG:4326")
    pyogrio.write_dataframe(
        chinese, folder / f"{LAYERS[layer].zh}.shp", driver="ESRI Shapefile", encoding="GBK"
    )


def as_office_writes(layer: LayerName, table: pd.DataFrame) -> pd.DataFrame:
    """Chinese headings, choices in Chinese, 是 and 否 for flags."""
    shown = table.copy()
    for field in LAYERS[layer].fields:
        column = shown[field.name]
        if field.kind == "flag":
            shown[field.name] = column.map({True: "是", False: "否"})
        elif field.kind == "choice":
            words = VALUES.get(field.name) or VALUES[f"{layer}.{field.name}"]
            shown[field.name] = column.map(words)
    return shown.rename(columns=headings(layer))


def _write_zip(parts: dict[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_CLOCK)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
