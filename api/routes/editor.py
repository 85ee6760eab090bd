"""What the planner's page works on."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Reading, needs
from api.encodings import accepts_gzip
from api.openapi import problems
from api.principal import Principal
from api.routes.plans import PlanId
from api.schemas.editor import EditorDocument
from api.seeing import Sees
from api.services.editor import editor_document
from api.services.ground_memory import GroundMemory

router = APIRouter(prefix="/plans", tags=["plans"], responses=problems(422, 503))
Reader = Annotated[Principal, Depends(needs("drafts"))]


@router.get(
    "/{plan_id}/editor",
    response_class=Response,
    responses={200: {"model": EditorDocument}, **problems(403, 404)},
)
def show_editor(
    request: Request, connection: Reading, seer: Sees, who: Reader, plan_id: PlanId
) -> Response:
    """Give a plan with all that a page needs to redraw it without asking again."""
    grounds = request.app.state.grounds
    assert isinstance(grounds, GroundMemory)  # noqa: S101
    # Checked by a test against the model: checking some 100,000 numbers here takes a second.
    body = editor_document(connection, seer.today(connection), plan_id, who, grounds)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if not accepts_gzip(", ".join(request.headers.getlist("accept-encoding"))):
        return Response(body, headers=headers, media_type="application/json")
    # A page waits for it: at the level of other answers packing takes as long as the rest.
    packed = gzip.compress(body.encode(), compresslevel=1)
    headers["Content-Encoding"] = "gzip"
    return Response(packed, headers=headers, media_type="application/json")
