"""What the engine proposes before anything is stored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.planning import GridFigures, NewGrid, Number

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ground: int | None = Field(default=None, description="Ground the page has loaded.")
    seed: int = Field(default=1, ge=0, le=2**31 - 1)


class RepairPreview(_Asked):
    """Make every hard rule hold again, moving few households."""

    action: Literal["repair"]
    curve: bool = Field(default=False, description="Also plans with fewer grids; takes longer.")
    choose: int | Literal["least", "fewest"] = Field(
        default="least", description="Which plan of the curve, from 1."
    )


class CompletePreview(_Asked):
    """Divide what is in no grid."""

    action: Literal["complete"]
    grow: Literal["never", "pockets", "room"] = "pockets"


class SplitPreview(_Asked):
    """Split a grid into even parts."""

    action: Literal["split"]
    grid: Number
    parts: int = Field(ge=2, le=100)


class MergePreview(_Asked):
    """Merge grids into one."""

    action: Literal["merge"]
    grids: list[Number] = Field(min_length=1, max_length=100)


class DividePreview(_Asked):
    """Divide the community from scratch; grids keep the numbers they have most in common with."""

    action: Literal["divide"]


class CutPreview(_Asked):
    """Cut a grid in two along a line drawn by hand; no unit is divided."""

    action: Literal["cut"]
    grid: Number
    line: list[tuple[Longitude, Latitude]] = Field(
        min_length=2, max_length=1000, description="Degrees, EPSG:4326."
    )


PreviewRequest = Annotated[
    RepairPreview | CompletePreview | SplitPreview | MergePreview | DividePreview | CutPreview,
    Field(discriminator="action"),
]


class Totals(BaseModel):
    """A plan in a few figures."""

    grids: int = Field(description="Grids that have units.")
    unassigned: int = Field(description="Units in no grid.")
    problems: int = Field(description="Grids that break a hard rule.")
    highest_load: float = Field(description="1 is exactly full.")
    lowest_load: float = Field(description="Among grids with households.")


class Side(BaseModel):
    """The plan before or after: its totals, and the grids that the proposal touches."""

    totals: Totals
    grids: list[GridFigures]


class Choice(BaseModel):
    """One plan of a repair's curve."""

    number: int
    households_moved: int
    grids: int
    highest_load: float


class Preview(BaseModel):
    """A proposal; `POST /strokes` with its moves and new grids accepts it."""

    action: str
    revision: int = Field(description="State of the plan that it starts from.")
    ground: int
    moves: list[tuple[int, int | None, int | None]]
    grids: list[NewGrid] = Field(description="New grids, as a stroke declares them.")
    households_moved: int = Field(description="That leave the grid they are in.")
    before: Side
    after: Side
    certificate: dict[str, Any] | None = Field(
        description="How good the plan would be, and why; null while units are in no grid."
    )
    curve: list[Choice] | None = Field(description="Plans that a repair can choose from.")
