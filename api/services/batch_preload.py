"""
What workers of this machine share: loaded once, before they are forked off.

Importing the engine and loading what is compiled takes longer than several communities do. A
worker that is forked afterwards begins at once, and so does the one that replaces it.
"""

from __future__ import annotations

import gc

import geopandas as gpd
import numpy as np
import shapely

from api.services import batch_task  # noqa: F401 - what tasks import
from gis.borders import dissolve
from gis.cells import build_ground
from gis.partition.divide import divide
from gis.partition.engine import BATCH
from gis.partition.rules import load_rules

_METRIC = "EPSG:4544"
_SLAB = np.array([30.0, 12.0])


def load_compiled() -> None:
    """Divide a small made-up community, so that all compiled code is loaded."""
    row, column = np.divmod(np.arange(24), 6)
    places = np.column_stack([500_000 + 50 * column, 3_170_000 + 30 * row]).astype(float)
    shapes = shapely.box(*places.T, *(places + _SLAB).T)
    ids = [f"B{n}" for n in range(len(shapes))]
    houses = gpd.GeoDataFrame(
        {"building_id": ids, "households": 30}, geometry=list(shapes), crs=_METRIC
    )
    ground = build_ground(houses)
    dissolve(ground, divide(ground, load_rules("gaoxian-2020"), effort=BATCH).labels)


load_compiled()
# What is loaded stays for good: no worker looks through it for garbage, or copies its pages.
gc.collect()
gc.freeze()
