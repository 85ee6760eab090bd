"""How many live where: registered households by stairwell, residents, elders, the vulnerable."""

from __future__ import annotations

from dataclasses import dataclass

from sample_geodata.blocks import Rng
from sample_geodata.footprints import OVERSIZED_SLAB, OVERSIZED_TOWER, Footprint
from sample_geodata.plan import Use

_FEWEST: dict[Use, int] = {"old": 36, "new": 120}
"""Fewest households of a slab in an old courtyard, of a tower in a new one."""
_ELDER_SHARE: dict[Use, float] = {"old": 0.29, "houses": 0.33, "resettlement": 0.24, "new": 0.12}
_PER_HOUSEHOLD: dict[Use, float] = {"old": 2.3, "new": 2.9, "resettlement": 3.0}
_OVERSIZED = tuple((m.floors, m.stairwells, m.flats) for m in (OVERSIZED_SLAB, OVERSIZED_TOWER))


@dataclass(frozen=True, slots=True)
class People:
    """Counts of one building; ``by_stairwell`` adds up to the households."""

    by_stairwell: tuple[int, ...]
    residents: int
    elders: int
    vulnerable: int

    @property
    def households(self) -> int:
        """Registered households of the building."""
        return sum(self.by_stairwell)


def people_of(footprint: Footprint, use: Use, rng: Rng) -> People:
    """Draw the counts of one building from its dwellings and the kind of its courtyard."""
    by_stairwell = _registered(footprint, use, rng)
    households = sum(by_stairwell)
    share = _ELDER_SHARE.get(use, 0.18) * rng.uniform(0.7, 1.3)
    residents = round(households * _PER_HOUSEHOLD.get(use, 2.5) * rng.uniform(0.9, 1.1))
    elders = min(residents, round(residents * share))
    vulnerable = int(rng.binomial(residents, 0.012 + 0.05 * share)) if residents else 0
    return People(by_stairwell, residents, elders, vulnerable)


def _registered(footprint: Footprint, use: Use, rng: Rng) -> tuple[int, ...]:
    """Dwellings with somebody registered; never fewer than the building's kind promises."""
    each = footprint.floors * footprint.flats
    full = (each,) * (footprint.stairwells if each else 0)
    shape = (footprint.floors, footprint.stairwells, footprint.flats)
    if shape in _OVERSIZED or footprint.form == "house":
        return full
    some = tuple(each - int(rng.binomial(each, 0.04)) for _ in full)
    return some if sum(some) >= _FEWEST.get(use, 0) or footprint.form == "shop" else full
