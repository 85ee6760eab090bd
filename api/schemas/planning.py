"""What a planner's page sends and is told: strokes, grids, history, snapshots."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

# Control characters draw nothing and break files; a name of blanks names nothing.
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
Remark = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")
]
Number = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]
Kind = Literal["base", "special", "micro"]
MoveRow = tuple[Number, Number | None, Number | None]
# An engine's result may move every unit of a community.
Moves = Annotated[list[MoveRow], Field(max_length=20_000)]
Action = Literal[
    "stroke", "paint", "erase", "cut", "repair", "complete", "split", "merge", "divide",
    "stairwells", "import", "take-back",
]  # fmt: skip


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewGrid(_Asked):
    """A grid that a stroke adds; `no` is what its moves call it."""

    no: Number
    name: Name
    kind: Kind | None = Field(default=None, description="That of the plan's grids when absent.")


class StrokeRequest(_Asked):
    """A stroke: units on their way from where the page saw them."""

    client: UUID = Field(description="Name of this stroke; told twice, it is made once.")
    ground: int = Field(description="Ground that the unit numbers are of, as the page loaded it.")
    moves: Moves = Field(description="[unit, from, to]; null: in no grid.")
    action: Action = "stroke"
    why: Remark | None = None
    grids: list[NewGrid] = Field(default_factory=list, max_length=500)


class StairwellsRequest(_Asked):
    """Ask for a building over the cap to be divided by its stairwells."""

    client: UUID
    ground: int
    building: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    count: Annotated[StrictInt, Field(ge=2, le=99)] | None = Field(
        default=None, description="How many there are, where their households are not known."
    )
    households: (
        Annotated[
            list[Annotated[StrictInt, Field(ge=0, le=100_000)]], Field(min_length=2, max_length=99)
        ]
        | None
    ) = Field(default=None, description="Of each, in their order.")
    why: Remark | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> StairwellsRequest:
        if (self.count is None) == (self.households is None):
            raise ValueError("give either count or households")
        return self


class TakeBackRequest(_Asked):
    """Ask for the planner's own last stroke to be taken back, or made again."""

    client: UUID
    ground: int | None = None
    takes: UUID | None = Field(
        default=None,
        description="Name of the act that is to be taken back, or made again; when it is another "
        "by now, nothing is. Without it: the last, whichever that is.",
    )


class NewGridRequest(_Asked):
    """Ask for an empty grid."""

    client: UUID
    name: Name | None = Field(default=None, description="第n网格 when absent.")
    kind: Kind | None = Field(default=None, description="That of the plan's grids when absent.")


class GridPatch(_Asked):
    """Change a grid: its name, its kind, whether it is locked."""

    client: UUID
    name: Name | None = None
    kind: Kind | None = None
    locked: StrictBool | None = None


class Rejection(BaseModel):
    """A move that was not made."""

    model_config = ConfigDict(populate_by_name=True)

    unit: int
    from_grid: int | None = Field(alias="from")
    to_grid: int | None = Field(alias="to")
    now: int | None = Field(description="Where the unit is.")
    by: str | None = Field(description="Who moved it there; null: nobody since the plan began.")
    at: datetime | None
    why: Literal["taken", "locked", "removed"] = Field(
        description="taken: it is elsewhere by now; locked: one of the grids is locked; removed: "
        "the grid it was to join is off the list."
    )


class GridFigures(BaseModel):
    """A grid after a stroke."""

    no: int
    name: str
    kind: str
    locked: bool
    removed: bool = Field(description="Off the list, empty; undo may bring it back.")
    units: int
    buildings: int
    households: int
    households_estimated: bool
    load: float = Field(description="1 is exactly full.")
    load_units: int = Field(description="Load as a whole number; a full grid has `capacity`.")
    pieces: int = Field(description="Contiguous parts; 0 when empty.")
    posts_needed: int
    round_m: float
    problems: list[str] = Field(
        description="over_cap, indivisible_over_cap (a flag, no fault), not_contiguous, "
        "barrier_crossed, courtyard_split."
    )


class Stroked(BaseModel):
    """What became of a stroke."""

    seq: int | None = Field(description="Number of the edit; null: nothing was changed.")
    revision: int = Field(description="Number of the plan's last edit.")
    ground: int = Field(description="Ground that the plan is on now; another: load it again.")
    action: str
    undoes: int | None = Field(default=None, description="Edit that it takes back.")
    applied: list[tuple[int, int | None, int | None]]
    rejected: list[Rejection]
    grids: list[GridFigures] = Field(description="The touched grids as they are now.")
    capacity: int = Field(description="Load of a full grid.")
    unassigned: int = Field(description="Units that are in no grid.")
    numbers: dict[int, int] = Field(
        default_factory=dict,
        description="Numbers that new grids got instead of those the stroke called them.",
    )
    replayed: bool = Field(default=False, description="The stroke had been made before.")
    can_undo: bool
    can_redo: bool


class EditEntry(BaseModel):
    """One edit of a plan's history."""

    seq: int
    client: UUID | None = Field(description="Name that a page gave it; null: no page made it.")
    at: datetime
    by: str
    action: str
    why: str | None
    moves: list[tuple[int, int | None, int | None]]
    undoes: int | None
    grids: list[tuple[int, str, str | bool, str | bool]] = Field(
        description="Changes of grids: [number, aspect, was, is now]."
    )
    detail: dict[str, Any] = Field(
        description="What else it tells: reasons, what a rebase found, the snapshot restored."
    )


class Edits(BaseModel):
    """A stretch of a plan's history, oldest first."""

    revision: int
    ground: int
    state: str
    items: list[EditEntry]
    more: bool = Field(description="Ask again after the last of these.")


class SnapshotRequest(_Asked):
    """Ask for the state of a draft to be kept under a name."""

    name: Name


class RestoreRequest(_Asked):
    """Ask for a draft to be as a snapshot has it."""

    client: UUID


class ForkRequest(_Asked):
    """Ask for a draft of one's own that begins as this plan, or one of its snapshots, is."""

    name: Name
    snapshot: Number | None = None


class Snapshot(BaseModel):
    """A named state of a draft."""

    no: int
    name: str
    by: str
    at: datetime
    seq: int = Field(description="Edit after which it was taken.")


class Snapshots(BaseModel):
    """The snapshots of a plan, newest first."""

    items: list[Snapshot]


class PresenceRequest(_Asked):
    """Tell that a page has the plan open."""

    client: UUID


class Presence(BaseModel):
    """Who has the plan open: whoever said so in the last 45 seconds, oneself too."""

    people: list[str]
