"""Who is open when, and what is said of hours that cannot be used."""

from __future__ import annotations

import pandas as pd
import pytest

from gis.circles.opening import ORDINARY_WEEK, moment_of, opening, opening_remarks
from gis.errors import InputError

_HOURS = {
    "day": "Mo-Fr 09:00-17:30",
    "evening": "Mo-Su 08:00-21:00",
    "always": "24/7",
    "night": "Fr-Sa 20:00-04:00",
    "one_digit": "8:00-20:30",
    "chinese": "每天 8:00-21:00",
    "nothing": None,
    "perhaps": "Mo-Su 08:00-21:00 unknown",
    "holidays": "Mo-Su 08:00-21:00; PH off",
}


def _open_at(at: str) -> set[str]:
    found = opening(pd.Series(list(_HOURS.values())), list(_HOURS), moment_of(at))
    return {name for name, is_open in zip(_HOURS, found.open, strict=True) if is_open}


def test_an_office_is_shut_on_saturday_evening_and_a_shop_is_not() -> None:
    there = _open_at("Sa 20:00")
    assert {"evening", "always", "night", "one_digit", "holidays"} <= there
    assert "day" not in there


def test_hours_past_midnight_belong_to_the_evening_before() -> None:
    assert "night" in _open_at("Su 03:59")
    assert "night" not in _open_at("Su 04:00")
    assert "night" not in _open_at("Fr 03:00")


def test_closing_time_is_closed_and_opening_time_is_open() -> None:
    assert "day" in _open_at("Mo 09:00")
    assert "day" not in _open_at("Mo 17:30")


def test_unknown_hours_count_as_open_and_are_named() -> None:
    found = opening(pd.Series(list(_HOURS.values())), list(_HOURS), moment_of("We 03:00"))
    there = {name for name, is_open in zip(_HOURS, found.open, strict=True) if is_open}
    assert there == {"always", "chinese", "nothing"}
    assert found.unreadable == {"每天 8:00-21:00": ("chinese",)}
    assert found.unstated == ("nothing",)
    codes = {r.code: r for r in opening_remarks(found)}
    assert set(codes) == {"opening_hours", "no_opening_hours"}
    assert "chinese" in codes["opening_hours"].en
    assert "chinese" in codes["opening_hours"].zh


def test_a_place_that_may_be_open_counts_as_open_and_is_named() -> None:
    found = opening(pd.Series(list(_HOURS.values())), list(_HOURS), moment_of("We 12:00"))
    assert found.vague == ("perhaps",)
    assert found.open.all() == ("night" in _open_at("We 12:00"))


def test_a_weekday_means_the_same_moment_on_every_day_of_the_year() -> None:
    assert ORDINARY_WEEK.weekday() == 0
    assert moment_of("sa 20:00") == moment_of("Sat 20:00") == moment_of("周六 20:00")
    assert moment_of("星期天 8:05").weekday() == 6
    assert moment_of("2026-07-18 20:00").isoformat() == "2026-07-18T20:00:00"


@pytest.mark.parametrize(
    "at", ["", "20:00", "Sa", "Xx 20:00", "Sa 25:00", "Sa 20:61", "周九 20:00"]
)
def test_what_is_no_moment_is_refused_with_an_example(at: str) -> None:
    with pytest.raises(InputError) as caught:
        moment_of(at)
    assert "Sa 20:00" in caught.value.en
    assert "周六 20:00" in caught.value.zh
