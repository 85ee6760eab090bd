"""What an import found: one fault per row and field, with its remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd

from gis.contracts import LayerName

Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One finding about one row.

    ``error`` keeps the row out of the store until mended; ``note`` reports what was read
    differently from how it was written (repaired geometry, full-width digits, an estimate).
    ``row`` counts data rows from 1; 0 speaks of the whole file.
    """

    file: str
    row: int
    field: str
    code: str
    severity: Severity
    en: str
    zh: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class LayerRead:
    """
    One layer as read and checked.

    ``frame`` holds the good rows, canonical (see `gis.contracts`), in EPSG:4326, with the
    column ``row_no``; ``waiting`` the rows with at least one error, as text, same column.
    ``waiting_keys`` are the keys of the latter, in order; empty text where a row has none.
    """

    layer: LayerName
    file: str
    frame: gpd.GeoDataFrame
    waiting: gpd.GeoDataFrame
    faults: tuple[Fault, ...] = field(default=())
    waiting_keys: tuple[str, ...] = field(default=())
