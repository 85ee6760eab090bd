"""Downloads of layers in every format, of grid packages, and of all there is of an area."""

from __future__ import annotations

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSettings, Exports, RequestLanguage, Who, engine_of
from api.handed_over import HandedOver
from api.openapi import Answers, problems
from api.principal import Principal
from api.routes.listing_query import CoordQuery, Day, today_or
from api.routes.plans import PlanId
from api.seeing import Sees
from api.services.audit import Subject, record_alone
from api.services.coordinates import stored_bbox
from api.services.downloads import (
    MEDIA,
    Extension,
    LayerWanted,
    MadeFile,
    Read,
    bundle_download,
    layer_download,
    package_download,
    plan_grids_download,
    public_extract,
    read_once,
)
from api.services.exporting import Form
from gis.contracts import LayerName
from gis.io.write import Headings
from gis.store.extracts import Extract

router = APIRouter(tags=["downloads"], dependencies=[Exports], responses=problems(403))

_FILE: Answers = {
    200: {"content": {media: {} for media in MEDIA.values()}, "description": "The file."}
}
AreaQuery = Annotated[
    str | None,
    Query(
        alias="community",
        pattern=r"^[0-9]{12}$",
        description="Code of an area: only what belongs to the communities below it.",
    ),
]

CrsQuery = Annotated[
    str,
    Query(
        max_length=64,
        pattern=r"^[A-Za-z0-9:_. \-]+$",
        description="EPSG:4326, EPSG:4490, cgcs2000-3deg, EPSG:n, gcj02 or bd09.",
    ),
]
EncodingQuery = Annotated[
    str,
    Query(
        # Python knows many more that no other program reads, and some that cannot hold Chinese.
        pattern=r"^([Uu][Tt][Ff]-?8|[Gg][Bb]18030|[Gg][Bb][Kk]|[Bb][Ii][Gg]5)$",
        description="Of the text in Shapefiles (zip) and CSV: UTF-8, GB18030, GBK or Big5.",
    ),
]
HeadingsQuery = Annotated[Headings, Query(description="Column names: canonical, or Chinese.")]


@router.get(
    "/downloads/bundle.zip",
    response_class=Response,
    responses={**_FILE, **problems(404, 422, 503)},
)
async def download_bundle(
    request: Request,
    seer: Sees,
    settings: AppSettings,
    language: RequestLanguage,
    who: Who,
    community: Annotated[
        str, Query(pattern=r"^[0-9]{12}$", description="Code of the community or another area.")
    ],
    at: Day = None,
) -> Response:
    """Download all layers of an area and, of a community, its standing plan and its sheets."""
    wanted = public_extract(Extract("areas", today_or(at), community))
    made = bundle_download(seer, wanted, settings, language)
    return await _made(request, who, made, ("bundle", community), community)


@router.get(
    "/downloads/{layer}.{extension}",
    response_class=Response,
    responses={**_FILE, **problems(404, 422, 503)},
)
async def download_layer(
    request: Request,
    seer: Sees,
    who: Who,
    layer: LayerName | Literal["all"],
    extension: Extension,
    community: AreaQuery = None,
    at: Day = None,
    kind: Annotated[str | None, Query(max_length=64, description="Only this kind.")] = None,
    bbox: Annotated[
        str | None, Query(max_length=120, description="west,south,east,north in degrees.")
    ] = None,
    coord: CoordQuery = "wgs84",
    crs: CrsQuery = "EPSG:4326",
    encoding: EncodingQuery = "UTF-8",
    headings: HeadingsQuery = "canonical",
) -> Response:
    """
    Download a layer as it stood on a day; `all.gpkg` holds every layer.

    Counts of residents, elders and vulnerable people and names of staff are never in it.
    """
    named: LayerName = "areas" if layer == "all" else layer
    extract = Extract(named, today_or(at), community, kind, stored_bbox(bbox, coord))
    wanted = LayerWanted(layer, extension, public_extract(extract), Form(crs, encoding, headings))
    made = layer_download(seer, wanted)
    return await _made(request, who, made, ("layer", layer), community)


@router.get(
    "/plans/{plan_id}/package.gpkg",
    response_class=Response,
    responses={**_FILE, **problems(404, 409, 422, 503)},
)
async def download_package(request: Request, seer: Sees, who: Who, plan_id: PlanId) -> Response:
    """Download the grid package of a plan, which `wangge verify` checks."""
    return await _made(request, who, package_download(seer, plan_id), ("plan", plan_id), None)


@router.get(
    "/plans/{plan_id}/grids.{extension}",
    response_class=Response,
    responses={**_FILE, **problems(404, 422, 503)},
)
async def download_plan_grids(
    request: Request,
    seer: Sees,
    who: Who,
    plan_id: PlanId,
    extension: Extension,
    crs: CrsQuery = "EPSG:4326",
    encoding: EncodingQuery = "UTF-8",
    headings: HeadingsQuery = "canonical",
) -> Response:
    """Download the grids of a plan, a draft too, with their numbers; `POST drawn` reads them."""
    form = Form(crs, encoding, headings)
    made = plan_grids_download(seer, plan_id, extension, form)
    return await _made(request, who, made, ("plan", plan_id), None)


async def _made(
    request: Request, who: Principal, read: Read, what: Subject, area: str | None
) -> Response:
    """Read and write in threads; a connection is held for reading and noting alone."""
    state, engine = request.app.state, engine_of(request, who)
    async with state.downloads.one():
        async with state.seats:
            write = await run_in_threadpool(read_once, engine, read)
        made: MadeFile = await run_in_threadpool(write)
        async with state.seats:
            await run_in_threadpool(_note, engine, who, made, what, area)
    return HandedOver(
        made.content, made.size, name=made.name, plain=made.plain, media_type=made.media_type
    )


def _note(
    engine: sa.Engine, who: Principal, made: MadeFile, what: Subject, area: str | None
) -> None:
    """Write an export down before a byte of it leaves."""
    told = {"bytes": made.size, "file": made.plain}
    try:
        record_alone(engine, who, "export.download", what, detail=told, community=area)
    except BaseException:
        made.content.close()
        raise
