"""Walking circles of the database: computed from its layers, stored under a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from api.principal import OPERATOR
from api.services import audit
from api.services.walking_figures import FIGURE_COLUMNS
from gis.circles.layer import CircleKey, CircleLayer, CircleSettings, circle_layer
from gis.circles.raster import WalkRaster
from gis.circles.reach import REASONS, Reach, ReachSettings, reach
from gis.circles.speeds import CUTOFFS_S, SPEEDS
from gis.contracts import LayerName
from gis.coverage.of_reach import figures_of, gaps_of
from gis.coverage.population import Grouping, population
from gis.errors import Conflict, InputError, NotFound
from gis.network.build import WalkingNetwork, network_of
from gis.network.policy import GatePolicy, search_graph
from gis.network.remarks import Remark
from gis.network.snapping import SNAP_LIMIT_M, Snapper, snapper
from gis.network.walkable import walk_settings
from gis.store import walking as store
from gis.store.grounds import fingerprint
from gis.store.layers import read_layer

Layers = dict[LayerName, gpd.GeoDataFrame]
Tell = Callable[[str, str, float], None]
"""Told what is done now, in English and Chinese, and which share of the whole is done."""

LONGEST_PROFILE = 64
_LEVELS = ("community", "subdistrict", "county")


@dataclass(frozen=True, slots=True)
class WalkingOrder:
    """
    What to compute, and under which profile to store it.

    Attributes
    ----------
    profile
        Name under which the result stands; it replaces what stood there.
    kinds
        Facility kinds.
    area
        Beginning of the community codes to compute; None: the whole database.
    gates, walk, at, snap_limit_m
        As in `gis.circles.reach.ReachSettings` and `gis.network.walkable.walk_settings`.
    speeds, cutoffs_s
        Speeds in m/s by name. Cutoffs in seconds.
    """

    kinds: tuple[str, ...]
    profile: str = "default"
    area: str | None = None
    gates: GatePolicy = "residents"
    walk: str = "usual"
    speeds: Mapping[str, float] = field(default_factory=lambda: dict(SPEEDS))
    cutoffs_s: tuple[int, ...] = CUTOFFS_S
    snap_limit_m: float = SNAP_LIMIT_M
    at: str | None = None

    def longest_m(self) -> float:
        """Metres of the longest walk that is asked about, with both legs."""
        return max(self.speeds.values()) * max(self.cutoffs_s) + 2 * self.snap_limit_m

    def document(self, method: Mapping[str, str], households_kind: str) -> dict[str, Any]:
        """Return the settings as they are stored and printed."""
        return {
            "households_kind": households_kind,
            "kinds": list(self.kinds),
            "area": self.area,
            "gates": self.gates,
            "walk": method["walk"],
            "walk_preset": self.walk,
            "speeds": dict(self.speeds),
            "cutoffs_s": list(self.cutoffs_s),
            "snap_limit_m": self.snap_limit_m,
            "at": self.at,
            "method": method["method"],
        }


@dataclass(frozen=True, slots=True)
class Walked:
    """What was stored, counted; and what was found on the way."""

    run_id: int
    buildings: int
    facilities: int
    nodes: int
    drawn: int
    kept: int
    gaps: int
    statuses: dict[str, int]
    remarks: tuple[Remark, ...]


def _refuse_profile(profile: str) -> None:
    """Refuse names that are empty, long or unprintable: pages and tiles could not ask for them."""
    if not 0 < len(profile) <= LONGEST_PROFILE or not profile.isprintable() or profile.isspace():
        raise InputError(
            f"--profile {profile[:20]!r}: give a name of 1 to {LONGEST_PROFILE} printable letters.",
            f"--profile “{profile[:20]}”：请给出 1 至 {LONGEST_PROFILE} 个可见字符的名称。",
        )


def update(engine: sa.Engine, order: WalkingOrder, tell: Tell) -> Walked:
    """
    Compute reach, circles, gaps and service_coverage and put them in place of those that stood.

    The layers are read as they are at one moment; all results are stored in one transaction, so
    that readers see the old ones or the new ones. Circles whose surroundings did not change are
    kept as they are (`gis.circles.digest`).

    Raises
    ------
    InputError
        A profile no address could ask for.
    NotFound
        There are no streets or no buildings, or the area has none.
    """
    _refuse_profile(order.profile)
    tell("reading", "读取数据", 0.0)
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        layers = store.walking_layers(connection, order.area, order.longest_m())
        areas = read_layer(connection, "areas")
        standing = _standing(store.circle_digests(connection, order.profile))
        before = store.newest_run(connection, order.profile)
    refuse_empty(layers, order.area)
    tell("joining streets", "连接道路", 0.2)
    snapping = snapper(walking_network(layers, order), layers["barriers"])
    tell("walking", "计算步行", 0.3)
    found = _reach(layers, order, snapping)
    figures = _figures(layers["buildings"], areas, found, order)
    tell("finding gaps", "查找盲区", 0.4)
    missing = _gaps(layers["buildings"], found, order)
    circles = _circles(snapping, found, order, standing, tell)
    tell("storing", "存储", 0.9)
    document = order.document(found.method, population(layers["buildings"]).households_kind)
    remarks = (*snapping.network.report.remarks(), *found.remarks)
    with engine.begin() as connection:
        store.lock_profile(connection, order.profile)
        _refuse_overtaken(before, store.newest_run(connection, order.profile))
        run_id = store.begin_run(
            connection,
            order.profile,
            document,
            fingerprint({name: layers[name] for name in store.NETWORK_LAYERS}),
            {"remarks": [remark.document() for remark in remarks]},
        )
        store.replace_reach(connection, order.profile, _reach_rows(found))
        store.replace_gaps(connection, order.profile, missing.assign(run_id=run_id))
        _swap(connection, order.profile, run_id, circles)
        store.save_figures(connection, run_id, figures)
        audit.record(
            connection,
            audit.who_asks(connection, OPERATOR.name),
            "circles.run",
            ("walking_run", run_id),
            community=order.area,
            detail={"profile": order.profile, "circles": len(circles.drawn)},
        )
    tell("done", "完成", 1.0)
    return Walked(
        run_id,
        len(layers["buildings"]),
        len(layers["facilities"]),
        snapping.network.nodes,
        len(circles.drawn),
        len(circles.kept),
        len(missing),
        {str(status): int(n) for status, n in circles.drawn["status"].value_counts().items()},
        remarks,
    )


def refuse_empty(layers: Layers, area: str | None) -> None:
    """Raise NotFound where there are no buildings or no streets."""
    where, wo = (f" in {area}", f"{area} 中") if area else ("", "")
    if layers["buildings"].empty:
        raise NotFound(
            f"There are no buildings{where}: import them first (wangge import buildings FILE).",
            f"{wo}还没有楼栋：请先导入(wangge import buildings 文件)。",
        )
    if layers["streets"].empty:
        raise NotFound(
            f"There are no streets{where}: import them first (wangge import streets FILE), or "
            "take them from an OpenStreetMap extract (wangge import osm FILE).",
            f"{wo}还没有道路：请先导入(wangge import streets 文件)，"
            "或从 OpenStreetMap 数据导入(wangge import osm 文件)。",
        )


def _refuse_overtaken(before: store.WalkingRun | None, now: store.WalkingRun | None) -> None:
    """Circles were kept because they stood when the layers were read; somebody replaced them."""
    if (before and before.run_id) != (now and now.run_id):
        raise Conflict(
            "Somebody else stored walks under this profile meanwhile; theirs stand. Run it again "
            "if the layers have changed since.",
            "期间已有他人更新该配置的步行结果，以其为准。若数据此后有变化，请重新运行。",
        )


def walking_network(layers: Layers, order: WalkingOrder) -> WalkingNetwork:
    """Join the stored streets as the order says."""
    return network_of(
        layers["streets"],
        layers["courtyards"],
        layers["gates"],
        layers["barriers"],
        settings=walk_settings(order.walk),
    )


def _reach(layers: Layers, order: WalkingOrder, snapping: Snapper) -> Reach:
    settings = ReachSettings(
        # Reasons at the slowest speed need the walks with open gates of most kinds.
        speed_mps=min(order.speeds.values()),
        cutoffs_s=order.cutoffs_s,
        gate_policy=order.gates,
        snap_limit_m=order.snap_limit_m,
        at=order.at,
    )
    return reach(
        snapping.network,
        layers["buildings"],
        layers["facilities"],
        order.kinds,
        settings=settings,
        snapping=snapping,
    )


def _reach_rows(found: Reach) -> pd.DataFrame:
    """Rows of the table: buildings outside, kinds inside."""
    kinds = len(found.kinds)
    serving = found.facility.ravel()
    names = np.append(found.facility_id, np.array([None], dtype=object))
    words = np.array(REASONS, dtype=object)[found.cut.ravel()]
    return pd.DataFrame(
        {
            "kind": np.tile(np.array(found.kinds, dtype=object), len(found.building_id)),
            "building_code": np.repeat(found.building_id, kinds),
            # The last name, of no facility, is that of -1.
            "facility_code": names[serving],
            "metres": _finite(found.metres),
            "open_m": _finite(found.open_m),
            "straight_m": _finite(found.straight_m),
            "reason": _where(np.isinf(found.metres.ravel()), _cut(words)),
        }
    )


def _where(mask: Any, words: Any) -> Any:
    return np.array([word if on else None for on, word in zip(mask, words, strict=True)], object)


def _cut(words: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    # No walk and no reason of its own: every gate on the way is shut.
    return np.where(words == "", "gate", words)


def _finite(metres: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    flat = np.round(metres.ravel().astype(np.float64), 2)
    return np.where(np.isfinite(flat), flat, np.nan)


def _figures(
    buildings: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, found: Reach, order: WalkingOrder
) -> pd.DataFrame:
    """service_coverage of communities and what they lie in, with the columns of the table."""
    groupings = _groupings(buildings["community_code"], areas)
    told = figures_of(found, buildings, groupings, speeds=order.speeds)
    return told.rename(columns=FIGURE_COLUMNS).loc[
        :,
        [
            *("level", "area_code", "kind", "cutoff_s", "speed_m_s", "method", "counted"),
            *("total", "reached", "share", "buildings", "known_buildings", "estimated", "note"),
        ],
    ]


def _groupings(community: pd.Series, areas: gpd.GeoDataFrame) -> list[Grouping]:
    """Communities by their own code, and the areas of higher levels that they lie in."""
    parent = dict(zip(areas["area_code"], areas["parent_code"], strict=True))
    level = dict(zip(areas["area_code"], areas["level"], strict=True))
    codes = community.astype(object).where(community.notna(), None)
    above: dict[str, dict[str, str]] = {name: {} for name in _LEVELS}
    for code in codes.dropna().unique():
        at: str | None = code
        # A chain of parents is as long as there are levels, or it runs in a circle.
        for _ in _LEVELS:
            if at is None or at not in level:
                break
            above[level[at]][code] = at
            at = parent.get(at)
    return [Grouping(name, codes.map(above[name]).to_numpy(object)) for name in _LEVELS]


def _gaps(buildings: gpd.GeoDataFrame, found: Reach, order: WalkingOrder) -> gpd.GeoDataFrame:
    """Gaps of every speed and cutoff, in EPSG:4326, with the columns of the table."""
    whole = gaps_of(
        found, buildings, cutoffs_s=order.cutoffs_s, speeds_m_s=list(order.speeds.values())
    )
    columns = ("kind", "cutoff_s", "speed_m_s", "rank", "community_code", "buildings", "households")
    return _as_many(whole[[*columns, "households_estimated", "reasons", "geometry"]])


def _as_many(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Frame with polygons as multipolygons, as the tables hold them; None stays."""
    shapes = [
        shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape
        for shape in frame.geometry
    ]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _standing(circles: pd.DataFrame) -> dict[CircleKey, tuple[int, str]]:
    """Id and digest of the circles that stand, by what each is of."""
    rows = circles[["kind", "facility_code", "cutoff_s", "speed_m_s", "id", "digest"]]
    return {
        (kind, None if pd.isna(facility) else facility, int(cutoff), float(speed)): (
            int(number),
            digest,
        )
        for kind, facility, cutoff, speed, number, digest in rows.itertuples(index=False)
    }


