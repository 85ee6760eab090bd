"""Figures of this process for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.exposition import CONTENT_TYPE, exposition
from api.request_metrics import RequestMetrics
from api.security import may_read_metrics
from api.services.process_figures import (
    change_families,
    database_families,
    process_families,
    tile_families,
)
from gis.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Tell requests, connections and memory; to whoever may not read them there is nothing here."""
    if not may_read_metrics(request):
        raise NotFound("There is nothing at /metrics.", "/metrics 处没有内容。")
    state = request.app.state
    counted: RequestMetrics = state.metrics
    families = [
        *counted.families(),
        *tile_families(state.tiles),
        *change_families(state.changes),
        *database_families(state.engine, state.seats),
        *process_families(),
    ]
    return Response(
        exposition(families), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"}
    )
