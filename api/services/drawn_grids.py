"""Grids drawn by hand in any GIS turned into moves of a draft, with a list of what is unclear."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa

from api.principal import OPERATOR
from api.schemas.assignments import DrawnPreview, DrawnRemark
from api.schemas.planning import NewGrid, StrokeRequest
from api.services.desk import Desk
from api.services.drawing import draw
from api.services.grid_changes import own_kind
from api.services.ground_memory import GroundMemory
from api.services.keeping import moves_between
from gis.drawn_grids import Overlay, overlay_grids
from gis.drawn_names import Meant, meant_grids
from gis.drawn_remarks import Remark, of_faults, remarks
from gis.io.drawn import DrawnGrids, read_drawn_grids
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.layers import read_layer
from gis.store.plans import UNASSIGNED, Labels, Move, PlanRow

DrawnFormat = Literal["geojson", "gpkg", "zip", "fgb", "parquet"]
_MOST_REMARKS = 1000


def read_drawn(
    desk: Desk,
    plan_id: int,
    body: bytes,
    form: DrawnFormat,
    *,
    crs: str | None = None,
    gis_layer: str | None = None,
) -> DrawnPreview:
    """
    Tell what polygons sent as a file would move; nothing is stored. See `drawn_preview`.

    Raises
    ------
    UnreadableFile, WrongCrs, WrongPlace, InvalidGeometry
        See `gis.io.drawn.read_drawn_grids`.
    NotFound
        There is no such plan in the scope.
    Conflict
        The plan takes no more edits.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"grids.{form}"
        path.write_bytes(body)
        return drawn_preview(desk, plan_id, path, crs=crs, gis_layer=gis_layer)


def drawn_preview(
    desk: Desk,
    plan_id: int,
    path: Path,
    *,
    crs: str | None = None,
    gis_layer: str | None = None,
) -> DrawnPreview:
    """
    Tell what the polygons of a file would move: each unit to the grid that covers most of it.

    What no polygon covers stays where it is, and so does what would leave or join a locked grid.
    Which grid a polygon means is told by `gis.drawn_names.meant_grids`.

    Raises
    ------
    UnreadableFile, WrongCrs, WrongPlace, InvalidGeometry
        See `gis.io.drawn.read_drawn_grids`.
    NotFound
        There is no such plan in the scope.
    Conflict
        The plan takes no more edits.
    """
    with desk.engine.connect() as connection:
        plan = store.refuse_not_editable(desk.plan(connection, plan_id))
        areas = read_layer(connection, "areas", community=plan.community_code)
        here = areas[areas["area_code"] == plan.community_code]
        drawn = read_drawn_grids(path, crs=crs, gis_layer=gis_layer, community=here)
        return _laid_over(desk, connection, plan, drawn)


def draw_polygons(
    engine: sa.Engine,
    plan_id: int,
    path: Path,
    *,
    made_by: str,
    crs: str | None = None,
    gis_layer: str | None = None,
    try_only: bool = False,
    why: str | None = None,
) -> tuple[DrawnPreview, int | None]:
    """
    Move the units of a draft as the polygons of a file say: one edit, undone like a stroke.

    Parameters
    ----------
    try_only
        Only tell what would move.

    Returns
    -------
    preview, seq
        What was found, and the number of the edit; None when nothing was stored.

    Raises
    ------
    UnreadableFile, WrongCrs, WrongPlace, InvalidGeometry, NotFound, Conflict
        See `drawn_preview`.
    """
    desk = Desk(engine, replace(OPERATOR, name=made_by), lambda _, __: True, GroundMemory())
    found = drawn_preview(desk, plan_id, path, crs=crs, gis_layer=gis_layer)
    if try_only or not found.moves:
        return found, None
    asked = StrokeRequest(
        client=uuid4(),
        ground=found.ground,
        moves=found.moves,
        grids=found.grids,
        action="import",
        why=why,
    )
    return found, draw(desk, plan_id, asked).seq


def _laid_over(
    desk: Desk, connection: sa.Connection, plan: PlanRow, drawn: DrawnGrids
) -> DrawnPreview:
    ground = desk.ground_of(connection, plan.ground_id).ground
    footprints = read_layer(connection, "buildings", community=plan.community_code)
    before = store.read_labels(connection, plan.plan_id)
    states = plan_grids.grid_states(connection, plan.plan_id)
    codes = store.read_grids(connection, plan.plan_id)["code"]
    overlay = overlay_grids(ground, footprints, drawn.frame)
    crowd = ground.units["households"].to_numpy(np.int64)
    listed = [n for n, state in states.items() if not state["removed"]]
    grids = pd.DataFrame(
        {"code": codes.reindex(listed), "name": [str(states[n]["name"]) for n in listed]},
        index=listed,
    )
    meant = meant_grids(drawn.frame, overlay.polygon, before, crowd, grids, list(states))
    after = _after(overlay, meant, before)
    moves, held = _unlocked(moves_between(before, after), states)
    names = {n: str(state["name"]) for n, state in states.items()} | meant.new
    parts = shapely.get_num_geometries(drawn.frame.geometry.to_numpy())
    found = [
        *remarks(drawn.frame, parts, overlay, meant, ground.units, names),
        *_locked(held),
        *of_faults(drawn.faults),
    ]
    return DrawnPreview(
        revision=plan.revision,
        ground=plan.ground_id,
        rows=drawn.rows,
        polygons=len(drawn.frame),
        placed=int((overlay.polygon != UNASSIGNED).sum()),
        units=len(before),
        moves=[(m.unit_no, m.from_grid, m.to_grid) for m in moves],
        grids=_new_grids(plan, meant, after, crowd, moves),
        remarks=[DrawnRemark.model_validate(asdict(remark)) for remark in found[:_MOST_REMARKS]],
        counts=dict(Counter(remark.kind for remark in found)),
    )


def _after(overlay: Overlay, meant: Meant, before: Labels) -> Labels:
    wanted = np.where(overlay.polygon == UNASSIGNED, UNASSIGNED, meant.number[overlay.polygon])
    return np.where(wanted == UNASSIGNED, before, wanted).astype(np.int32)


def _unlocked(
    moves: list[Move], states: dict[int, dict[str, str | bool]]
) -> tuple[list[Move], list[Move]]:
    """Part the moves that a lock holds up from the others."""
    locked = {n for n, state in states.items() if state["locked"]}
    held = [m for m in moves if {m.from_grid, m.to_grid} & locked]
    return [m for m in moves if not {m.from_grid, m.to_grid} & locked], held


def _locked(held: list[Move]) -> list[Remark]:
    if not held:
        return []
    return [
        Remark(
            "locked",
            (),
            tuple(m.unit_no for m in held),
            f"{len(held)} units stay because their grid or the one drawn around them is locked.",
            f"{len(held)} 个单位因所在网格或目标网格已锁定，保持原归属。",
        )
    ]


def _new_grids(
    plan: PlanRow, meant: Meant, after: Labels, crowd: npt.NDArray[np.int64], moves: list[Move]
) -> list[NewGrid]:
    """Grids that the moves need and the plan does not have."""
    reached = {m.to_grid for m in moves}
    return [
        NewGrid.model_validate(
            {"no": n, "name": name, "kind": own_kind(plan, peopled=bool(crowd[after == n].sum()))}
        )
        for n, name in meant.new.items()
        if n in reached
    ]
