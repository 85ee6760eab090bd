"""The query parameters that TileJSON and styles share: they are handed on to the tiles."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query
from starlette.requests import Request

from api.negotiation import request_language
from api.routes.listing_query import Day
from gis.errors import Language
from maps.sources import MapFilters


def _filters(
    at: Day = None,
    plan: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="The grids or cells of this plan.")
    ] = None,
    tier: Annotated[
        Literal["base", "micro"] | None, Query(description="Which published grids; base if absent.")
    ] = None,
    kind: Annotated[
        str | None,
        Query(max_length=64, description="Only this kind; of layers of a walk, the facility kind."),
    ] = None,
    minutes: Annotated[float | None, Query(gt=0, le=60, description="Cutoff of a walk.")] = None,
    speed: Annotated[float | None, Query(ge=0.1, le=5, description="Metres a second.")] = None,
    profile: Annotated[str | None, Query(max_length=64, description="Which stored walk.")] = None,
    facility: Annotated[
        str | None, Query(max_length=64, description="Circles of this facility, not of its kind.")
    ] = None,
    community: Annotated[
        str | None,
        Query(max_length=64, description="12-digit code of an area: only what is in it."),
    ] = None,
    key: Annotated[str | None, Query(max_length=128, description="Embed key.")] = None,
) -> MapFilters:
    return MapFilters(at, plan, tier, kind, minutes, speed, profile, facility, community, key)


def _language(
    request: Request,
    lang: Annotated[
        Language | None, Query(description="Language; that of Accept-Language if absent.")
    ] = None,
) -> Language:
    return lang or request_language(request)


MapFiltersQuery = Annotated[MapFilters, Depends(_filters)]
MapLanguage = Annotated[Language, Depends(_language)]
