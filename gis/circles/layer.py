"""The layer of service circles: a row per kind, facility (or all of the kind), cutoff and speed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.circles.digest import circle_digests, ground_of
from gis.circles.kinds import Functions
from gis.circles.polygons import Circle, circles, union_circle
from gis.circles.raster import WalkRaster
from gis.metric import STORED
from gis.network.search import SearchGraph
from gis.network.snapping import Snaps

CircleKey = tuple[str, str | None, int, float]
"""Kind, facility id (None: all of the kind), cutoff in seconds, speed in m/s."""

_NEAR_M = 2_000.0
_COLUMNS = [
    "kind",
    "facility_id",
    "cutoff_s",
    "speed_m_s",
    "digest",
    "status",
    "message",
    "message_zh",
]


@dataclass(frozen=True, slots=True)
class CircleLayer:
    """
    Circles just drawn, and the keys of those that still hold.

    ``drawn`` has the columns kind, facility_id (None: all of the kind), cutoff_s, speed_m_s,
    digest, status, message, message_zh and a MultiPolygon in EPSG:4326 (None unless ok).
    """

    drawn: gpd.GeoDataFrame
    kept: tuple[CircleKey, ...]


@dataclass(frozen=True, slots=True)
class CircleSettings:
    """
    Which circles to draw.

    ``text`` says in words what else shapes them (gate policy, what is walked); other words,
    other circles. ``kinds``: only these; None: all that facilities serve.
    """

    cutoffs_s: Sequence[int]
    speeds_m_s: Sequence[float]
    text: str
    kinds: Collection[str] | None = None

    def walks(self) -> list[tuple[int, float]]:
        """Each cutoff at each speed."""
        return [(cutoff, speed) for speed in self.speeds_m_s for cutoff in self.cutoffs_s]

    def cutoffs_m(self) -> list[float]:
        """Metres of each walk of `walks`."""
        return [cutoff * speed for cutoff, speed in self.walks()]


def circle_layer(
    raster: WalkRaster,
    graph: SearchGraph,
    snaps: Snaps,
    facility_ids: Sequence[str],
    functions: Functions,
    settings: CircleSettings,
    *,
    standing: Mapping[CircleKey, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CircleLayer:
    """
    Draw the circles of facilities, each by itself and all of a kind together.

    Parameters
    ----------
    raster, graph
        See `gis.circles.polygons.circles`.
    snaps, facility_ids
        The facilities on the network, in the order of the rows of `functions`.
    functions
        Which kinds each serves (`gis.circles.kinds.facility_functions`). A facility of several
        kinds has a row for each, drawn once.
    settings
        Cutoffs, speeds, and the rest in words.
    standing
        Digests of circles drawn before: one whose digest is still the same is kept, not drawn.
    progress
        Told how many facilities and kinds are done, and of how many.
    """
    jobs = _jobs(raster, snaps, [str(i) for i in facility_ids], functions, settings)
    drawn: dict[int, list[tuple[object, ...]]] = {}
    kept: dict[int, list[CircleKey]] = {}
    for done, nth in enumerate(_neighbours_together(snaps, jobs), start=1):
        job = jobs[nth]
        keys = [(kind, job.facility, *walk) for kind in job.kinds for walk in settings.walks()]
        if standing and all(standing.get(key) == job.digest for key in keys):
            kept[nth] = keys
        else:
            drawn[nth] = _rows(keys, _drawn(raster, graph, snaps, job, settings), job.digest)
        if progress is not None:
            progress(done, len(jobs))
    rows = [row for nth in sorted(drawn) for row in drawn[nth]]
    return CircleLayer(_frame(rows), tuple(key for nth in sorted(kept) for key in kept[nth]))


@dataclass(frozen=True, slots=True)
class _Job:
    """One shape to draw: of a facility that serves some kinds, or of all of one kind (None)."""

    rows: npt.NDArray[np.int64]
    kinds: list[str]
    facility: str | None
    digest: str


def _jobs(
    raster: WalkRaster,
    snaps: Snaps,
    ids: Sequence[str],
    functions: Functions,
    settings: CircleSettings,
) -> list[_Job]:
    wanted = set(functions.kind) if settings.kinds is None else set(settings.kinds)
    serves: dict[int, list[str]] = {}
    for row, kind in zip(functions.row.tolist(), functions.kind, strict=True):
        if kind in wanted:
            serves.setdefault(row, []).append(kind)
    digests = _digests(raster, snaps, np.array(sorted(serves), dtype=np.int64), settings)
    jobs = [_Job(np.array([row]), kinds, ids[row], digests[row]) for row, kinds in serves.items()]
    for kind in sorted(wanted & set(functions.kind)):
        members = functions.rows_of(kind)
        together = repr(sorted(digests[row] for row in members.tolist()))
        jobs.append(_Job(members, [kind], None, hashlib.sha256(together.encode()).hexdigest()))
    return jobs


def _neighbours_together(snaps: Snaps, jobs: Sequence[_Job]) -> list[int]:
    """Order facilities by squares of ground, for the cells in memory serve those around."""
    squares = [
        (
            job.facility is None,
            *np.floor_divide(np.nan_to_num([snaps.y[job.rows[0]], snaps.x[job.rows[0]]]), _NEAR_M),
        )
        for job in jobs
    ]
    return sorted(range(len(jobs)), key=lambda nth: squares[nth])


def _digests(
    raster: WalkRaster, snaps: Snaps, rows: npt.NDArray[np.int64], settings: CircleSettings
) -> dict[int, str]:
    text = f"{settings.text}; cells {raster.cell_m:g} m; {settings.walks()}"
    largest = max(settings.cutoffs_m())
    found = circle_digests(ground_of(raster.snapper), snaps.take(rows), largest, text)
    return dict(zip(rows.tolist(), found, strict=True))


def _drawn(
    raster: WalkRaster, graph: SearchGraph, snaps: Snaps, job: _Job, settings: CircleSettings
) -> Circle:
    members = snaps.take(job.rows)
    if job.facility is None:
        return union_circle(raster, graph, members, settings.cutoffs_m())
    return circles(raster, graph, members, settings.cutoffs_m())[0]


def _rows(keys: Sequence[CircleKey], circle: Circle, digest: str) -> list[tuple[object, ...]]:
    """One row per key; the areas of a circle repeat for each kind it serves."""
    rows: list[tuple[object, ...]] = []
    for nth, key in enumerate(keys):
        area = circle.areas[nth % len(circle.areas)]
        status = "empty" if circle.status == "ok" and area.is_empty else circle.status
        shape = area if status == "ok" else None
        rows.append((*key, digest, status, circle.en, circle.zh, shape))
    return rows


def _frame(rows: Sequence[tuple[object, ...]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([row[:-1] for row in rows], columns=_COLUMNS)
    frame = frame.astype({"cutoff_s": "int64", "speed_m_s": "float64"})
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row[-1] for row in rows]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=STORED))
