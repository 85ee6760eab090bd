"""The layer of circles, and which of them need not be drawn again."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.circles.digest import circle_digests, ground_of
from gis.circles.kinds import facility_functions
from gis.circles.layer import CircleKey, CircleLayer, CircleSettings, circle_layer
from tests.gis.circles.ground import Town, bars, town
from tests.gis.network.drawn import CRS, Line, Spot, at

HIGH_STREET: list[Line] = [
    [(0, 0), (600, 0), (2000, 0)],
    [(2000, 0), (3400, 0), (4000, 0)],
    [(2000, 0), (2000, 400)],
]
FAR_STREET: list[Line] = [[(9000, 0), (9400, 0)]]
PLACES: list[Spot] = [(100, 10), (3900, 10), (500, 5000)]
TWO_WALKS = CircleSettings(cutoffs_s=[300, 600], speeds_m_s=[1.2], text="gates open")


def _facilities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "facility_id": ["f1", "f2", "f3"],
            "kind": ["canteen", "canteen", "medical"],
            "functions": ["pharmacy", None, None],
        },
        geometry=[shapely.Point(at(*spot)) for spot in PLACES],
        crs=CRS,
    )


def _drawn(
    place: Town, standing: dict[CircleKey, str] | None = None, wanted: CircleSettings = TWO_WALKS
) -> CircleLayer:
    facilities = _facilities()
    functions = facility_functions(facilities)
    return circle_layer(
        place.raster,
        place.graph,
        place.snaps(*PLACES),
        list(facilities["facility_id"]),
        functions,
        wanted,
        standing=standing,
    )


def _standing(layer: CircleLayer) -> dict[CircleKey, str]:
    drawn = layer.drawn
    facility = [None if pd.isna(one) else str(one) for one in drawn["facility_id"]]
    keys = zip(
        drawn["kind"].tolist(),
        facility,
        drawn["cutoff_s"].tolist(),
        drawn["speed_m_s"].tolist(),
        strict=True,
    )
    return dict(zip(keys, drawn["digest"].tolist(), strict=True))


def test_each_facility_has_a_row_per_kind_and_cutoff_and_each_kind_one_for_all() -> None:
    drawn = _drawn(town(HIGH_STREET)).drawn
    assert str(drawn.crs) == "EPSG:4326"
    counts = drawn.fillna({"facility_id": "all"}).groupby(["kind", "facility_id"]).size()
    assert counts.to_dict() == {
        ("canteen", "f1"): 2,
        ("canteen", "f2"): 2,
        ("canteen", "all"): 2,
        ("pharmacy", "f1"): 2,
        ("pharmacy", "all"): 2,
        ("medical", "f3"): 2,
        ("medical", "all"): 2,
    }
    # 5000 m off: told, with no shape, and the others are there
    lost = drawn[drawn["kind"] == "medical"]
    assert set(lost["status"]) == {"outside"}
    assert lost.geometry.isna().all()
    assert lost["message_zh"].str.len().min() > 0
    rest = drawn[drawn["kind"] != "medical"]
    assert set(rest["status"]) == {"ok"}
    assert rest.geometry.is_valid.all()


def test_the_circle_of_a_kind_holds_those_of_its_facilities() -> None:
    drawn = _drawn(town(HIGH_STREET)).drawn
    canteens = drawn[(drawn["kind"] == "canteen") & (drawn["cutoff_s"] == 300)].to_crs(CRS)
    whole = canteens[canteens["facility_id"].isna()].geometry.union_all()
    parts = canteens[canteens["facility_id"].notna()].geometry.union_all()
    assert whole.symmetric_difference(parts).area < 0.02 * parts.area


def test_a_second_run_draws_nothing() -> None:
    first = _drawn(town(HIGH_STREET))
    again = _drawn(town(HIGH_STREET), _standing(first))
    assert again.drawn.empty
    assert set(again.kept) == set(_standing(first))
    assert str(again.drawn.crs) == "EPSG:4326"


@pytest.mark.parametrize(
    ("lines", "barriers", "redrawn"),
    [
        # the street by f1 bends: f1, and the kinds it is one of
        (
            [[(0, 0), (50, 5), (600, 0), (2000, 0)], *HIGH_STREET[1:]],
            None,
            {"f1", "canteen", "pharmacy"},
        ),
        # a street is closed by f2
        ([HIGH_STREET[0], [(2000, 0), (3400, 0)], HIGH_STREET[2]], None, {"f2", "canteen"}),
        # a wall goes up by f2
        (HIGH_STREET, [(3850, 20), (3950, 20)], {"f2", "canteen"}),
        # something happens far from everybody
        ([*HIGH_STREET, [(9000, 0), (9000, 300)]], None, set()),
    ],
)
def test_only_circles_whose_ground_changed_are_drawn_again(
    lines: list[Line], barriers: Line | None, redrawn: set[str]
) -> None:
    before = _drawn(town(HIGH_STREET + FAR_STREET))
    wall = None if barriers is None else bars("wall", barriers)
    after = _drawn(town(lines + FAR_STREET, wall), _standing(before))
    names = after.drawn["facility_id"].fillna(after.drawn["kind"])
    assert set(names) - {"f3", "medical"} == redrawn
    kept = {facility or kind for kind, facility, *_ in after.kept}
    assert kept | set(names) == {"f1", "f2", "f3", "canteen", "pharmacy", "medical"}


def test_other_settings_are_other_circles() -> None:
    first = _drawn(town(HIGH_STREET))
    residents = CircleSettings([300, 600], [1.2], "gates residents")
    assert _drawn(town(HIGH_STREET), _standing(first), residents).kept == ()
    assert (
        _drawn(town(HIGH_STREET), _standing(first), CircleSettings([300], [0.8], "gates open")).kept
        == ()
    )


def test_only_kinds_asked_for_are_drawn() -> None:
    wanted = CircleSettings([300], [1.2, 0.8], "gates open", kinds=["pharmacy", "cafe"])
    drawn = _drawn(town(HIGH_STREET), wanted=wanted).drawn
    assert list(drawn["kind"].unique()) == ["pharmacy"]
    assert len(drawn) == 4
    slow, fast = (
        drawn[drawn["speed_m_s"] == speed].to_crs(CRS).geometry.area.sum() for speed in (0.8, 1.2)
    )
    assert slow < fast


def test_order_and_direction_of_streets_do_not_matter() -> None:
    turned = [line[::-1] for line in HIGH_STREET[::-1]]
    digests = []
    for lines in (HIGH_STREET, turned):
        place = town(lines)
        ground = ground_of(place.raster.snapper)
        digests.append(circle_digests(ground, place.snaps(*PLACES), 720.0, "x"))
    assert digests[0] == digests[1]
    assert len(set(digests[0])) == len(PLACES)


def test_a_place_that_moved_has_another_digest() -> None:
    place = town(HIGH_STREET)
    ground = ground_of(place.raster.snapper)
    old, new = circle_digests(ground, place.snaps((100, 10), (100, 11)), 720.0, "x")
    assert old != new
    nowhere = place.snaps((np.nan, 0.0))
    assert len(circle_digests(ground, nowhere, 720.0, "x")[0]) == 64
