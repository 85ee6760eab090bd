"""Communities, plans, grids and handover lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.paging import Located

Extent = tuple[float, float, float, float]


class Plan(BaseModel):
    """A division of one community, with its figures."""

    id: int
    community_code: str
    community_name: str | None
    name: str
    state: str
    tier: str = Field(description="base, or micro for micro grids inside base grids.")
    revision: int
    created_at: datetime
    based_on: int | None
    rules_name: str | None
    caps: dict[str, int] | None = Field(description="Household cap by courtyard kind.")
    rules_households_kind: str | None = Field(description="Which households the rules speak of.")
    valid_from: date | None
    valid_to: date | None = Field(description="First day on which it no longer holds.")
    grids: int = Field(description="On its list; once published, those that have units.")
    households: int
    households_estimated: bool = Field(description="Some building's count is an estimate.")
    households_kinds: list[str] = Field(
        description="What the counts are: registered, resident or dwellings."
    )
    over_cap: int = Field(description="Grids whose load is above 1.")
    lowest_load: float | None = Field(description="Of grids with households; 1 is exactly full.")
    highest_load: float | None
    buildings: int
    unassigned_units: int
    unassigned_households: int
    extent: Extent | None = Field(description="West, south, east, north in `coord`.")


class PlanDetail(Plan):
    """A plan with the certificate of its division."""

    certificate: dict[str, Any] | None


class Community(BaseModel):
    """A community and the plan that stands for it."""

    code: str
    name: str
    subdistrict: str | None
    buildings: int
    courtyards: int
    households: int
    households_estimated: bool
    households_kinds: list[str] = Field(
        description="What the counts are: registered, resident or dwellings."
    )
    drafts: int
    plan: Plan | None = Field(
        description="The plan that holds on the day, else the newest that is not archived."
    )


class Grid(Located):
    """A published grid."""

    code: str
    grid_no: int
    name: str
    kind: str
    households: int
    load: float = Field(description="Households over cap; 1 is exactly full.")
    over_cap: bool
    flags: list[str]
    plan_id: int
    community_code: str
    valid_from: date | None
    valid_to: date | None
    area_m2: float | None


class PlanGrid(Located):
    """A grid of one plan."""

    grid_no: int
    code: str | None = Field(description="Given when the plan is published.")
    name: str
    kind: str
    locked: bool = Field(description="Planners leave it alone while they redraw.")
    households: int
    households_estimated: bool
    load: float = Field(description="Households over cap; 1 is exactly full.")
    over_cap: bool
    flags: list[str]
    posts_needed: int | None = Field(description="Full grids in its load, rounded up.")
    round_m: float | None = Field(
        description="Estimated length of one round of all its buildings on foot, in metres."
    )
    plan_id: int
    community_code: str
    buildings: int
    courtyards: int
    pieces: int | None = Field(description="Separate pieces of ground; 1 when contiguous.")
    area_m2: float | None
    extent: Extent | None = Field(description="West, south, east, north in `coord`.")
    label: tuple[float, float] | None = Field(
        description="A place for the label, well inside the grid."
    )


class HandoverRow(BaseModel):
    """A building or stairwell that passes from one grid to another; posts, never persons."""

    unit_id: str
    building_code: str
    building_name: str | None
    address: str | None
    households: int
    on_day: date
    from_grid: str | None
    to_grid: str | None
    from_posts: list[str]
    to_posts: list[str]


# PostgreSQL cannot hold the NUL character; a name of blanks names nobody.
Words = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]+$")]


class DivideRequest(BaseModel):
    """Ask for a new draft of a community."""

    model_config = ConfigDict(extra="forbid")

    community: str = Field(pattern=r"^[0-9]{12}$", description="Code of the community.")
    rules: str = Field(
        default="gaoxian-2020", max_length=64, description="Name of a preset rule set."
    )
    name: Words | None = Field(default=None, max_length=100)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    made_by: Words = Field(max_length=100, description="Who asks for it.")


class PublishRequest(BaseModel):
    """Ask for a plan to take effect on a day."""

    model_config = ConfigDict(extra="forbid")

    valid_from: date
    published_by: Words = Field(max_length=100)
    reason: Words | None = Field(
        default=None,
        max_length=2000,
        description="Signed reason for the rules that the plan breaks.",
    )


class WithdrawRequest(BaseModel):
    """Ask for a publication that has not taken effect to be taken back."""

    model_config = ConfigDict(extra="forbid")

    withdrawn_by: Words = Field(max_length=100)
    reason: Words | None = Field(default=None, max_length=2000, description="Why.")
