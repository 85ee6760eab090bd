"""What is told of a circle or an isochrone besides its ground."""

from __future__ import annotations

from typing import Literal

Status = Literal["ok", "empty", "snap_too_long", "outside", "failed"]

OUTSIDE: tuple[Status, str, str] = (
    "outside",
    "lies outside the streets given",
    "位于道路数据范围之外",
)
"""What is told of a place where no street is known."""
