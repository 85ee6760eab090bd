"""Estimated households: what they rest on, and what marks them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError
from gis.estimate import USES, EstimateSettings, estimated_households, footprint_m2

NAN = float("nan")


def _building(
    use: str, area: float, floors: float = NAN, dwellings: float = NAN, *, on_land: bool = True
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "use": [use],
            "footprint_m2": [area],
            "floors": [floors],
            "dwellings": [dwellings],
            "on_residential_land": [on_land],
        }
    )


@pytest.mark.parametrize(
    ("building", "households", "why"),
    [
        (_building("homes", 720, 6), 48, "a slab of four stairwells"),
        (_building("homes", 540, 33), 198, "a tower"),
        (_building("homes", 720), 48, "six floors where nobody wrote them down"),
        (_building("homes", 150), 1, "a small house of unknown height"),
        (_building("homes", 150, 6), 10, "a small block of known height"),
        (_building("homes", 60, 1), 1, "homes hold one household at least"),
        (_building("homes", 12, 1), 0, "a shed"),
        (_building("one_family", 900, 3), 1, "a villa, however large"),
        (_building("unknown", 720, 6), 48, "nameless, on residential land"),
        (_building("unknown", 720, 6, on_land=False), 0, "nameless, on other land"),
        (_building("other", 9000, 5), 0, "a school"),
    ],
)
def test_households_follow_the_floor_area(
    building: pd.DataFrame, households: int, why: str
) -> None:
    estimate = estimated_households(building)
    assert estimate["households"].tolist() == [households], why
    assert estimate["households_estimated"].tolist() == [True]


def test_a_count_that_somebody_wrote_down_is_no_estimate() -> None:
    estimate = estimated_households(_building("other", 720, 6, 36))
    assert estimate.iloc[0].tolist() == [36, False]


@given(
    use=st.sampled_from(USES),
    area=st.floats(0, 50_000),
    floors=st.one_of(st.just(NAN), st.integers(1, 200).map(float)),
    on_land=st.booleans(),
)
def test_more_room_for_each_household_never_means_more_households(
    use: str, area: float, floors: float, on_land: bool
) -> None:
    building = _building(use, area, floors, on_land=on_land)
    counts = [
        estimated_households(building, EstimateSettings(m2_per_household=m2))["households"].item()
        for m2 in (60, 90, 120)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] >= 0


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in ({"m2_per_household": 0.0}, {"m2_per_household": NAN}, {"default_floors": 0}):
        with pytest.raises(InputError):
            EstimateSettings(**wrong)


@given(
    lon=st.floats(-179, 178),
    lat=st.floats(-75, 75),
    width=st.floats(0.0001, 0.005),
    height=st.floats(0.0001, 0.005),
)
def test_a_footprint_is_as_large_as_on_the_ellipsoid(
    lon: float, lat: float, width: float, height: float
) -> None:
    shape = shapely.box(lon, lat, lon + width, lat + height)
    true_m2, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)
    ours = footprint_m2(np.array([shape], dtype=object))
    assert ours[0] == pytest.approx(abs(true_m2), rel=2e-4)


def test_nothing_has_no_footprint() -> None:
    assert footprint_m2(np.array([None, shapely.Polygon()], dtype=object)).tolist() == [0, 0]
