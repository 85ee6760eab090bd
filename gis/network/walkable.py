"""Which streets are walked: classes as data, and how lines are joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from gis.contracts import STREET_CLASSES
from gis.errors import InputError

Joins = Literal["auto", "nodes", "crossings"]

_ALL = frozenset(STREET_CLASSES)
_ON_FOOT = _ALL - {"cycleway"}


@dataclass(frozen=True, slots=True)
class WalkSettings:
    """
    What counts as walkable, printed with each figure.

    Attributes
    ----------
    name
        Name of the setting in reports.
    classes
        Street classes that are walked.
    private
        Whether ways of private access (driveways, parking aisles) are walked.
    joins
        ``nodes``: lines join wherever they share a vertex, as in OpenStreetMap. ``crossings``:
        drawn lines also join where they cross at one level and where an end lies within 0.5 m
        of another line. ``auto``: nodes when the street ids are OpenStreetMap's.
    """

    name: str = "usual"
    classes: frozenset[str] = _ON_FOOT
    private: bool = True
    joins: Joins = "auto"

    def __post_init__(self) -> None:
        """Refuse classes that no street can have."""
        strange = sorted(self.classes - _ALL)
        if strange or not self.classes:
            what = ", ".join(strange) or "nothing"
            known = ", ".join(sorted(_ALL))
            raise InputError(
                f"Walked classes {what}: take some of {known}.",
                f"可步行道路等级“{what}”无效：可用 {known}。",
            )

    def text(self) -> str:
        """
        One line for reports.

        >>> PRESETS["narrow"].text()
        'narrow: arterial, footpath, lane, steps, street; private ways not walked'
        """
        private = "walked" if self.private else "not walked"
        return f"{self.name}: {', '.join(sorted(self.classes))}; private ways {private}"


PRESETS: Mapping[str, WalkSettings] = MappingProxyType(
    {
        "usual": WalkSettings(),
        "wide": WalkSettings("wide", _ALL),
        "narrow": WalkSettings("narrow", private=False),
    }
)


def walk_settings(name: str) -> WalkSettings:
    """Return the preset of that name; InputError names those there are."""
    if name not in PRESETS:
        raise InputError(
            f"No walking preset {name!r}: take {', '.join(PRESETS)}.",
            f"没有步行预设“{name}”：可用 {'、'.join(PRESETS)}。",
        )
    return PRESETS[name]


def is_walked(streets: gpd.GeoDataFrame, settings: WalkSettings) -> npt.NDArray[np.bool_]:
    """Flag the streets that the settings let people walk; a missing column says nothing."""
    walked = np.ones(len(streets), dtype=bool)
    if "street_class" in streets.columns:
        walked &= streets["street_class"].isin(sorted(settings.classes)).to_numpy()
    if not settings.private and "access" in streets.columns:
        walked &= (streets["access"] != "private").to_numpy()
    return walked


def joins_of(streets: gpd.GeoDataFrame, settings: WalkSettings) -> Literal["nodes", "crossings"]:
    """Tell how the lines are joined, by the spelling of the first key where that is automatic."""
    if settings.joins != "auto":
        return settings.joins
    if not len(streets) or "street_id" not in streets.columns:
        return "crossings"
    return "nodes" if str(streets["street_id"].iloc[0]).startswith("way/") else "crossings"
