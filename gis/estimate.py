"""Households of a building nobody has counted, estimated from its footprint and floors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.errors import InputError

USES: Final = ("one_family", "homes", "unknown", "other")
"""
What a building is for: ``one_family`` (house, villa), ``homes`` (flats, terraces), ``unknown``
(no more said than that it stands), ``other`` (all else; dormitories too, whose people form no
households).
"""

# WGS 84 ellipsoid: semi-major axis (m), first eccentricity squared.
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_2 = 0.00669437999014


@dataclass(frozen=True, slots=True)
class EstimateSettings:
    """
    What an estimate rests on.

    ``m2_per_household`` gross floor area of one dwelling with its share of walls and stairs;
    ``default_floors`` of a building of homes whose floors nobody wrote down; a building of
    homes without floors and smaller than ``house_m2`` is taken for one house; one under
    ``shed_m2`` for a shed, which houses nobody.
    """

    m2_per_household: float = 90.0
    default_floors: int = 6
    house_m2: float = 200.0
    shed_m2: float = 25.0

    def __post_init__(self) -> None:
        """Refuse settings that divide by nothing or build no floor."""
        if not (1 <= self.m2_per_household <= 10_000 and 1 <= self.default_floors <= 200):
            raise InputError(
                "An estimate needs 1 to 10,000 m2 per household and 1 to 200 default floors.",
                "估算户数需要每户 1 至 10000 平方米、默认 1 至 200 层。",
            )


def footprint_m2(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """
    Area of small polygons in EPSG:4326, in square metres.

    The area in degrees times the lengths of a degree of longitude and latitude at its middle
    latitude on the WGS 84 ellipsoid: within 0.02 % of the geodesic area for anything under
    500 m across, wherever it stands, so that an extract may span many zones. Missing and empty
    ones have 0.
    """
    south, north = shapely.bounds(geometry)[:, 1], shapely.bounds(geometry)[:, 3]
    phi = np.radians(np.nan_to_num((south + north) / 2))
    squeeze = 1 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    degree_north_m = np.radians(1) * _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / squeeze**1.5
    degree_east_m = np.radians(1) * _SEMI_MAJOR_M * np.cos(phi) / np.sqrt(squeeze)
    area: npt.NDArray[np.float64] = np.nan_to_num(shapely.area(geometry))
    square_m: npt.NDArray[np.float64] = area * degree_north_m * degree_east_m
    return square_m


def estimated_households(
    buildings: pd.DataFrame, settings: EstimateSettings | None = None
) -> pd.DataFrame:
    """
    Households of each building.

    ``round(footprint_m2 * floors / m2_per_household)``, at least 1, for ``homes`` and, on
    residential land, ``unknown``; 1 for ``one_family`` and for homes without floors under
    ``house_m2``; 0 for all else. A count of dwellings, where somebody wrote one down, is taken
    as it is and is no estimate. A zero by use is an estimate too: nobody went and looked.

    Parameters
    ----------
    buildings
        Columns ``use`` (of `USES`), ``footprint_m2``, ``floors`` and ``dwellings`` (NaN where
        unknown), ``on_residential_land`` (bool). Not modified.
    settings
        Defaults of `EstimateSettings` when None.

    Returns
    -------
    households
        Same index; ``households`` (int64, 0 or more), ``households_estimated`` (bool).

    Examples
    --------
    >>> slab = {"use": ["homes"], "footprint_m2": [720.0], "floors": [6.0],
    ...         "dwellings": [np.nan], "on_residential_land": [True]}
    >>> estimated_households(pd.DataFrame(slab))
       households  households_estimated
    0          48                  True
    """
    chosen = settings or EstimateSettings()
    area = buildings["footprint_m2"].to_numpy(dtype=np.float64)
    floors = buildings["floors"].to_numpy(dtype=np.float64)
    dwellings = buildings["dwellings"].to_numpy(dtype=np.float64)
    use = buildings["use"].to_numpy(dtype=object)
    on_land = buildings["on_residential_land"].to_numpy(dtype=bool)
    lived_in = (use == "homes") | ((use == "unknown") & on_land)
    lived_in &= area >= chosen.shed_m2
    house = np.isnan(floors) & (area < chosen.house_m2)
    floor_area_m2 = area * np.where(np.isnan(floors), chosen.default_floors, floors)
    flats = np.maximum(np.round(floor_area_m2 / chosen.m2_per_household), 1)
    counted = np.where(lived_in, np.where(house, 1, flats), 0)
    counted = np.where(use == "one_family", 1, counted)
    known = ~np.isnan(dwellings)
    households = np.where(known, dwellings, counted).astype(np.int64)
    return pd.DataFrame(
        {"households": households, "households_estimated": ~known}, index=buildings.index
    )
