"""Staff, the chains they form, and what of teams nobody fills."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

Strict = ConfigDict(extra="forbid")


class StaffPerson(BaseModel):
    """A worker; the phone is masked, `POST /api/v1/staff/{code}/phone` tells it by right."""

    model_config = Strict

    code: str
    name: str
    masked_phone: str | None = Field(description="138****1234; null: none is stored.")


class StaffPost(BaseModel):
    """A post and who holds it."""

    model_config = Strict

    post: str
    role: str
    title: str = Field(description="The role in the language of the answer.")
    tags: list[str]
    vacant: bool
    person: StaffPerson | None = Field(description="Null: vacant, or not yours to see.")
    deputy: StaffPerson | None


class ChainLink(BaseModel):
    """One level of a chain: what it is of, and its posts."""

    model_config = Strict

    level: str = Field(description="county ... stairwell, from the widest to the narrowest.")
    title: str
    code: str
    name: str | None
    posts: list[StaffPost]


class Chain(BaseModel):
    """Everybody who answers for a building, from the widest level to the narrowest."""

    model_config = Strict

    building: str
    at: date
    template: str | None = Field(description="Team template that names the levels; null: none.")
    links: list[ChainLink]


class HeldSubject(BaseModel):
    """What a worker has a post for."""

    model_config = Strict

    post: str
    role: str
    title: str
    tags: list[str]
    level: str
    code: str
    community_code: str
    as_deputy: bool
    since: date | None
    until: date | None = Field(description="First day out of office; null: open.")


class StaffMember(StaffPerson):
    """A worker with the posts of a day."""

    posts: list[HeldSubject]


class Phone(BaseModel):
    """A phone in full; that it was told is written down."""

    model_config = Strict

    code: str
    phone: str | None


class SeatRow(BaseModel):
    """Seats of one role in one area; `gap` = needed - filled, counted subject by subject."""

    model_config = Strict

    area: str
    area_name: str
    level: str
    role: str
    title: str
    subjects: int
    needed: int
    filled: int
    vacant_posts: int
    gap: int


class GapRow(BaseModel):
    """A grid, building ... that lacks holders of a role."""

    model_config = Strict

    area: str
    level: str
    role: str
    title: str
    code: str
    name: str | None
    grid: str | None
    needed: int
    held: int
    gap: int


class Vacancies(BaseModel):
    """What the team templates of an area ask for, and what of it nobody fills."""

    model_config = Strict

    area: str
    at: date
    gap: int
    seats: list[SeatRow]
    items: list[GapRow]
    next: str | None = Field(description="Pass it as `cursor` for the page after; null: the last.")


class StaffFigures(BaseModel):
    """Staff of a community or street office on a day, against the thresholds of the settings."""

    model_config = Strict

    area: str
    name: str
    level: str
    households: int
    persons: int | None = Field(
        description="Residents, rounded to 5; null: not counted, or too few buildings to tell."
    )
    workers: int = Field(description="Persons who hold a post in a grid.")
    posts: int
    vacant: int
    workers_per_10000: float | None
    workers_needed: int | None = Field(description="For the threshold, rounded up.")
    enough: bool | None
    households_per_post: float | None
    tier: int = Field(description="0 below the first bound of households, 1 below the second ...")
    tier_from: int = Field(description="Households from which that tier holds.")


class Staffing(BaseModel):
    """Figures of an area and of those one level below."""

    model_config = Strict

    at: date
    per_10000: float
    tiers: list[int]
    tier_includes_bound: bool
    figures: StaffFigures
    children: list[StaffFigures]
