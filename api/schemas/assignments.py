"""Assignments in and out of files, and two plans compared."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas.paging import GeoJSONGeometry
from api.schemas.planning import NewGrid


class Unplaced(BaseModel):
    """A row of a file that moves nothing, and why."""

    row: int = Field(description="Row in the file, from 1 for the headings; 0: no row of its own.")
    name: str = Field(description="What it names.")
    reason: str = Field(
        description="no_building, no_grid, twice, several_grids (its stairwells lie in different "
        "grids and the row names the building), contradiction (number, code and name mean "
        "different grids), locked, unchanged."
    )


class AssignmentPreview(BaseModel):
    """What a file would move; `POST /strokes` with its moves and new grids accepts it."""

    revision: int
    ground: int
    rows: int = Field(description="Rows read.")
    moves: list[tuple[int, int | None, int | None]]
    grids: list[NewGrid] = Field(description="New grids, as a stroke declares them.")
    unplaced: list[Unplaced]
    counts: dict[str, int] = Field(description="Rows that move nothing, by reason.")


class DrawnRemark(BaseModel):
    """Something unclear about polygons drawn as grids."""

    kind: str = Field(
        description="unreadable, mended, overlap (polygons), divided (a unit of which no polygon "
        "covers 60 %), doubled (a unit in two polygons), uncovered, no_units, elsewhere, "
        "several_parts, same_grid, by_place (it is not called anything), locked."
    )
    rows: list[int] = Field(description="Rows of the file, from 1.")
    units: list[int] = Field(description="Units to look at.")
    en: str
    zh: str


class DrawnPreview(BaseModel):
    """What polygons would move; `POST /strokes` with its moves and new grids accepts it."""

    revision: int
    ground: int
    rows: int = Field(description="Rows read.")
    polygons: int = Field(description="Polygons that could be used.")
    placed: int = Field(description="Units that lie in a polygon; the others stay.")
    units: int = Field(description="Units of the plan.")
    moves: list[tuple[int, int | None, int | None]]
    grids: list[NewGrid] = Field(description="New grids, as a stroke declares them.")
    remarks: list[DrawnRemark] = Field(description="1,000 at most.")
    counts: dict[str, int] = Field(description="All remarks, by kind.")


class ComparedGrid(BaseModel):
    """A grid of one side beside the one of the other that has most of its households."""

    a: int | None = Field(description="Its number on side a; null: new on side b.")
    b: int | None = Field(description="Its number on side b; null: gone.")
    name_a: str | None
    name_b: str | None
    households_a: int
    households_b: int
    load_a: float
    load_b: float
    posts_a: int
    posts_b: int
    round_m_a: float
    round_m_b: float


class MovedBuilding(BaseModel):
    """A building or stairwell that lies in another grid on side b."""

    unit_id: str
    building: str | None
    name: str | None = Field(description="What people call the building today.")
    courtyard: str | None = Field(description="Name of the courtyard it stands in today.")
    households: int
    households_estimated: bool
    place: tuple[float, float] = Field(description="A point of its ground, longitude, latitude.")
    from_no: int | None = Field(description="Number of the grid on side a; null: in none.")
    to_no: int | None = Field(description="And on side b.")
    from_grid: str | None
    to_grid: str | None


class ComparedSide(BaseModel):
    """One side of a comparison in a few figures."""

    title: str
    plan: int
    state: str
    revision: int | None = Field(description="null: a snapshot, or a plan that takes no edits.")
    grids: int
    households: int
    unassigned_households: int
    posts_needed: int
    over_cap: int
    highest_load: float
    lowest_load: float = Field(description="Of grids with households.")
    balance: float = Field(
        description="Spread of loads: standard deviation over mean of grids with households."
    )
    compactness: float = Field(
        description="Mean Polsby-Popper score of all grids: 1 a disc, near 0 a ribbon."
    )
    round_m: float = Field(description="Estimated rounds of all grids together, in metres.")
    subsidy_tier: int = Field(description="How many bounds of the subsidy its households reach.")


class SubsidyTiers(BaseModel):
    """Where the tiers of the subsidy begin, as the service is set."""

    bounds: list[int] = Field(description="Households, ascending.")
    includes_bound: bool = Field(description="Whether exactly so many are in the upper tier.")


class ComparedArea(BaseModel):
    """A grid of one side as a shape."""

    no: int
    name: str
    households: int
    load: float
    hue: int = Field(description="1 to 8; one for a grid and its match.")
    label: tuple[float, float] = Field(description="A point inside, longitude and latitude.")
    geometry: GeoJSONGeometry


class ComparedMap(BaseModel):
    """Both sides as shapes, EPSG:4326."""

    extent: tuple[float, float, float, float] = Field(description="West, south, east, north.")
    a: list[ComparedArea]
    b: list[ComparedArea]
    moved: list[GeoJSONGeometry] = Field(
        description="Ground of the first 5,000 in `moved`, in its order."
    )


class Comparison(BaseModel):
    """Two divisions of one community."""

    community: str
    community_name: str | None
    subsidy: SubsidyTiers
    a: ComparedSide
    b: ComparedSide
    households_moved: int
    grids: list[ComparedGrid]
    moved: list[MovedBuilding] = Field(description="Up to 20,000, most households first.")
    map: ComparedMap | None = Field(description="Only with `geometry=true`.")
