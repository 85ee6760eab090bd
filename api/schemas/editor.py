"""The document the planner's page works on: columns, not rows."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class EditorPlan(BaseModel):
    """The plan, and what whoever asks may do with it."""

    id: int
    name: str
    state: str
    revision: int = Field(description="Number of the last edit that is in `assignment`.")
    tier: str
    community_code: str
    community_name: str | None
    based_on: int | None
    ground: int = Field(description="What the numbers of units and borders belong to.")
    me: str = Field(description="How edits of whoever asks are signed.")
    may_draw: bool
    may_recall: bool
    may_fork: bool = Field(description="A draft of their own may begin as this plan is.")
    may_approve: bool


class EditorRules(BaseModel):
    """What the page needs of the rule set."""

    name: str
    caps: dict[str, int]
    capacity: int = Field(description="Load of a grid that is exactly full.")
    fill: float
    keep_courtyards: bool
    hard_barriers: list[str]
    soft_barriers: list[str]
    households_kind: str
    grid_kind: str


class EditorScale(BaseModel):
    """Whole numbers to degrees: ``west + x * step``, ``south + y * step``."""

    west: float
    south: float
    step: float


class EditorUnits(BaseModel):
    """One entry for each unit, in the order of their numbers."""

    unit_id: list[str]
    kind: list[str]
    households: list[int]
    estimated: list[int] = Field(description="Numbers of the units whose count is an estimate.")
    load: list[int]
    building: list[str | None] = Field(description="Code of the building.")
    name: list[str | None] = Field(description="Name or number of the building.")
    courtyard: list[int] = Field(description="Place in `courtyards`; -1: none.")
    x: list[int]
    y: list[int]
    elders: list[int | None] | None = Field(
        description="Of the unit's building, for those who may see counts; else null."
    )


class EditorCourtyards(BaseModel):
    """The courtyards of the units."""

    code: list[str]
    name: list[str | None]
    kind: list[str]


class EditorBorders(BaseModel):
    """The borders whose two sides are units or the outside."""

    left: list[int]
    right: list[int] = Field(description="-1: outside the community.")
    length_cm: list[int]
    along: list[str] = Field(description="What the numbers in `runs_along` stand for.")
    runs_along: list[int]
    passage: list[int] = Field(description="Numbers of the borders that a gate or bridge opens.")
    points: list[int] = Field(description="Number of points of each line.")
    dx: list[int] = Field(description="All points: each the step from the point before.")
    dy: list[int]


class EditorTouching(BaseModel):
    """Pairs of units between which a grid is contiguous."""

    a: list[int]
    b: list[int]


class EditorGrids(BaseModel):
    """The grids the plan ever had: their numbers are not given again."""

    no: list[int]
    name: list[str]
    kind: list[str]
    locked: list[bool]
    removed: list[bool] = Field(description="Off the list: no unit can join it.")
    code: list[str | None]


class EditorDocument(BaseModel):
    """A plan with all that a page needs to redraw it without asking again."""

    plan: EditorPlan
    rules: EditorRules
    scale: EditorScale
    units: EditorUnits
    courtyards: EditorCourtyards
    borders: EditorBorders
    touching: EditorTouching
    grids: EditorGrids
    assignment: list[int] = Field(description="Grid number of each unit; -1: none.")
    certificate: dict[str, Any] | None
