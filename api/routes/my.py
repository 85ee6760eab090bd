"""A worker's own list: what they look after, what they report."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.deps import (
    AppSettings,
    DatabaseEngine,
    Reading,
    RequestLanguage,
    engine_of,
    needs,
)
from api.entity_tags import matches
from api.openapi import problems
from api.principal import Principal
from api.routes.heavy import HeavyJobs, waited_for
from api.routes.listing_query import CodePattern
from api.schemas.my import (
    Colleagues,
    MarkResults,
    Marks,
    MyHandoverRows,
    MyList,
    MyMap,
    Receipt,
    Way,
)
from api.services import my_list, my_marks, my_route, visit_progress
from api.today import today

if TYPE_CHECKING:
    from pydantic import BaseModel

router = APIRouter(prefix="/my", tags=["my"], responses=problems(403, 503))

Marker = Annotated[Principal, Depends(needs("mark"))]
_UNCHANGED: dict[int | str, dict[str, object]] = {304: {"description": "As you know it."}}


def tagged(request: Request, answer: BaseModel) -> Response:
    """Answer with an entity tag, or 304 to who has just that; nothing shared keeps it."""
    body = answer.model_dump_json().encode()
    etag = my_list.tag_of(body)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if matches(request.headers.get("if-none-match", ""), etag.removeprefix("W/")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.get("", response_model=MyList, responses=_UNCHANGED)
def show_my_list(
    request: Request,
    who: Marker,
    engine: DatabaseEngine,
    heavy: HeavyJobs,
    settings: AppSettings,
) -> Response:
    """Show one's grids, buildings, handovers and notices, as they are today."""
    return tagged(request, my_list.my_list(engine, heavy.names, who, today(), settings))


@router.get("/map", response_model=MyMap, responses=_UNCHANGED)
def show_my_map(request: Request, who: Marker, connection: Reading) -> Response:
    """Show simple shapes of one's grids, and of what stands and runs in them."""
    return tagged(request, my_route.my_map(connection, who))


@router.get("/colleagues")
def list_colleagues(who: Marker, engine: DatabaseEngine) -> Colleagues:
    """List who holds posts in the communities of one's grids; phones in full by right."""
    return my_list.colleagues(engine, who, today())


@router.get("/handovers/{publication}", responses=problems(422))
def list_handover(
    who: Marker, connection: Reading, publication: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> MyHandoverRows:
    """List the buildings that a publication gives to one or takes; empty when none."""
    return my_list.handover_rows(connection, who, publication, today())


@router.post("/marks", responses=problems(409, 422))
def send_marks(
    who: Marker, engine: DatabaseEngine, language: RequestLanguage, sent: Marks
) -> MarkResults:
    """Send done marks in their order; each is told what became of it, and may come again."""
    now = datetime.now(UTC)
    return my_marks.store_marks(
        engine, who, sent.marks, made_in=sent.account, now=now, language=language
    )


@router.post("/receipts", status_code=204, responses=problems(404, 422))
def confirm_handover(who: Marker, engine: DatabaseEngine, receipt: Receipt) -> None:
    """Confirm that one has read a handover; a second time changes nothing."""
    visit_progress.confirm(engine, who, receipt.publication, today())


@router.get("/way/{building:path}", responses=problems(404, 422))
async def show_way(
    request: Request,
    who: Marker,
    heavy: HeavyJobs,
    building: Annotated[str, Path(pattern=CodePattern)],
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> Way:
    """Show the way on foot to a building of one's own; the position is used and forgotten."""
    # No seat is held while the way is looked for: the network may have to be built first.
    async with request.app.state.seats:
        goal = await run_in_threadpool(my_route.goal_of, engine_of(request, who), who, building)
    return await waited_for(heavy, partial(my_route.way_to, heavy, goal, lon, lat))