@dataclass(frozen=True, slots=True)
class _Circles:
    drawn: gpd.GeoDataFrame
    kept: tuple[CircleKey, ...]
    gone: tuple[int, ...]


def _circles(
    snapping: Snapper,
    found: Reach,
    order: WalkingOrder,
    standing: Mapping[CircleKey, tuple[int, str]],
    tell: Tell,
) -> _Circles:
    def progress(done: int, of: int) -> None:
        tell("drawing circles", "绘制服务圈", 0.5 + 0.4 * done / of)

    settings = CircleSettings(
        order.cutoffs_s,
        tuple(order.speeds.values()),
        "; ".join(f"{k} {v}" for k, v in found.method.items() if k != "speed"),
        order.kinds,
    )
    layer: CircleLayer = circle_layer(
        WalkRaster(snapping, limit_m=order.snap_limit_m),
        search_graph(snapping.network, order.gates),
        found.visited,
        found.facility_id.tolist(),
        found.serving,
        settings,
        standing={key: digest for key, (_, digest) in standing.items()},
        progress=progress,
    )
    kept = set(layer.kept)
    gone = tuple(number for key, (number, _) in standing.items() if key not in kept)
    return _Circles(layer.drawn, layer.kept, gone)


def _swap(connection: sa.Connection, profile: str, run_id: int, circles: _Circles) -> None:
    drawn = circles.drawn.rename(columns={"facility_id": "facility_code"})
    columns = [*store.CIRCLE_KEY, "digest", "status", "geometry"]
    drawn = _as_many(drawn[columns].assign(run_id=run_id))
    store.swap_circles(connection, profile, gone=circles.gone, drawn=drawn)
