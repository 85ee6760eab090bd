"""What the planner's page works on."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.deps import Reading, needs
from api.openapi import problems
from api.principal import Principal
from api.routes.plans import PlanId
from api.schemas.editor import EditorDocument
from api.seeing import Sees
from api.services.editor import editor_document

router = APIRouter(prefix="/plans", tags=["plans"], responses=problems(422, 503))
Reader = Annotated[Principal, Depends(needs("drafts"))]


@router.get(
    "/{plan_id}/editor",
    response_class=Response,
    responses={200: {"model": EditorDocument}, **problems(403, 404)},
)
def show_editor(connection: Reading, seer: Sees, who: Reader, plan_id: PlanId) -> Response:
    """Give a plan with all that a page needs to redraw it without asking again."""
    document = editor_document(connection, seer.today(connection), plan_id, who)
    # Checked by a test against the model: checking some 100,000 numbers here takes a second.
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
