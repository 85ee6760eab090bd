"""Shapes that all lists share."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

T = TypeVar("T")


class GeoJSONGeometry(TypedDict):
    """A GeoJSON geometry in the coordinate system asked for, 7 decimals."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Located(BaseModel):
    """Something with a place; `geometry` is there when it was asked for."""

    model_config = ConfigDict(extra="forbid")

    geometry: GeoJSONGeometry | None = Field(
        default=None, description="Only with geometry=true; in the coordinate system of `coord`."
    )


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="Pass it as `cursor` for the page after; null: the last.")
