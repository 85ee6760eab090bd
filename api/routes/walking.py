"""Walking circles: who reaches what on foot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import Known, Reading
from api.openapi import problems
from api.routes.listing_query import CodePattern, WantedQuery
from api.schemas.paging import Page
from api.schemas.walking import Circle, Coverage, Gap, Reach, Site, WalkingRun
from api.seeing import Sees
from api.services import walking_reading as walking

router = APIRouter(tags=["walking"], responses=problems(404, 422, 503))

Profile = Annotated[str, Query(max_length=64, description="Which stored walk.")]
Speed = Annotated[float, Query(ge=0.1, le=5, description="Metres a second.")]
Minutes = Annotated[float, Query(gt=0, le=240, description="Cutoff.")]
Kind = Annotated[str | None, Query(max_length=64, description="Facility kind.")]
Community = Annotated[str | None, Query(max_length=64, description="Code of the community.")]
Code = Annotated[str, Path(pattern=CodePattern)]


@router.get("/walking")
def show_walking_run(connection: Reading, profile: Profile = "default") -> WalkingRun:
    """Show how the stored walks were made: gates, streets walked, speeds, cutoffs, kinds."""
    return walking.as_run(walking.run_of(connection, profile))


@router.get("/coverage/{area_code}")
def show_coverage(
    connection: Reading, seer: Sees, area_code: Code, profile: Profile = "default"
) -> Coverage:
    """Show service_coverage of an area by kind, cutoff, speed, method and what is counted."""
    return walking.coverage(connection, seer.today(connection), area_code, profile)


@router.get("/gaps", response_model_exclude_unset=True)
def list_gaps(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    kind: Kind = None,
    community: Community = None,
    minutes: Minutes = 15,
    speed: Speed = 1.2,
    profile: Profile = "default",
) -> Page[Gap]:
    """List where households miss a kind within the cutoff, those with most households first."""
    return walking.gaps(
        connection,
        seer.today(connection),
        wanted,
        profile,
        kind=kind,
        community=community,
        speed_m_s=speed,
        cutoff_s=round(minutes * 60),
    )


@router.get("/circles", response_model_exclude_unset=True)
def list_circles(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    kind: Annotated[str, Query(max_length=64, description="Facility kind.")],
    facility: Annotated[
        str | None, Query(max_length=64, description="One facility; absent: all of the kind.")
    ] = None,
    speed: Speed = 1.2,
    profile: Profile = "default",
) -> Page[Circle]:
    """List service circles by cutoff: pictures of reach, never the source of a figure."""
    sight = seer.today(connection)
    return walking.circles(
        connection, sight, wanted, profile, kind=kind, facility=facility, speed_m_s=speed
    )


@router.get(
    "/sites", response_model_exclude_unset=True, dependencies=[Known], responses=problems(403)
)
def list_sites(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    kind: Kind = None,
    community: Community = None,
    profile: Profile = "default",
) -> Page[Site]:
    """List the places suggested by `wangge site`, in the order in which to build."""
    sight = seer.today(connection)
    return walking.sites(connection, sight, wanted, profile, kind=kind, community=community)


@router.get("/reach/{building:path}")
def show_reach(
    connection: Reading,
    seer: Sees,
    wanted: WantedQuery,
    building: Code,
    speed: Speed = 1.2,
    profile: Profile = "default",
) -> Page[Reach]:
    """Show the walk from one building to its nearest facility of each kind."""
    sight = seer.on(connection, wanted.at)
    return walking.reach(connection, sight, building, profile, wanted, speed_m_s=speed)
