"""Reading an OpenStreetMap extract into layers of Wangge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis.contracts import LAYERS, LayerName
from gis.estimate import EstimateSettings
from gis.io import osm_tags as meaning
from gis.io.osm_layers import OSM_LAYERS, TaggedShapes, layer_frames
from gis.io.osm_source import Feature, features
from gis.io.table import unreadable

__all__ = ["OSM_LAYERS", "read_osm"]


@dataclass(slots=True)
class _Pile:
    """Features of one layer while they stream in."""

    ids: list[str] = field(default_factory=list)
    wkb: list[bytes] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)

    def add(self, feature: Feature) -> None:
        self.ids.append(feature.osm_id)
        self.wkb.append(bytes.fromhex(feature.wkb))
        self.tags.append(feature.tags)


def read_osm(
    path: str | Path,
    *,
    within: BaseGeometry | None = None,
    estimate: EstimateSettings | None = None,
    need: Iterable[LayerName] = (),
) -> dict[LayerName, gpd.GeoDataFrame]:
    """
    Read streets, barriers, gates, courtyards, buildings and facilities.

    - ``streets``: ways one may walk; motorways, ``foot=no`` and ``access=no`` are none. Where a
      node lets nobody pass (``foot=no``, a wall across the way) the way has a gap of 2 m.
    - ``barriers``: centre lines of rivers and canals, railways, large roads (also when they
      are streets), walls and fences. Tunnels, culverts and railways on bridges bar nobody.
      Of lakes, wide rivers and railway yards the outline: pieces that touch are one, named
      after the largest, and the centre line inside is left out.
    - ``gates``: nodes of ``barrier=gate`` and its kin, with the courtyard whose outline runs
      within 30 m. Bollards are none.
    - ``courtyards``: residential land up to 0.5 km2 with a name or a wall of its own. Of two
      that overlap the smaller one stays.
    - ``buildings``: with households estimated by `gis.estimate`, kind ``dwellings``.
    - ``facilities``: nodes, and a point of areas, by the table in `gis.io.osm_tags`: an inner
      one, or where a street enters grounds of more than 2,500 m2.

    Parameters
    ----------
    path
        ``*.osm``, ``*.osm.gz``, ``*.osm.bz2`` or ``*.osm.pbf``.
    within
        A polygon in EPSG:4326: buildings, courtyards and facilities whose inner point lies in
        it are kept, and gates within 30 m; streets and barriers that touch it, uncut.
    estimate
        Defaults of `EstimateSettings` when None.
    need
        Layers without which the extract is of no use to the caller.

    Returns
    -------
    layers
        One frame per name of `OSM_LAYERS`, canonical (`gis.contracts`), EPSG:4326, index
        0..n-1, possibly empty. Keys are ``node/1``, ``way/2``, ``relation/3``.

    Raises
    ------
    UnreadableFile
        As `gis.io.osm_source.features`; or nothing of use in the file, or a needed layer empty.
    """
    piles: dict[str, _Pile] = defaultdict(_Pile)
    for feature in features(path):
        _sort(feature, piles)
    layers = layer_frames({name: _arrays(pile) for name, pile in piles.items()}, within, estimate)
    _refuse_empty(Path(path).name, layers, tuple(need), within)
    return layers


def _sort(feature: Feature, piles: dict[str, _Pile]) -> None:
    """Put one feature on every pile it belongs to."""
    tags = feature.tags
    if feature.shape == "line":
        if meaning.street_class(tags):
            piles["streets"].add(feature)
        if meaning.barrier_kind(tags):
            piles["barriers"].add(feature)
        return
    if feature.shape == "point":
        if meaning.is_gate(tags):
            piles["gates"].add(feature)
        if meaning.bars_people(tags):
            piles["stops"].add(feature)
    if meaning.facility_kind(tags):
        piles["facilities"].add(feature)
    if feature.shape == "area":
        if meaning.building_use(tags):
            piles["buildings"].add(feature)
        if meaning.is_residential_land(tags):
            piles["land"].add(feature)
        if meaning.barrier_area_kind(tags):
            piles["barrier_areas"].add(feature)


def _arrays(pile: _Pile) -> TaggedShapes:
    geometry = np.asarray(shapely.from_wkb(np.array(pile.wkb, dtype=object)), dtype=object)
    single = shapely.get_num_geometries(geometry) == 1
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    # The same id twice is the same thing twice: extracts pasted together.
    first = ~pd.Series(pile.ids, dtype="str").duplicated().to_numpy()
    sound = first & ~shapely.is_empty(geometry)
    return TaggedShapes(pile.ids, geometry, pile.tags).only(sound)


def _refuse_empty(
    file: str,
    layers: Mapping[LayerName, gpd.GeoDataFrame],
    need: tuple[LayerName, ...],
    within: BaseGeometry | None,
) -> None:
    where, wo = ("", "") if within is None else (" inside the outline given", "（在给定范围内）")
    if all(frame.empty for frame in layers.values()):
        raise unreadable(
            file,
            f"it holds no streets, buildings or facilities{where}; check the extract.",
            f"没有道路、楼栋或设施{wo}，请检查所提取的数据。",
        )
    for name in need:
        if layers[name].empty:
            raise unreadable(
                file,
                f"it holds no {name}{where}, which are needed here; take another extract.",
                f"没有{LAYERS[name].zh}{wo}，而此处需要，请换一份数据。",
            )
