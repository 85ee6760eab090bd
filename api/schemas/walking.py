"""Walking circles: runs, figures, gaps, circles, sites and the reach of a building."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.paging import GeoJSONGeometry, Located


class KindName(BaseModel):
    """A facility kind and what it is called."""

    kind: str
    zh: str
    en: str


class WalkingRun(BaseModel):
    """How the figures of a profile were made; each figure is to be read with it."""

    profile: str
    made_at: datetime
    settings: dict[str, Any] = Field(
        description="Gate policy, walked classes, speeds (m/s), cutoffs (s), kinds, snap limit."
    )
    kinds: list[KindName]
    network: str = Field(description="Digest of the streets, gates, courtyards and barriers.")


class CoverageFigure(BaseModel):
    """service_coverage of one kind, cutoff and speed."""

    kind: str
    method: str = Field(description="network, or straight_line for comparison only.")
    counted: str = Field(description="What is counted: households, buildings, residents ...")
    cutoff_s: int
    speed_m_s: float
    total: int | None = Field(description="null: too few buildings to tell.")
    reached: int | None
    share: float | None = Field(description="reached over total; null: nobody, or too few to tell.")
    buildings: int
    known_buildings: int = Field(description="Buildings that carry the count.")
    estimated: int = Field(description="Households in the total that are estimates.")
    note: str


class Coverage(BaseModel):
    """The figures of one area and how they were made."""

    area_code: str
    level: str
    run: WalkingRun
    figures: list[CoverageFigure]


class Gap(Located):
    """Ground whose households miss a kind within the cutoff."""

    id: int
    kind: str
    rank: int = Field(description="1 has most households of its kind.")
    community_code: str | None
    buildings: int
    households: int
    households_estimated: int
    reasons: dict[str, int] = Field(description="Why, by buildings.")
    cutoff_s: int
    speed_m_s: float


class Circle(Located):
    """A service circle: a picture of reach, never the source of a figure."""

    kind: str
    facility_code: str | None = Field(description="null: all facilities of the kind together.")
    cutoff_s: int
    speed_m_s: float
    status: str = Field(description="ok, empty, snap_too_long, outside or failed.")


class Site(Located):
    """A suggested place for a facility of a kind."""

    kind: str
    community_code: str | None
    rank: int = Field(description="In which order to build.")
    place: str = Field(description="Code of the candidate.")
    households_gained: int
    cutoff_s: int
    speed_m_s: float
    made_at: datetime
    certificate: dict[str, Any] = Field(description="How good the choice is, and against what.")


class Reach(BaseModel):
    """The walk from a building to its nearest facility of a kind."""

    kind: str
    facility_code: str | None
    facility_name: str | None
    metres: float | None = Field(description="On foot; null: there is no way.")
    open_m: float | None = Field(description="The same if every gate stood open.")
    straight_m: float | None = Field(description="In a straight line, to the nearest by air.")
    seconds: float | None = Field(description="metres over the speed asked for.")
    reason: str | None = Field(description="Why there is no way at all; null: there is one.")


class IsochroneArea(BaseModel):
    """The ground within one cutoff."""

    minutes: float
    geometry: GeoJSONGeometry | None = Field(
        description="A MultiPolygon in the coordinate system of `coord`; null: nothing is reached."
    )


class Isochrone(BaseModel):
    """What a person reaches on foot from a point."""

    lon: float
    lat: float
    start: tuple[float, float] | None = Field(
        description="Where the walk comes to a street, lon and lat; null: nowhere."
    )
    leg_m: float | None = Field(description="Metres of the straight way to it.")
    speed_m_s: float
    gates: str
    walk: str = Field(description="Which streets are walked, in words.")
    status: str = Field(description="ok, empty, snap_too_long, outside or failed.")
    message: str = Field(description="Why nothing is reached; empty when ok.")
    areas: list[IsochroneArea] = Field(
        description="By cutoff, the shortest first; each lies within the next."
    )
