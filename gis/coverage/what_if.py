"""What a scenario would change: reach walked again, and figures beside those of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis.circles.reach import Reach, ReachSettings, reach
from gis.contracts import LayerName
from gis.coverage.compare import compare_figures
from gis.coverage.of_reach import figures_of
from gis.coverage.population import Grouping
from gis.coverage.scenario import Scenario, apply_scenario
from gis.network.build import network_of
from gis.network.snapping import Snapper, snapper
from gis.network.walkable import WalkSettings

Layers = Mapping[LayerName, gpd.GeoDataFrame]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Reach today and under the scenario, and the figures of both side by side."""

    before: Reach
    after: Reach
    changes: pd.DataFrame


def what_if(
    layers: Layers,
    scenario: Scenario,
    kinds: Sequence[str],
    groupings: Sequence[Grouping],
    *,
    settings: ReachSettings | None = None,
    walk: WalkSettings | None = None,
    speeds: Mapping[str, float] | None = None,
    households_kind: str | None = None,
) -> WhatIf:
    """
    Walk before and after the changes of a scenario, under the same settings.

    Parameters
    ----------
    layers
        Canonical streets, buildings and facilities; courtyards, gates and barriers where there
        are some. Not modified.
    scenario
        What changes.
    kinds, groupings
        What figures are told of; groupings of the buildings, in their order.
    settings, walk, speeds, households_kind
        As for `gis.circles.reach.reach`, `gis.network.build.network_of` and
        `gis.coverage.of_reach.figures_of`.

    Returns
    -------
    what_if
        ``changes`` is `gis.coverage.compare.compare_figures`.

    Raises
    ------
    InvalidScenario
        The scenario does not fit the layers.

    Notes
    -----
    The network is made a second time only where gates change.
    """
    gates = layers.get("gates", gpd.GeoDataFrame({"gate_id": []}, geometry=[], crs="EPSG:4326"))
    facilities, other_gates = apply_scenario(scenario, layers["facilities"], gates)
    streets = _streets(layers, gates, walk)
    found = [_walked(layers, layers["facilities"], kinds, settings, streets)]
    if scenario.touches_gates:
        streets = _streets(layers, other_gates, walk)
    found.append(_walked(layers, facilities, kinds, settings, streets))
    tables = [
        figures_of(
            one, layers["buildings"], groupings, speeds=speeds, households_kind=households_kind
        )
        for one in found
    ]
    return WhatIf(found[0], found[1], compare_figures(*tables))


def _streets(layers: Layers, gates: gpd.GeoDataFrame, walk: WalkSettings | None) -> Snapper:
    barriers = layers.get("barriers")
    network = network_of(
        layers["streets"],
        layers.get("courtyards"),
        gates if len(gates) else None,
        barriers,
        settings=walk,
    )
    return snapper(network, barriers)


def _walked(
    layers: Layers,
    facilities: gpd.GeoDataFrame,
    kinds: Sequence[str],
    settings: ReachSettings | None,
    streets: Snapper,
) -> Reach:
    return reach(
        streets.network,
        layers["buildings"],
        facilities,
        kinds,
        settings=settings,
        snapping=streets,
    )
