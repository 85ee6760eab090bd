"""Who is responsible here."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.staff import ChainLink

Strict = ConfigDict(extra="forbid")
Found = Literal["inside", "nearest", "several", "nothing"]


class HereGrid(BaseModel):
    """The grid of a spot."""

    model_config = Strict

    code: str
    name: str
    kind: str
    community_code: str
    distance_m: float = Field(description="0 inside; else metres to it over the ground.")
    page: str = Field(description="Address of its public page.")


class HereBuilding(BaseModel):
    """A building."""

    model_config = Strict

    code: str
    name: str | None
    number: str | None
    address: str | None
    courtyard: str | None
    page: str = Field(description="Address of its public page.")


class HereFacility(BaseModel):
    """A facility near the spot."""

    model_config = Strict

    kind: str
    code: str
    name: str | None
    metres: float


class Responsible(BaseModel):
    """Who answers for a spot: the grid, the building, the chain of posts, what is near."""

    model_config = Strict

    at: date
    found: Found = Field(
        description="inside a grid; outside all, then the nearest; several buildings are called "
        "so, then `candidates`; or nothing is published near."
    )
    told: str = Field(description="The same in a sentence.")
    grid: HereGrid | None
    other_grids: list[HereGrid] = Field(
        description="Micro grids, and further grids that hold stairwells of the building."
    )
    building: HereBuilding | None
    candidates: list[HereBuilding]
    chain: list[ChainLink] = Field(description="People only by right; posts for everybody.")
    facilities_by: Literal["walk", "straight"] = Field(
        description="Metres on foot, as stored for the building, or as the crow flies."
    )
    facilities: list[HereFacility]
    hotline: str
    office: str
    office_phone: str
