"""Who is responsible for a spot: by point, building or address, on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from api.addresses import base_path
from api.principal import Principal
from api.schemas.responsible import Found, HereBuilding, HereFacility, HereGrid, Responsible
from api.schemas.staff import ChainLink
from api.services.coordinates import Coord, stored_point
from api.services.staff import chain_links, sees_staff, team_of
from api.settings import Settings
from gis.addresses import address_keys
from gis.errors import InputError, Language, NotFound
from gis.store import responsible as store
from gis.store.responsible import BuildingThere, FacilityThere, GridThere

FARTHEST_M = 50_000.0
"""Beyond this no grid is called the nearest."""
_MOST_FACILITIES = 8
_MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A spot: a point, or the code of a building, or an address; exactly one of them."""

    lon: float | None = None
    lat: float | None = None
    coord: Coord = "wgs84"
    building: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class _Spot:
    point: tuple[float, float] | None
    building: BuildingThere | None
    grids: list[GridThere]
    candidates: list[BuildingThere]


def responsible_for(
    connection: sa.Connection,
    who: Principal,
    asked: Asked,
    at: date,
    settings: Settings,
    language: Language,
) -> Responsible:
    """
    Tell who answers for a spot on a day.

    A point on a border belongs to the grid with the lowest code; outside all grids the nearest
    one is told with its distance over the ground. Names and masked phones of the chain are told
    to those who may see the staff there, to everybody else its posts alone.

    Raises
    ------
    InputError
        Not exactly one of point, building and address was given.
    NotFound
        No such building on that day, or no building is called so.
    """
    spot = _spot_of(connection, asked, at)
    main = next((grid for grid in spot.grids if grid.kind != "micro"), None)
    inside = main is not None
    if main is None and spot.point is not None:
        main = store.nearest_grid(connection, *spot.point, at)
        main = main if main is not None and main.metres <= FARTHEST_M else None
    links = _chain(connection, who, spot, main, at, language) if inside and main else []
    by_walk, near = _facilities(connection, spot, at)
    return Responsible(
        at=at,
        found=_kind(spot, main, inside=inside),
        told=_told(spot, main, language, inside=inside),
        grid=_grid(main, settings) if main else None,
        other_grids=[_grid(grid, settings) for grid in spot.grids if grid is not main],
        building=_building(spot.building, settings) if spot.building else None,
        candidates=[_building(one, settings) for one in spot.candidates],
        chain=links,
        facilities_by="walk" if by_walk else "straight",
        facilities=[_facility(one) for one in near],
        hotline=settings.hotline,
        office=settings.office,
        office_phone=settings.office_phone,
    )


def _spot_of(connection: sa.Connection, asked: Asked, at: date) -> _Spot:
    given = [asked.lon is not None and asked.lat is not None, asked.building, asked.address]
    if sum(map(bool, given)) != 1 or (asked.lon is None) != (asked.lat is None):
        raise InputError(
            "Give one of lon and lat, building, or address.",
            "请给出 lon 与 lat、building、address 三者之一。",
        )
    if asked.address is not None:
        return _at_address(connection, asked.address, at)
    if asked.building is not None:
        return _at_building(connection, asked.building, at)
    assert asked.lon is not None  # noqa: S101
    assert asked.lat is not None  # noqa: S101
    point = stored_point(asked.lon, asked.lat, asked.coord)
    building = store.building_there(connection, at, point=point)
    return _Spot(point, building, store.grids_at(connection, *point, at), [])


def _at_building(connection: sa.Connection, code: str, at: date) -> _Spot:
    building = store.building_there(connection, at, code=code)
    if building is None:
        raise NotFound(f"There is no building {code}.", f"没有楼栋 {code}。", code=code)
    grids = store.grids_of_building(connection, code, at)
    return _Spot((building.lon, building.lat), building, grids, [])


def _at_address(connection: sa.Connection, address: str, at: date) -> _Spot:
    called = store.buildings_called(connection, address_keys(address), at, most=_MOST_CANDIDATES)
    if not called:
        raise NotFound(
            f"No building is called {address[:80]!r}: try courtyard and number, or street and "
            "number.",
            f"没有找到“{address[:80]}”：请试小区名加楼号，或路名加门牌号。",
        )
    if len(called) > 1:
        return _Spot(None, None, [], called)
    return _at_building(connection, called[0].code, at)


def _chain(
    connection: sa.Connection,
    who: Principal,
    spot: _Spot,
    main: GridThere,
    at: date,
    language: Language,
) -> list[ChainLink]:
    codes = [grid.code for grid in spot.grids]
    building = spot.building.code if spot.building else None
    chain = store.chain_there(connection, main.community, codes, building, at)
    people = sees_staff(connection, who, [main.community], codes)
    return chain_links(chain, team_of(chain), language, people=people)


def _facilities(
    connection: sa.Connection, spot: _Spot, at: date
) -> tuple[bool, list[FacilityThere]]:
    if spot.building is not None:
        walked = store.facilities_on_foot(connection, spot.building.code, at, most=_MOST_FACILITIES)
        if walked:
            return True, walked
    if spot.point is None:
        return False, []
    return False, store.facilities_by_air(connection, *spot.point, at, most=_MOST_FACILITIES)


def _kind(spot: _Spot, main: GridThere | None, *, inside: bool) -> Found:
    if spot.candidates:
        return "several"
    if main is None:
        return "nothing"
    return "inside" if inside else "nearest"


def _told(spot: _Spot, main: GridThere | None, language: Language, *, inside: bool) -> str:
    if spot.candidates:
        count = len(spot.candidates)
        en = f"{count} buildings are called so: choose one."
        zh = f"有 {count} 栋楼相符，请选择其一。"
    elif main is None:
        en, zh = "No grid is published near here.", "附近没有已发布的网格。"
    elif inside:
        en, zh = f"This is {main.name}.", f"此处属于{main.name}。"
    else:
        metres = f"{main.metres:,.0f}"
        en = f"This lies outside all grids; the nearest is {main.name}, {metres} m away."
        zh = f"此处不在任何网格内；最近的是{main.name}，相距 {metres} 米。"
    return zh if language == "zh" else en


def _grid(grid: GridThere, settings: Settings) -> HereGrid:
    return HereGrid(
        code=grid.code,
        name=grid.name,
        kind=grid.kind,
        community_code=grid.community,
        distance_m=round(grid.metres, 1),
        page=page_of(grid.code, settings),
    )


def _building(building: BuildingThere, settings: Settings) -> HereBuilding:
    return HereBuilding(
        code=building.code,
        name=building.name,
        number=building.number,
        address=building.address,
        courtyard=building.courtyard,
        page=page_of(building.code, settings),
    )


def page_of(code: str, settings: Settings) -> str:
    """Return the path of the public page of a grid or building."""
    return f"{base_path(settings)}/who/{code}"


def _facility(facility: FacilityThere) -> HereFacility:
    return HereFacility(
        kind=facility.kind,
        code=facility.code,
        name=facility.name,
        metres=round(facility.metres, 1),
    )
