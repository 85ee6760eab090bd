"""Figures of areas: what stands published on a day, counted from the county to the community."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.schemas.walking import KindName

Extent = tuple[float, float, float, float]


class AreaName(BaseModel):
    """An administrative area."""

    code: str = Field(description="12 digits.")
    name: str
    level: str = Field(description="county, subdistrict or community.")


class Households(BaseModel):
    """Households of the buildings that stand on the day."""

    total: int
    estimated: int = Field(description="How many of them are estimates.")
    kinds: dict[str, int] = Field(
        description="By what was counted: registered, resident or dwellings."
    )


class LoadClasses(BaseModel):
    """Base grids, and special ones with households, by load: households over cap."""

    low: int = Field(description="Load below 0.8.")
    fit: int = Field(description="0.8 to 1.")
    over: int = Field(description="Above 1, to 1.2.")
    far_over: int = Field(description="Above 1.2.")


class Grids(BaseModel):
    """Published grids."""

    base: int
    special: int
    micro: int = Field(description="Inside base grids; counted apart.")
    over_cap: int = Field(description="Base and special grids whose load is above 1.")
    loads: LoadClasses
    mean_load: float | None = Field(description="Mean of the loads; 1 is exactly full.")
    highest_load: float | None


class Posts(BaseModel):
    """Posts in the published grids; never who holds them."""

    posts: int
    vacant: int = Field(description="Posts that nobody holds.")
    workers: int = Field(description="Persons who hold one or more.")
    needed: int | None = Field(description="Full grids in the loads; null: not told by the plans.")
    grids_without_post: int = Field(description="Base grids that have no post at all.")


class Covered(BaseModel):
    """service_coverage: households that reach a kind on foot within a cutoff."""

    reached: int
    total: int
    share: float | None = Field(description="reached over total; null: nobody lives there.")


class KindCoverage(Covered):
    """service_coverage of one kind within one cutoff."""

    kind: str
    cutoff_s: int
    estimated: int = Field(description="Households in the total that are estimates.")


class Gaps(BaseModel):
    """
    Ground whose households miss a kind within the cutoff.

    A gap counts where most of its households live and may reach over the border; how many of
    an area's own households miss the kind is `covered.total - covered.reached`.
    """

    gaps: int
    households: int = Field(description="Of the whole gaps, on either side of a border.")
    households_estimated: int


class KindGaps(Gaps):
    """Gaps of one kind."""

    kind: str


class WorstGap(BaseModel):
    """One gap, and where it is."""

    id: int
    community_code: str
    community_name: str | None
    households: int
    households_estimated: int
    buildings: int
    reasons: dict[str, int] = Field(description="Why, by buildings.")
    extent: Extent


class Walking(BaseModel):
    """How service_coverage was computed, and what of it is looked at."""

    made_at: datetime
    profile: str
    method: str = Field(description="network: along walkable streets from each building.")
    gates: str
    kinds: list[KindName]
    speeds: dict[str, float] = Field(description="Speeds that were walked, metres a second.")
    cutoffs_s: list[int]
    kind: str = Field(description="The kind whose gaps, and whose coverage of children, are told.")
    speed_m_s: float
    cutoff_s: int


class AreaFigures(BaseModel):
    """What one area, or one of the next level, adds up to."""

    communities: int
    published: int = Field(description="Communities whose grids are published.")
    buildings: int
    households: Households
    grids: Grids
    posts: Posts
    covered: Covered | None = Field(
        description="service_coverage of `walking.kind`; null: not computed."
    )
    gaps: Gaps | None = Field(description="Gaps of `walking.kind`; null: not computed.")


class Child(AreaFigures):
    """Figures of an area of the next level."""

    code: str
    name: str
    level: str


class WholeArea(AreaFigures):
    """Figures of the area asked for, with what is told of it alone."""

    flags: dict[str, int] = Field(description="Published grids that carry each flag.")
    coverage: list[KindCoverage] = Field(description="Every kind at every cutoff.")
    gaps_by_kind: list[KindGaps]
    worst_gaps: list[WorstGap] = Field(description="Of `walking.kind`, most households first.")


class Figures(BaseModel):
    """The figures of an area and of the areas of the next level."""

    at: date = Field(description="Day whose state is told.")
    as_of: datetime = Field(description="When the database was read.")
    grids_since: date | None = Field(description="First day of the newest division that holds.")
    way: list[AreaName] = Field(description="The area and those above it, the highest first.")
    extent: Extent | None = Field(
        description="Around its communities: west, south, east, north in degrees (WGS 84)."
    )
    walking: Walking | None = Field(description="null: no walks were computed by that day.")
    figures: WholeArea
    children: list[Child] = Field(description="Areas of the next level; none below a community.")
