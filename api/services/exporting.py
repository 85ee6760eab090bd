"""Exporting a stored layer to a file."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from api.services.importing import writing
from gis.contracts import LayerName
from gis.io.write import Headings, write_layer
from gis.store.layers import read_layer


def export_layer(
    engine: sa.Engine,
    layer: LayerName,
    path: Path,
    *,
    community: str | None = None,
    crs: str = "EPSG:4326",
    encoding: str = "UTF-8",
    headings: Headings = "canonical",
) -> int:
    """Write what holds today of a layer (`gis.io.write.write_layer`); return its rows."""
    with writing(engine) as connection:
        frame = read_layer(connection, layer, community=community)
    write_layer(frame, path, layer=layer, crs=crs, encoding=encoding, headings=headings)
    return len(frame)
