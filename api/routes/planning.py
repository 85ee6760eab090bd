"""Redrawing a draft: strokes, undo, grids, history, snapshots, presence."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.openapi import problems
from api.routes.desk import AtDesk, AtReadersDesk, Unseated, while_connected
from api.routes.plans import PlanId
from api.schemas.planning import (
    Edits,
    ForkRequest,
    GridPatch,
    NewGridRequest,
    Presence,
    PresenceRequest,
    RestoreRequest,
    Snapshot,
    SnapshotRequest,
    Snapshots,
    StairwellsRequest,
    Stroked,
    StrokeRequest,
    TakeBackRequest,
)
from api.schemas.plans import PlanDetail
from api.schemas.previews import Preview, PreviewRequest, RepairPreview
from api.services import drawing, keeping, stairwell_splits
from api.services.desk import require_plan
from api.services.heavy_jobs import HeavyJobs
from api.services.plan_reading import plan_by_id
from api.services.preview_workers import Job, PreviewWorkers
from gis.store.asker import asker_of
from gis.store.sight import EVERYWHERE

router = APIRouter(
    prefix="/plans/{plan_id}", tags=["planning"], responses=problems(403, 404, 422, 503)
)
GridNo = Annotated[int, Path(ge=0, le=2**31 - 1)]
SnapshotNo = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("/strokes", responses=problems(409))
def draw(desk: AtDesk, plan_id: PlanId, asked: StrokeRequest) -> Stroked:
    """Move units between grids: one edit, unit by unit where they still are as the page saw."""
    return drawing.draw(desk, plan_id, asked)


@router.post("/undo", responses=problems(409))
def undo(desk: AtDesk, plan_id: PlanId, asked: TakeBackRequest) -> Stroked:
    """Take back the planner's own last stroke that stands."""
    return drawing.take_back(desk, plan_id, asked, "undo")


@router.post("/redo", responses=problems(409))
def redo(desk: AtDesk, plan_id: PlanId, asked: TakeBackRequest) -> Stroked:
    """Make again what the planner took back last."""
    return drawing.take_back(desk, plan_id, asked, "redo")


@router.post("/stairwells", responses=problems(409))
def split_building(desk: AtDesk, plan_id: PlanId, asked: StairwellsRequest) -> Stroked:
    """Divide a building over the cap by its stairwells; the plan is on another ground then."""
    return stairwell_splits.split_building(desk, plan_id, asked)


@router.get("/edits")
def list_edits(
    desk: AtReadersDesk, plan_id: PlanId, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Edits:
    """List the edits of a plan after one, oldest first; 200 at most."""
    return keeping.edits(desk, plan_id, after)


@router.post("/grids", status_code=201, responses=problems(409))
def add_grid(desk: AtDesk, plan_id: PlanId, asked: NewGridRequest) -> Stroked:
    """Add an empty grid; its number stands in `grids`."""
    return drawing.add_grid(desk, plan_id, asked)


@router.patch("/grids/{number}", responses=problems(409))
def change_grid(desk: AtDesk, plan_id: PlanId, number: GridNo, asked: GridPatch) -> Stroked:
    """Rename a grid, change its kind, lock or unlock it: one edit, undone like a stroke."""
    return drawing.change_grid(desk, plan_id, number, asked)


@router.delete("/grids/{number}", responses=problems(409))
def remove_grid(
    desk: AtDesk,
    plan_id: PlanId,
    number: GridNo,
    client: Annotated[UUID, Query(description="Name of this act; told twice, it is done once.")],
) -> Stroked:
    """Take an empty grid off the list; undo brings it back."""
    return drawing.remove_grid(desk, plan_id, number, client)


@router.get("/snapshots")
def list_snapshots(desk: AtReadersDesk, plan_id: PlanId) -> Snapshots:
    """List the named states of a plan, newest first."""
    return keeping.snapshots(desk, plan_id)


@router.post("/snapshots", status_code=201)
def take_snapshot(desk: AtDesk, plan_id: PlanId, asked: SnapshotRequest) -> Snapshot:
    """Keep the state of a plan under a name."""
    return keeping.take(desk, plan_id, asked)


@router.post("/snapshots/{number}/restore", responses=problems(409))
def restore_snapshot(
    desk: AtDesk, plan_id: PlanId, number: SnapshotNo, asked: RestoreRequest
) -> Stroked:
    """Make a draft what a snapshot has: one edit, undone like a stroke."""
    return keeping.restore(desk, plan_id, number, asked)


@router.post("/fork", status_code=201)
def fork(desk: AtDesk, plan_id: PlanId, asked: ForkRequest) -> PlanDetail:
    """Make a draft that begins as this plan, or one of its snapshots, is."""
    made = keeping.fork(desk, plan_id, asked)
    with desk.engine.connect() as connection:
        return plan_by_id(connection, EVERYWHERE, made)


@router.post("/previews", responses=problems(409))
async def propose(
    request: Request, desk: Unseated, plan_id: PlanId, asked: PreviewRequest
) -> Preview:
    """
    Let the engine propose moves; nothing is stored, and `POST /strokes` accepts them.

    Whoever closes the connection ends the computation; it takes a minute at most.
    """
    workers = request.app.state.previews
    assert isinstance(workers, PreviewWorkers)  # noqa: S101
    async with request.app.state.seats:
        await run_in_threadpool(require_plan, desk, plan_id)
    job = Job(plan_id, asked.model_dump_json(), asker_of(desk.engine))
    return await while_connected(request, workers.preview(job))


@router.post("/presence")
def present(
    request: Request,
    after: BackgroundTasks,
    desk: AtDesk,
    plan_id: PlanId,
    asked: PresenceRequest,
) -> Presence:
    """Tell that a page has the plan open, every 20 s; answers who has."""
    there = keeping.present(desk, plan_id, asked)
    repair = RepairPreview(action="repair").model_dump_json()
    after.add_task(_engine_ready, request, Job(plan_id, repair, asker_of(desk.engine)))
    return there


async def _engine_ready(request: Request, job: Job) -> None:
    """Start the engine for whoever draws; on the loop, where its processes are minded."""
    workers, heavy = request.app.state.previews, request.app.state.heavy
    assert isinstance(workers, PreviewWorkers)  # noqa: S101
    assert isinstance(heavy, HeavyJobs)  # noqa: S101
    workers.warm(job)
    if request.app.state.settings.engine_ahead:
        heavy.warm()
