"""The road of a draft: problems, handing in, calling back, returning, approving, rebasing."""

from __future__ import annotations

from fastapi import APIRouter

from api.openapi import problems
from api.routes.desk import AtApproversDesk, AtDesk, AtReadersDesk
from api.routes.plans import PlanId
from api.schemas.workflow import (
    PlanProblems,
    PlanStep,
    Rebased,
    RemarksRequest,
    ReturnRequest,
    SubmitRequest,
)
from api.services import rebasing, workflow

router = APIRouter(
    prefix="/plans/{plan_id}", tags=["planning"], responses=problems(403, 404, 422, 503)
)


@router.get("/problems")
def list_problems(desk: AtReadersDesk, plan_id: PlanId) -> PlanProblems:
    """List what is wrong with a plan, in Chinese and English, with the units concerned."""
    return workflow.problems(desk, plan_id)


@router.post("/submit", responses=problems(409))
def submit(desk: AtDesk, plan_id: PlanId, asked: SubmitRequest) -> PlanStep:
    """Hand a draft in: read-only from then on, with a signed reason for each rule it breaks."""
    return workflow.submit(desk, plan_id, asked)


@router.post("/approve", responses=problems(409))
def approve(desk: AtApproversDesk, plan_id: PlanId, asked: RemarksRequest) -> PlanStep:
    """Approve what was handed in; it may be published."""
    return workflow.approve(desk, plan_id, asked)


@router.post("/return", responses=problems(409))
def hand_back(desk: AtApproversDesk, plan_id: PlanId, asked: ReturnRequest) -> PlanStep:
    """Return what was handed in, with remarks."""
    return workflow.hand_back(desk, plan_id, asked)


@router.post("/recall", responses=problems(409))
def recall(desk: AtDesk, plan_id: PlanId, asked: RemarksRequest) -> PlanStep:
    """Call back what was handed in and not yet judged."""
    return workflow.recall(desk, plan_id, asked)


@router.post("/rebase", responses=problems(409))
def rebase(desk: AtDesk, plan_id: PlanId) -> Rebased:
    """Take into a draft what changed of its buildings, and tell what did."""
    return rebasing.rebase(desk, plan_id)
