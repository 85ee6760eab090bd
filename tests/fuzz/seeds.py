"""Good files of every format, the stock from which damaged ones are bred."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.io.write import write_layer

SUFFIXES = (".geojson", ".gpkg", ".zip", ".fgb", ".parquet", ".csv", ".xlsx")
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def seed_buildings(count: int = 40) -> gpd.GeoDataFrame:
    """Houses on a lattice, canonical, with Chinese names."""
    number = np.arange(count)
    lon, lat = 120.1 + (number % 8) * 0.0005, 30.25 + (number // 8) * 0.0003
    columns = pd.DataFrame(
        {
            "building_id": pd.Series([f"B{i:03d}" for i in number], dtype="str"),
            "name": pd.Series([f"翠苑{i + 1}幢" for i in number], dtype="str"),
            "courtyard_id": pd.Series(["翠苑一区"] * count, dtype="str"),
            "households": 24 + number % 12,
            "floors": pd.Series(6 + number % 3, dtype="Int64"),
        }
    )
    boxes = [shapely.box(x, y, x + 0.0003, y + 0.0001) for x, y in zip(lon, lat, strict=True)]
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=4326)


def write_seeds(folder: Path) -> dict[str, bytes]:
    """Write one good file per format into `folder`; the bytes by suffix."""
    frame = seed_buildings()
    seeds = {}
    for suffix in (*SUFFIXES, ".shp"):
        path = write_layer(frame, folder / f"seed{suffix}", layer="buildings", encoding="GB18030")
        seeds[suffix] = path.read_bytes()
    for part in SHAPEFILE_PARTS:
        seeds[part] = (folder / f"seed{part}").read_bytes()
    return seeds
