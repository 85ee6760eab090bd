"""Assignments in and out of tables, and two divisions compared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSettings
from api.openapi import problems
from api.routes.desk import AtDesk, AtReadersDesk
from api.routes.plans import PlanId
from api.schemas.assignments import AssignmentPreview, Comparison, DrawnPreview
from api.services import assignment_files, comparing
from api.services.drawn_grids import DrawnFormat, read_drawn
from api.services.staffing import subsidy_of
from api.today import today

router = APIRouter(tags=["planning"], responses=problems(403, 404, 422, 503))
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE: dict[str, Any] = {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}


@router.get(
    "/plans/{plan_id}/assignment.{extension}", response_class=Response, responses={200: _FILE}
)
def assignment_file(
    desk: AtReadersDesk, plan_id: PlanId, extension: Literal["csv", "xlsx"]
) -> Response:
    """Return the grid of each building and stairwell as a table."""
    body = assignment_files.assignment_file(desk, plan_id, extension)
    name = f'attachment; filename="plan-{plan_id}-assignment.{extension}"'
    head = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(body, headers=head, media_type=_TYPES[extension])


@router.post("/plans/{plan_id}/assignment", responses=problems(409))
def read_assignment(
    desk: AtDesk,
    plan_id: PlanId,
    table: Annotated[bytes, Body(media_type="text/csv", description="The file itself.")],
    form: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
    new_grids: Annotated[bool, Query(description="Make grids for names not known.")] = False,
) -> AssignmentPreview:
    """Tell what a table of buildings and grids would move; `POST /strokes` accepts it."""
    return assignment_files.read_assignment(desk, plan_id, table, form, new_grids=new_grids)


async def _sent(request: Request) -> bytes:
    """Return the body as it is, also where its type says JSON."""
    return await request.body()


_UPLOAD = {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}


@router.post(
    "/plans/{plan_id}/drawn", responses=problems(409), openapi_extra={"requestBody": _UPLOAD}
)
def read_drawn_grids(
    desk: AtDesk,
    plan_id: PlanId,
    file: Annotated[bytes, Depends(_sent)],
    form: Annotated[DrawnFormat, Query(alias="format")] = "geojson",
    crs: Annotated[
        str | None,
        Query(
            max_length=64,
            pattern=r"^[A-Za-z0-9:_. \-]+$",
            description="Overrules the file's own: EPSG:n, cgcs2000-3deg, gcj02, bd09.",
        ),
    ] = None,
    layer: Annotated[
        str | None, Query(max_length=100, description="Which layer of a file with several.")
    ] = None,
) -> DrawnPreview:
    """Tell what polygons drawn in any GIS would move; `POST /strokes` accepts it."""
    return read_drawn(desk, plan_id, file, form, crs=crs, gis_layer=layer)


@router.get("/compare")
def compare(
    desk: AtReadersDesk,
    settings: AppSettings,
    a: Annotated[str, Query(max_length=64, description="plan-12, snapshot-12-3, standing-CODE.")],
    b: Annotated[str, Query(max_length=64, description="Or standing-CODE-2026-05-01.")],
    geometry: Annotated[bool, Query(description="With the shapes of both sides.")] = False,
) -> Comparison:
    """Compare two divisions of one community."""
    subsidy = subsidy_of(settings)
    return comparing.compare(desk, a, b, today=today(), subsidy=subsidy, geometry=geometry)
