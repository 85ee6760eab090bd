"""The road of a draft to publication: problems, reasons, remarks, rebasing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.planning import Remark

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$"),
]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SubmitRequest(_Asked):
    """Hand a draft in; from then on it is read-only."""

    reasons: dict[Kind, Words] = Field(
        default_factory=dict,
        max_length=20,
        description="For each kind of problem that blocks, why it is to stand; the asker signs.",
    )
    remarks: Remark | None = None


class RemarksRequest(_Asked):
    """Remarks on what was handed in."""

    remarks: Remark | None = None


class ReturnRequest(_Asked):
    """What is to be changed before the plan is handed in again."""

    remarks: Words


class PlanStep(BaseModel):
    """A plan after a step of its road."""

    id: int
    state: str
    revision: int


class PlanProblem(BaseModel):
    """Something that is wrong with a plan, or to be known about it."""

    kind: str = Field(
        description="unassigned, over_cap, not_contiguous, barrier_crossed, courtyard_split, "
        "buildings_changed; indivisible_over_cap is a flag."
    )
    blocks: bool = Field(description="Handing in needs a signed reason for it.")
    grid_no: int | None = Field(description="null: the plan as a whole.")
    units: list[int] = Field(description="Numbers of the units concerned.")
    ids: list[str] = Field(description="Their codes; a split courtyard's, a changed building's.")
    en: str
    zh: str


class PlanProblems(BaseModel):
    """What is wrong with a plan, in the order of grids."""

    revision: int
    items: list[PlanProblem]


class Rebased(BaseModel):
    """A draft on the ground of today's buildings."""

    changed: bool = Field(description="false: the buildings are as the draft has them.")
    ground: int
    revision: int
    appeared: list[str] = Field(description="Codes of new buildings; they are in no grid.")
    vanished: list[str]
    households: list[tuple[str, int, int]] = Field(description="[building, was, is now]")
    unassigned: int
    snapshot: int | None = Field(description="Snapshot of the draft as it was before.")
