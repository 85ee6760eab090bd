"""Numbers of the command line that are numbers."""

from __future__ import annotations

import math
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A range that refuses ``nan``, which compares with no bound and so passes click's own."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert as click does; what is no number lies outside every range."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            # Beyond either bound: click then says which numbers are in the range.
            super().convert(-math.inf, param, ctx)
        return number
