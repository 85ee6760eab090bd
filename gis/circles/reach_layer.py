"""Reach as the layer that files hold: a row per building and kind."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.circles.arrivals import Floats, Metres
from gis.circles.reach import Reach
from gis.circles.walks import REASONS
from gis.metric import STORED, named_crs, transformer


def reach_frame(found: Reach) -> gpd.GeoDataFrame:
    """
    Lay reach out as the layer ``reach``: a row per building and kind.

    Returns
    -------
    frame
        Columns ``building_id``, ``kind``, ``facility_id`` (missing where there is none),
        ``seconds`` and ``metres`` (missing where there is no walk), ``reason`` at the largest
        cutoff, ``straight_m`` (the straight line to the nearest of the kind, maybe another),
        and the building's point in EPSG:4326, empty where it has none; by building, then kind.
    """
    count = len(found.kinds)
    x, y = transformer(found.crs, named_crs(STORED)).transform(found.homes.x, found.homes.y)
    points = np.asarray(shapely.points(np.atleast_1d(x), np.atleast_1d(y)), dtype=object)
    points[~np.isfinite(found.homes.x)] = shapely.Point()
    names = np.append(found.facility_id, np.array([None], dtype=object))
    words = np.array(REASONS, dtype=object)
    columns = {
        "building_id": np.repeat(found.building_id, count),
        "kind": np.tile(np.array(found.kinds, dtype=object), len(found.building_id)),
        "facility_id": names[found.facility].ravel(),
        "seconds": _finite(found.seconds, 1),
        "metres": _finite(found.metres, 2),
        "reason": words[found.reason].ravel(),
        "straight_m": _finite(found.straight_m, 2),
    }
    texts = ("building_id", "kind", "facility_id", "reason")
    frame = pd.DataFrame(columns).astype(dict.fromkeys(texts, "str"))
    return gpd.GeoDataFrame(frame, geometry=np.repeat(points, count), crs=STORED)


def _finite(values: Metres, decimals: int) -> Floats:
    flat = values.astype(np.float64).ravel()
    flat[~np.isfinite(flat)] = np.nan
    return np.asarray(np.round(flat, decimals), dtype=np.float64)
