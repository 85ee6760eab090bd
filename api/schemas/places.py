"""Areas, courtyards, buildings and facilities as anyone may see them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from api.schemas.paging import Located


class Area(Located):
    """An administrative area."""

    code: str = Field(description="12 digits.")
    name: str
    level: str
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None = Field(description="First day on which it no longer holds.")


class Courtyard(Located):
    """A residential compound."""

    code: str
    name: str | None
    kind: str
    walled: bool
    managed: bool | None = Field(description="Whether it has property management; null: unknown.")
    community_code: str | None


class Building(Located):
    """A building with its households; counts of groups of people are not public."""

    code: str
    name: str | None
    number: str | None
    address: str | None
    community_code: str | None
    courtyard_code: str | None
    households: int
    households_kind: str = Field(description="registered, resident or dwellings.")
    households_estimated: bool
    floors: int | None
    stairwells: int | None


class Facility(Located):
    """A place that serves residents."""

    code: str
    name: str | None
    kind: str
    functions: str | None
    floor_area_m2: float | None
    opening_hours: str | None
    idle: bool
    community_code: str | None
