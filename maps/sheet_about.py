"""What printed sheets of a plan say besides map and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from maps.plan_about import PlanAbout


@dataclass(frozen=True, slots=True)
class SheetAbout(PlanAbout):
    """
    A plan on paper.

    ``office`` is who compiled it (编制单位), ``subdistrict`` the area above the community; both
    may be empty. ``valid_to`` is the first day on which the plan no longer holds.
    """

    code: str = ""
    subdistrict: str = ""
    office: str = ""
    valid_to: date | None = None
    unassigned_units: int = 0
    unassigned_households: int = 0

    @property
    def place(self) -> str:
        """Subdistrict and community in one word, as titles have it."""
        return f"{self.subdistrict}{self.community}"
