"""Editing the ground by hand: features with their versions, edits, rows waiting for their place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.paging import GeoJSONGeometry
from gis.contracts import EditableLayer

_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Version = Annotated[
    str, Field(max_length=64, description="As told with the feature; another by now: 409.")
]
_Value = str | int | float | bool | None


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PutFeature(_Asked):
    """Draw something new, or change what is there: what is not named stays as it is."""

    act: Literal["put"]
    layer: EditableLayer
    code: _Code | None = Field(default=None, description="Of what is there; null: something new.")
    version: _Version | None = None
    values: dict[Annotated[str, Field(max_length=64)], _Value] = Field(
        default_factory=dict, max_length=40, description="Columns of the layer (docs/formats.md)."
    )
    geometry: dict[str, Any] | None = Field(default=None, description="GeoJSON; null: as it is.")


class RetireFeature(_Asked):
    """Take something out of the map from today on; its history stays."""

    act: Literal["retire"]
    layer: EditableLayer
    code: _Code
    version: _Version | None = None


class SplitFeature(_Asked):
    """Split a courtyard or building along a line; the largest part keeps the code."""

    act: Literal["split"]
    layer: Literal["courtyards", "buildings"]
    code: _Code
    version: _Version | None = None
    line: dict[str, Any] = Field(description="GeoJSON LineString, from outside to outside.")


GroundEdit = Annotated[PutFeature | RetireFeature | SplitFeature, Field(discriminator="act")]


class GroundEditRequest(_Asked):
    """Edits that belong together: all are stored or none."""

    edits: list[GroundEdit] = Field(min_length=1, max_length=500)
    snap_m: float = Field(
        default=0.5, ge=0, le=10, description="Vertices so near to what is there are moved onto it."
    )
    why: Annotated[str, Field(max_length=500)] | None = None


class GroundFeature(BaseModel):
    """Something of the ground as its editors see it."""

    layer: EditableLayer
    code: str
    version: str
    values: dict[str, Any]
    geometry: GeoJSONGeometry | None


class GroundField(BaseModel):
    """A column that features of a layer have."""

    name: str
    zh: str
    kind: str = Field(description="key, reference, text, count, measure, flag or choice.")
    required: bool
    choices: list[str]


class GroundFeatures(BaseModel):
    """What of the ground of a community can be edited."""

    community: str
    name: str
    fields: dict[EditableLayer, list[GroundField]]
    features: list[GroundFeature]


class ChangedFeature(BaseModel):
    """What became of one thing."""

    layer: EditableLayer
    code: str
    was: Literal["added", "changed", "retired"]
    version: str | None = Field(description="Its new version; null when retired.")


class DriftedDraft(BaseModel):
    """A draft whose ground is no longer that of today: rebase it."""

    plan: int
    name: str
    appeared: list[str] = Field(description="Buildings it does not know.")
    vanished: list[str]
    changed: list[str] = Field(description="Buildings whose households are others now.")


class GroundEdited(BaseModel):
    """What edits did, with what followed from them."""

    changed: list[ChangedFeature]
    notes: list[str] = Field(description="What was read differently from how it was given.")
    drafts: list[DriftedDraft]


class WaitingLedgerRow(BaseModel):
    """A row of a ledger that found no building."""

    run: int
    row: int
    source: str
    values: dict[str, Any]
    why: str


class PlaceRequest(_Asked):
    """Where a waiting row belongs: to a building that is there, or to one drawn now."""

    run: int = Field(ge=1, le=2**63 - 1)
    row: int = Field(ge=1, le=2**31 - 1)
    building: _Code | None = None
    geometry: dict[str, Any] | None = Field(
        default=None, description="GeoJSON of a new building; instead of `building`."
    )
