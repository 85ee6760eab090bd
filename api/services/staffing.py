"""Figures of staff of communities and street offices, against the thresholds of the settings."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.staff import StaffFigures, Staffing
from api.services.staff import require_staff_area
from api.settings import Settings
from gis.staff.figures import Subsidy, rounded_to_five, workers_needed
from gis.store.staff import AreaStaff, area_staff

# A figure of people over fewer buildings than this would tell of one of them.
FEWEST_BUILDINGS = 5


def staffing_of(
    connection: sa.Connection, who: Principal, area: str, at: date, settings: Settings
) -> Staffing:
    """
    Return the staff of an area on a day and of the areas right below it.

    Residents are told rounded to 5 and only over `FEWEST_BUILDINGS` buildings or more; workers
    for each 10,000 and the need are reckoned from the rounded figure, so that they tell no more.

    Raises
    ------
    NotFound
        There is no such area, or it lies outside the scope of who asks.
    """
    require_staff_area(connection, who, area, at)
    own, *children = [_figures(row, settings) for row in area_staff(connection, area, at)]
    return Staffing(
        at=at,
        per_10000=settings.workers_per_10000,
        tiers=list(subsidy_of(settings).bounds),
        tier_includes_bound=settings.subsidy_includes_bound,
        figures=own,
        children=children,
    )


def subsidy_of(settings: Settings) -> Subsidy:
    """Return the tiers of the subsidy as they are set."""
    bounds = {int(bound) for bound in settings.subsidy_tiers.split(",")}
    return Subsidy(tuple(sorted(bounds)), settings.subsidy_includes_bound)


def _figures(row: AreaStaff, settings: Settings) -> StaffFigures:
    persons = (
        rounded_to_five(int(row.persons))
        if row.persons is not None and row.known_buildings >= FEWEST_BUILDINGS
        else None
    )
    needed = None if persons is None else workers_needed(persons, settings.workers_per_10000)
    subsidy = subsidy_of(settings)
    tier = subsidy.tier(row.households)
    return StaffFigures(
        area=row.code,
        name=row.name,
        level=row.level,
        households=row.households,
        persons=persons,
        workers=row.workers,
        posts=row.posts,
        vacant=row.vacant,
        workers_per_10000=round(row.workers * 10_000 / persons, 2) if persons else None,
        workers_needed=needed,
        enough=None if needed is None else row.workers >= needed,
        households_per_post=round(row.households / row.posts, 1) if row.posts else None,
        tier=tier,
        tier_from=subsidy.bounds[tier - 1] if tier else 0,
    )
