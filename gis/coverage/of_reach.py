"""From reach to figures, levels and gaps in one call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.circles.presets import KindPreset
from gis.circles.reach import REASONS, Reach
from gis.circles.speeds import speed_words
from gis.coverage.figures import Terms, service_coverage, within
from gis.coverage.gaps import JOIN_M, gaps, neighbourhood_of
from gis.coverage.kinds import households_by_kinds, kinds_reached
from gis.coverage.population import Grouping, population, texts
from gis.metric import STORED


def groupings_of(
    buildings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame | None = None
) -> tuple[Grouping, ...]:
    """
    Group buildings by all that figures are asked for.

    Parameters
    ----------
    buildings
        Canonical layer; ``community_code`` and ``courtyard_id`` where they are known. The street
        office and the county of a 12-digit community are its first 9 and 6 digits.
    grids
        ``grid_code`` and polygons in the CRS of `buildings`; a building is of the grid that holds
        its inner point.

    Returns
    -------
    groupings
        ``grid`` (where there are grids), ``courtyard``, ``community``, ``subdistrict``,
        ``county``.
    """
    community = texts(buildings, "community_code")
    groups = [
        Grouping("courtyard", texts(buildings, "courtyard_id")),
        Grouping("community", community),
        Grouping("subdistrict", _beginning(community, 9)),
        Grouping("county", _beginning(community, 6)),
    ]
    if grids is not None:
        groups.insert(0, Grouping("grid", _holding(buildings, grids, "grid_code")))
    return tuple(groups)


def figures_of(
    found: Reach,
    buildings: gpd.GeoDataFrame,
    groupings: Sequence[Grouping],
    *,
    speeds: Mapping[str, float] | None = None,
    households_kind: str | None = None,
) -> pd.DataFrame:
    """
    Tell the service_coverage of a reach, on foot and in straight lines.

    Parameters
    ----------
    found
        Reach of the buildings, in their order. Its kinds and cutoffs are told.
    buildings
        Counts of each building. Not modified.
    groupings
        Of the buildings, such as `groupings_of` makes.
    speeds
        Names and metres a second; the speed of the reach when not given.
    households_kind
        Which households count (`gis.coverage.population.population`).

    Returns
    -------
    figures
        `gis.coverage.figures.service_coverage`.
    """
    speed = found.settings.speed_mps
    terms = Terms(
        speeds or {speed_words(speed).split()[0]: speed},
        found.settings.cutoffs_s,
        found.settings.gate_policy,
        found.method["walk"],
        found.settings.at or "",
    )
    people = population(buildings, households_kind)
    distances = {"network": found.metres, "straight_line": found.straight_m}
    return service_coverage(people, found.kinds, distances, groupings, terms)  # type: ignore[arg-type]


def levels_of(
    found: Reach,
    buildings: gpd.GeoDataFrame,
    preset: KindPreset,
    groupings: Sequence[Grouping],
    *,
    households_kind: str | None = None,
) -> pd.DataFrame:
    """
    Share out households by how many kinds of each level of a preset they reach on foot.

    Levels are checked separately, each at its own cutoff and the speed of the reach. Kinds of the
    preset that the reach was not asked for are reached by nobody.

    Returns
    -------
    shares
        `gis.coverage.kinds.households_by_kinds` with ``preset``, ``level``, ``cutoff_s``,
        ``speed_m_s``, ``gates``, ``walk`` and ``at``.
    """
    people, settings = population(buildings, households_kind), found.settings
    tables = []
    for level in preset.levels:
        count = kinds_reached(
            found.kinds, found.metres, level.kinds, level.cutoff_s, settings.speed_mps
        )
        tables += [
            households_by_kinds(people, count, len(level.kinds), grouping).assign(
                level=level.name, cutoff_s=level.cutoff_s
            )
            for grouping in groupings
        ]
    return pd.concat(tables, ignore_index=True).assign(
        preset=preset.name,
        speed_m_s=settings.speed_mps,
        gates=settings.gate_policy,
        walk=found.method["walk"],
        at=settings.at or "",
    )


def gaps_of(
    found: Reach,
    buildings: gpd.GeoDataFrame,
    *,
    cutoffs_s: Sequence[int] | None = None,
    speeds_m_s: Sequence[float] | None = None,
    households_kind: str | None = None,
    join_m: float = JOIN_M,
) -> gpd.GeoDataFrame:
    """
    Find the gaps of a reach.

    Parameters
    ----------
    found
        Reach of the buildings, in their order.
    buildings
        Canonical layer in any CRS. Not modified.
    cutoffs_s, speeds_m_s
        For each of these; those of the reach when not given.
    households_kind, join_m
        As for `population` and `gis.coverage.gaps.gaps`.

    Returns
    -------
    gaps
        `gis.coverage.gaps.gaps` in EPSG:4326, with ``gates``, ``walk`` and ``at``; by speed and
        cutoff as given, then by kind and rank.
    """
    settings = found.settings
    cutoffs, speeds = cutoffs_s or settings.cutoffs_s, speeds_m_s or [settings.speed_mps]
    people, ground = population(buildings, households_kind), buildings.to_crs(found.crs)
    missing = ~within(found.metres, min(cutoffs), min(speeds)).all(axis=1)
    near = neighbourhood_of(ground, missing & (people.amount("households") > 0), join_m)
    words = np.array(REASONS, dtype=object)
    tables = [
        gaps(
            *(ground, people, found.kinds, found.metres),
            words[found.at_speed(speed).reasons_at(cutoff)],
            cutoff_s=cutoff,
            speed_m_s=speed,
            near=near,
        )
        for speed in speeds
        for cutoff in cutoffs
    ]
    some = [table for table in tables if len(table)] or tables[:1]
    whole = gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=found.crs).to_crs(STORED)
    return whole.assign(gates=settings.gate_policy, walk=found.method["walk"], at=settings.at or "")


def _beginning(codes: npt.NDArray[np.object_], digits: int) -> npt.NDArray[np.object_]:
    higher = [
        code[:digits].ljust(12, "0") if isinstance(code, str) and len(code) == 12 else None
        for code in codes
    ]
    return np.array(higher, dtype=object)


def _holding(
    buildings: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, key: str
) -> npt.NDArray[np.object_]:
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    tree = shapely.STRtree(polygons.geometry.to_numpy())
    building, polygon = tree.query(points, predicate="intersects")
    holder = np.full(len(buildings), None, dtype=object)
    names = polygons[key].astype(str).to_numpy(object)
    # The first polygon wins where a point lies on a border.
    holder[building[::-1]] = names[polygon[::-1]]
    return holder
