"""Who is responsible for a spot: by point, building or address, on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from api.addresses import base_path
from api.asking import asking
from api.principal import PUBLIC_PAGE, Principal
from api.schemas.responsible import Found, HereBuilding, HereFacility, HereGrid, Responsible
from api.services.coordinates import Coord, stored_point
from api.services.staff import chain_links, sees_staff, team_of
from api.settings import Settings
from gis.addresses import address_keys
from gis.errors import InputError, Language, NotFound
from gis.store import responsible as store
from gis.store.responsible import BuildingThere, FacilityThere, GridThere, People, SpotThere

FARTHEST_M = 50_000.0
"""Beyond this no grid is called the nearest."""
_MOST_FACILITIES = 8
_MOST_CANDIDATES = 10
# Row security would hide posts and workers from strangers; what of them is told is settled here.
_ASKER = asking(PUBLIC_PAGE)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A spot: a point, or the code of a building, or an address.

    Raises
    ------
    InputError
        Not exactly one of them is given.
    """

    lon: float | None = None
    lat: float | None = None
    coord: Coord = "wgs84"
    building: str | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no spot, or more than one."""
        given = [self.lon is not None and self.lat is not None, self.building, self.address]
        if sum(map(bool, given)) != 1 or (self.lon is None) != (self.lat is None):
            raise InputError(
                "Give one of lon and lat, building, or address.",
                "请给出 lon 与 lat、building、address 三者之一。",
            )


def responsible_for(
    engine: sa.Engine,
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
    to those who may see the staff there, to everybody else its posts alone. The engine is one of
    `gis.store.engine.open_drawing_engine`: everything is read by one statement.

    Raises
    ------
    NotFound
        No such building on that day, or no building is called so.
    """
    spot, people = _read(engine, who, asked, at)
    main = next((grid for grid in spot.grids if grid.kind != "micro"), None)
    inside = main is not None
    if main is None and spot.nearest is not None and spot.nearest.metres <= FARTHEST_M:
        main = spot.nearest
    several = len(spot.buildings) > 1
    building = None if several or not spot.buildings else spot.buildings[0]
    near = spot.on_foot or spot.by_air
    return Responsible(
        at=at,
        found=_kind(main, inside=inside, several=several),
        told=_told(spot, main, language, inside=inside),
        grid=_grid(main, settings) if main else None,
        other_grids=[_grid(grid, settings) for grid in spot.grids if grid is not main],
        building=_building(building, settings) if building else None,
        candidates=[_building(one, settings) for one in spot.buildings] if several else [],
        chain=chain_links(spot.chain, team_of(spot.chain), language, people),
        facilities_by="walk" if spot.on_foot else "straight",
        facilities=[_facility(one) for one in near],
        hotline=settings.hotline,
        office=settings.office,
        office_phone=settings.office_phone,
    )


def _read(engine: sa.Engine, who: Principal, asked: Asked, at: date) -> tuple[SpotThere, People]:
    """Read a spot, and those people of its chain that may be told."""
    try:
        return _read_once(engine, who, asked, at)
    except DBAPIError as fault:
        # The connection was lost while nobody used it; the pool is new now.
        if fault.connection_invalidated:
            return _read_once(engine, who, asked, at)
        raise


def _read_once(
    engine: sa.Engine, who: Principal, asked: Asked, at: date
) -> tuple[SpotThere, People]:
    with engine.connect() as connection:
        spot = _spot_of(connection, asked, at)
        main = next((grid for grid in spot.grids if grid.kind != "micro"), None)
        codes = [grid.code for grid in spot.grids]
        if main is None or not sees_staff(connection, who, [main.community], codes):
            return spot, {}
        return spot, store.people_told(connection, _ASKER, spot.chain)


def _spot_of(connection: sa.Connection, asked: Asked, at: date) -> SpotThere:
    if asked.address is not None:
        return _at_address(connection, asked.address, at)
    if asked.building is not None:
        return _at_building(connection, asked.building, at)
    assert asked.lon is not None  # noqa: S101
    assert asked.lat is not None  # noqa: S101
    lon, lat = stored_point(asked.lon, asked.lat, asked.coord)
    return store.spot_at_point(connection, _ASKER, lon, lat, at, most=_MOST_FACILITIES)


def _at_building(connection: sa.Connection, code: str, at: date) -> SpotThere:
    spot = store.spot_at_building(connection, _ASKER, code, at, most=_MOST_FACILITIES)
    if not spot.buildings:
        raise NotFound(f"There is no building {code}.", f"没有楼栋 {code}。", code=code)
    return spot


def _at_address(connection: sa.Connection, address: str, at: date) -> SpotThere:
    spellings = address_keys(address)
    spot = store.spot_at_address(
        connection,
        _ASKER,
        spellings,
        at,
        candidates=_MOST_CANDIDATES,
        most=_MOST_FACILITIES,
    )
    if not spot.buildings:
        raise NotFound(
            f"No building is called {address[:80]!r}: try courtyard and number, or street and "
            "number.",
            f"没有找到“{address[:80]}”：请试小区名加楼号，或路名加门牌号。",
        )
    return spot


def _kind(main: GridThere | None, *, inside: bool, several: bool) -> Found:
    if several:
        return "several"
    if main is None:
        return "nothing"
    return "inside" if inside else "nearest"


def _told(spot: SpotThere, main: GridThere | None, language: Language, *, inside: bool) -> str:
    count = len(spot.buildings)
    if count > 1:
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
