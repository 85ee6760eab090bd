"""What the engine sees of a ground: units with places, and the pairs that touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.borders import contiguity
from gis.cells import Ground
from gis.partition.graph import Floats, Ints
from gis.partition.rules import RuleSet

# A border along a soft barrier is a good place for a grid's edge: it holds two grids together
# only this much of what an open border does.
_ALONG_SOFT = 0.35
_INSIDE_COURTYARD = 3.0


@dataclass(frozen=True, slots=True)
class Terrain:
    """
    Units of one ground as arrays.

    ``x, y`` are cell centres and ``area_m2`` cell areas in the metric CRS; ``i, j`` the touching
    pairs, ``open_m`` the length of their open border in metres, and ``hold`` how strongly a pair
    wants to stay together: that length, less along soft barriers. ``rim_m`` is the outline of
    each cell.
    """

    x: Floats
    y: Floats
    area_m2: Floats
    i: Ints
    j: Ints
    hold: Floats
    open_m: Floats
    rim_m: Floats


def terrain(ground: Ground, rules: RuleSet) -> Terrain:
    """Read off a ground (in its metric CRS) what the engine needs."""
    touching = contiguity(ground, set(rules.hard_barriers))
    centre = ground.units.geometry.centroid
    soft = np.isin(touching.runs_along.astype(str), rules.soft_barriers)
    factor = _ALONG_SOFT ** rules.goal("barriers")
    return Terrain(
        np.asarray(centre.x, np.float64),
        np.asarray(centre.y, np.float64),
        np.asarray(ground.units.geometry.area, np.float64),
        touching.i.astype(np.int64),
        touching.j.astype(np.int64),
        # A passage alone joins by a door, not by a border: as good as one metre.
        np.where(soft, factor, 1.0) * np.maximum(touching.length_m, 1.0),
        np.asarray(touching.length_m, np.float64),
        np.asarray(ground.units.geometry.length, np.float64),
    )


def held_courtyards(hold: Floats, courtyard: Ints, i: Ints, j: Ints, rules: RuleSet) -> Floats:
    """Hold with the borders inside one courtyard strengthened, so that cuts go around it."""
    inside = (courtyard[i] == courtyard[j]) & (courtyard[i] >= 0)
    return np.where(inside, hold * _INSIDE_COURTYARD ** rules.goal("courtyards"), hold)


def courtyard_numbers(units: pd.DataFrame) -> Ints:
    """Courtyards as numbers from 0, -1 for units of none."""
    return pd.factorize(units["courtyard_id"], use_na_sentinel=True)[0].astype(np.int64)
