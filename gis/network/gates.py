"""The names of the policies of gates; what they mean is told by `gis.network.policy`."""

from __future__ import annotations

from typing import Literal

GatePolicy = Literal["open", "residents", "shut"]
GATE_POLICIES: tuple[GatePolicy, ...] = ("open", "residents", "shut")
