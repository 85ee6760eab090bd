"""What changes on maps, told while it happens."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.event_stream import EventStream, StreamPlaces
from api.openapi import problems
from api.seeing import Sees, sight_today
from api.services.change_events import event_text, quiet
from api.services.changes import Changes, Stream
from api.services.embed_keys import EmbedScope
from api.services.sights import Seer
from api.standing import Standing
from gis.store.sight import Sight

router = APIRouter(prefix="/changes", tags=["changes"])

_KEEP_ALIVE_S = 15.0
_AWAY_S = 1.0
_HEADERS = {
    "Cache-Control": "no-store",
    # Proxies that gather answers before they pass them on would keep the news to themselves.
    "X-Accel-Buffering": "no",
}


@router.get(
    "",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "description": "Events `change` and `reset`; see docs/freshness.md.",
        },
        **problems(422, 503),
    },
)
async def stream_changes(
    request: Request,
    seer: Sees,
    since: Annotated[
        int | None,
        Query(ge=0, le=2**63 - 1, description="Begin after this mark; now if absent."),
    ] = None,
    plan: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Tell of this draft too.")
    ] = None,
    seconds: Annotated[
        float | None, Query(ge=0, le=86_400, description="End after so long; never if absent.")
    ] = None,
    last_event_id: Annotated[str, Header(max_length=32)] = "",
) -> StreamingResponse:
    """Tell what changes as server-sent events; `Last-Event-ID` replays what was missed."""
    mark = int(last_event_id) if last_event_id.isdecimal() else since
    # Whoever may see no drafts is told of none; which there are is not told either.
    draft = plan if seer.outlook.drafts else None
    places: StreamPlaces | None = request.app.state.stream_places if seconds != 0 else None
    if places is not None:
        places.take()
    return EventStream(_events(request, seer, mark, draft, seconds), _HEADERS, places)


async def _events(
    request: Request, seer: Seer, since: int | None, plan: int | None, seconds: float | None
) -> AsyncIterator[bytes]:
    changes: Changes = request.app.state.changes
    end = math.inf if seconds is None else time.monotonic() + seconds
    standing, layers = Standing(request), _layers(request)
    with changes.stream(since) as stream:
        yield b"retry: 1000\n" if seconds is None else b"retry: 5000\n"
        # Something at once, so that a client knows that it is heard, and from which mark on.
        due = time.monotonic()
        while not (told := await stream.next(min(due, end, standing.due) - time.monotonic())).over:
            sight = await _sight(request, seer, standing, stream, end)
            if sight is None:
                return
            text = event_text(told, plan, sight, layers)
            if text or time.monotonic() >= due:
                yield text or quiet(told)
                due = time.monotonic() + _KEEP_ALIVE_S
            if time.monotonic() >= end:
                return


def _layers(request: Request) -> frozenset[str] | None:
    """Names of the layers of which whoever comes with an embed key may hear; None: of all."""
    embed: EmbedScope | None = getattr(request.state, "embed", None)
    return None if embed is None else embed.heard


async def _sight(
    request: Request, seer: Seer, standing: Standing, stream: Stream, end: float
) -> Sight | None:
    """
    Return what a listener sees by now, None when it may listen no longer or the time is over.

    While the database is away nothing is told, and nothing lost: the listener waits.
    """
    while not stream.over:
        try:
            return await sight_today(request, seer) if await standing.holds() else None
        except SQLAlchemyError:
            if time.monotonic() >= end:
                return None
            await anyio.sleep(_AWAY_S)
    return None
