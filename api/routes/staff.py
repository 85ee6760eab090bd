"""Staff by right and scope: who they are, their chains, vacancies and figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.deps import AppSettings, DatabaseEngine, Reading, RequestLanguage, needs
from api.openapi import problems
from api.principal import Principal
from api.routes.listing_query import CodePattern, Day, Limit, today_or
from api.schemas.staff import Chain, Phone, Staffing, StaffMember, Vacancies
from api.services import staff as service
from api.services.staffing import staffing_of

router = APIRouter(tags=["staff"], responses=problems(403, 404, 422, 503))

StaffReader = Annotated[Principal, Depends(needs("staff"))]
PhoneReader = Annotated[Principal, Depends(needs("phones"))]
AreaCode = Annotated[str, Path(pattern="^[0-9]{12}$", description="Code of an area.")]
WorkerCode = Annotated[str, Path(min_length=1, max_length=64, description="Number of a worker.")]


@router.get("/staff/{code}")
def show_worker(
    who: StaffReader,
    connection: Reading,
    language: RequestLanguage,
    code: WorkerCode,
    at: Day = None,
) -> StaffMember:
    """Show a worker with the posts of a day; the phone is masked."""
    return service.member(connection, who, code, today_or(at), language)


@router.post("/staff/{code}/phone")
def tell_phone(who: PhoneReader, engine: DatabaseEngine, code: WorkerCode) -> Phone:
    """Tell a worker's phone in full; that it was told is written down in the audit trail."""
    return service.phone_of(engine, who, code)


@router.get("/chains/{building}")
def show_chain(
    who: StaffReader,
    connection: Reading,
    language: RequestLanguage,
    building: Annotated[str, Path(pattern=CodePattern, description="Code of the building.")],
    at: Day = None,
) -> Chain:
    """Show everybody who answers for a building, from the widest level to the narrowest."""
    return service.chain_of_building(connection, who, building, today_or(at), language)


@router.get("/vacancies/{area}")
def show_vacancies(
    who: StaffReader,
    connection: Reading,
    language: RequestLanguage,
    area: AreaCode,
    at: Day = None,
    limit: Limit = 100,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the page before.")] = "",
) -> Vacancies:
    """Show which seats of the team templates of an area nobody fills."""
    return service.vacancies_of(
        connection, who, area, today_or(at), language, cursor=cursor, limit=limit
    )


@router.get("/staffing/{area}")
def show_staffing(
    who: StaffReader, connection: Reading, settings: AppSettings, area: AreaCode, at: Day = None
) -> Staffing:
    """Show figures of staff of an area and of those right below it."""
    return staffing_of(connection, who, area, today_or(at), settings)
