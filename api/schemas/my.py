"""What a worker's phone is told, and what it sends."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Outcome = Literal["seen", "absent", "locked"]
Code = Annotated[str, Field(min_length=1, max_length=128)]


class Me(BaseModel):
    """Who looks at the page."""

    account: str = Field(description="Tells accounts apart: what a phone keeps belongs to one.")
    name: str
    role: str | None
    worker: str | None = Field(description="Code of the worker; null: none is linked.")
    counts: bool = Field(description="Whether counts of elders and flagged residents are told.")


class MyGrid(BaseModel):
    """A grid looked after."""

    code: str
    name: str
    kind: str
    community: str | None
    since: date = Field(description="Since when it has had this shape.")


class MyCourtyard(BaseModel):
    """A courtyard with buildings of the list."""

    name: str
    pinyin: str
    initials: str


# Dataclasses, not models: a list has hundreds of them, and they come from our own statements, so
# checking each field again would take longer than reading them did.
@dataclass(slots=True)
class MyStairwell:
    """A stairwell of a building of the list."""

    code: str
    number: str | None
    households: int
    seen_on: Annotated[
        date | None, Field(description="Last day of this month on which somebody was met.")
    ]


@dataclass(slots=True)
class MyBuilding:
    """A building looked after: counts, never people."""

    code: str
    grid: Annotated[int, Field(description="Index in `grids`.")]
    courtyard: Annotated[int | None, Field(description="Index in `courtyards`; null: in none.")]
    gate: Annotated[str | None, Field(description="Name of the gate of the courtyard to enter by.")]
    name: str | None
    number: str | None
    address: str | None
    households: int
    estimated: bool
    floors: int | None
    stairwells: int | None
    elders: int | None
    flagged: int | None
    last_visit: Annotated[date | None, Field(description="Last day on which somebody was met.")]
    seen: Annotated[int, Field(description="Households met this month.")]
    tried: Annotated[Outcome | None, Field(description="What came of the last mark of this month.")]
    due: Annotated[
        bool, Field(description="Nobody was met here this month, or not at every stairwell.")
    ]
    lon: float
    lat: float
    pinyin: str
    initials: str
    entrances: list[MyStairwell]


class MyHandover(BaseModel):
    """What a publication gives to a worker and takes from them."""

    publication: int
    day: date
    gained: int = Field(description="Buildings, some perhaps in part.")
    households_gained: int
    lost: int
    households_lost: int
    confirmed_at: datetime | None


class Notice(BaseModel):
    """A mark on a building that had passed to another meanwhile; both are told."""

    id: int
    day: date
    building: str
    outcome: Outcome
    households: int
    marked_by: str
    now_grid: str
    mine: bool = Field(description="The mark is one's own; else the building is.")


class MyList(BaseModel):
    """All that a worker's page shows without a map."""

    me: Me
    day: date
    month: str = Field(description="2026-11")
    quota: int = Field(description="Households to visit each month.")
    map_app: str
    grids: list[MyGrid]
    courtyards: list[MyCourtyard]
    buildings: list[MyBuilding]
    fold: str = Field(description="Pairs of a traditional character and what it stands for here.")
    handovers: list[MyHandover]
    notices: list[Notice]


class HandoverRow(BaseModel):
    """A building or stairwell that passes to or from a worker."""

    gained: bool
    building: str
    label: str
    households: int
    other_grid: str | None
    other_people: str | None


class MyHandoverRows(BaseModel):
    """The buildings of one handover."""

    items: list[HandoverRow]


class Colleague(BaseModel):
    """Somebody with a post in the same community."""

    code: str
    name: str
    roles: list[str]
    grids: list[str]
    phone: str | None = Field(description="In full by right, else 138****1234.")


class Colleagues(BaseModel):
    """Those who work in the same communities."""

    items: list[Colleague]


class Mark(BaseModel):
    """One done mark."""

    model_config = ConfigDict(extra="forbid")

    client: uuid.UUID = Field(description="Made on the phone; the same mark may come again.")
    building: Code
    stairwell: Code | None = Field(default=None, description="null: the whole building.")
    outcome: Outcome
    households: int = Field(default=0, ge=0, le=100_000, description="Households met.")
    marked_at: AwareDatetime


class Marks(BaseModel):
    """Marks in the order in which they were made."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(
        default=None,
        max_length=512,
        description="`me.account` of the list they were made in; refused to any other account.",
    )
    marks: list[Mark] = Field(min_length=1, max_length=200)


class MarkResult(BaseModel):
    """What became of one mark."""

    client: uuid.UUID
    status: Literal["kept", "moved", "refused"] = Field(
        description="moved: kept, though the building has passed to another."
    )
    message: str = Field(description="A sentence in the language of Accept-Language; may be empty.")


class MarkResults(BaseModel):
    """One result for each mark, in their order."""

    results: list[MarkResult]


class Receipt(BaseModel):
    """A worker has read a handover."""

    model_config = ConfigDict(extra="forbid")

    publication: int = Field(ge=1, le=2**63 - 1)


class MyMap(BaseModel):
    """Simple shapes of what is looked after: drawn without WebGL and kept on the phone."""

    grids: list[MapShape]
    courtyards: list[MapShape]
    buildings: list[MapShape]
    streets: list[MapShape]
    gates: list[MapShape]


class MapShape(BaseModel):
    """A thing with a name and flat coordinates, lon and lat by turns, one list for each part."""

    code: str
    name: str | None
    parts: list[list[float]]


class Way(BaseModel):
    """A way on foot."""

    method: Literal["network", "straight_line"]
    metres: float
    minutes: float = Field(description="At 1.2 m/s.")
    line: list[tuple[float, float]]
    gate: str | None


class ProgressRow(BaseModel):
    """Done marks of one worker in one grid in a month."""

    grid: str
    grid_name: str
    buildings: int
    households: int
    worker: str | None = Field(description="Code; null: a vacant grid, or an account of no worker.")
    name: str | None
    met_households: int
    met_buildings: int
    absent: int = Field(description="Buildings where nobody was at home at any mark.")
    locked: int = Field(description="Buildings that could not be entered at any mark.")


class Progress(BaseModel):
    """Done marks of a community in a month against the quota."""

    community: str
    month: str
    quota: int
    rows: list[ProgressRow]


class ReceiptRow(BaseModel):
    """One worker whom a publication concerns."""

    publication: int
    plan: int
    day: date
    worker: str
    name: str
    gained: int
    households_gained: int
    lost: int
    households_lost: int
    confirmed_at: datetime | None


class Receipts(BaseModel):
    """Who has confirmed the handovers of a community."""

    community: str
    items: list[ReceiptRow]
