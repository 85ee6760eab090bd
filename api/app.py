"""The HTTP face: one application made of settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import APIRouter, FastAPI

from api.account_gate import AccountGate, account_memory
from api.addresses import base_path
from api.cross_origin import CrossOrigin
from api.embed_gate import EmbedGate, embed_memory
from api.envelope import Envelope
from api.errors import add_error_handlers
from api.event_stream import StreamPlaces
from api.login_queue import LoginQueue
from api.middleware import Compression, RouteSeen
from api.only_face import OnlyFace
from api.openapi import add_problem_schema
from api.rate_limit import RateLimit
from api.request_metrics import RequestMetrics
from api.routes import (
    accounts,
    areas,
    assignments,
    audit,
    buildings,
    changes,
    communities,
    courtyards,
    downloads,
    editor,
    embed_keys,
    embeds,
    facilities,
    figures,
    grids,
    ground,
    health,
    isochrone,
    login,
    maps,
    metrics,
    my,
    my_page,
    ogc,
    own_account,
    planning,
    plans,
    progress,
    responsible,
    roster,
    session,
    sheets,
    staff,
    styles,
    tilejson,
    tiles,
    walking,
    web,
    who,
    workflow,
)
from api.security import refuse_open_to_the_world, security_headers
from api.services.change_listener import ChangeListener
from api.services.changes import Changes
from api.services.database import open_drawing, open_service, service_url
from api.services.downloads import Slots
from api.services.figures_memory import FiguresMemory
from api.services.ground_memory import GroundMemory
from api.services.health import require_ready
from api.services.heavy_jobs import HeavyJobs
from api.services.preview_workers import PreviewWorkers
from api.services.sealing import Sealer
from api.services.sights import Sights
from api.services.tile_answers import PRIVATE, TileAnswers
from api.services.tiles import TileSource
from api.settings import Settings
from api.tile_face import TileFace
from api.web_files import WebFiles
from gis.errors import Unavailable
from maps.assets import assets, script_hash

# First what is asked for most: routers are tried one after the other.
_RESOURCES = (
    responsible,
    my,
    areas,
    communities,
    courtyards,
    buildings,
    facilities,
    ground,
    plans,
    planning,
    workflow,
    assignments,
    editor,
    grids,
    walking,
    figures,
    isochrone,
    changes,
    downloads,
    embed_keys,
    audit,
    session,
    progress,
    staff,
    roster,
    own_account,
    accounts,
)


def create_app(settings: Settings) -> FastAPI:
    """
    Make the application; nothing is connected before it starts.

    Parameters
    ----------
    settings
        Settings of this process; without `database_url` the private PostGIS is used.

    Raises
    ------
    InputError
        Anyone may write and the address is not a loopback one.
    """
    refuse_open_to_the_world(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # As many threads, connections and seats: no thread ever waits for a connection.
        app.state.seats = anyio.Semaphore(settings.threads)
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        app.state.downloads = Slots()
        app.state.figures = FiguresMemory()
        app.state.stream_places = StreamPlaces(settings.event_streams)
        app.state.previews = PreviewWorkers(settings)
        app.state.heavy = HeavyJobs(settings)
        app.state.grounds = GroundMemory(tours=app.state.heavy.tours)
        app.state.engine = open_service(settings)
        app.state.changes = Changes()
        app.state.sights = Sights(app.state.changes)
        app.state.drawing = open_drawing(settings)
        app.state.tiles = TileAnswers(
            TileSource(app.state.drawing, app.state.sights),
            app.state.seats,
            app.state.changes,
            most_bytes=settings.tile_cache_mb * 1_000_000,
            cache_control=_tile_caching(settings),
        )
        loop = asyncio.get_running_loop()
        listener = ChangeListener(service_url(settings), app.state.changes, loop)
        listener.start()
        sealer = Sealer(service_url(settings))
        sealer.start()
        app.state.embeds = embed_memory(app.state)
        app.state.accounts = account_memory(app.state, settings)
        app.state.logins = LoginQueue()
        _work_out_routes(app)
        with WebFiles() as app.state.web_files:
            yield
            app.state.changes.end()
            app.state.previews.end()
            app.state.heavy.end()
            listener.stop()
            sealer.stop()
            app.state.engine.dispose()
            app.state.drawing.dispose()

    app = FastAPI(
        title="Wangge 网格",
        version="0.1.0",
        summary="Neighbourhood grids: communities, plans, tiles.",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        # Figures are at /metrics. Traces would tell a collector addresses with the keys in them.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.settings = settings
    app.state.metrics = RequestMetrics()
    add_error_handlers(app, require_ready)
    app.add_middleware(RouteSeen)
    app.add_middleware(Compression, minimum_size=1000, compresslevel=6)
    app.add_middleware(TileFace)
    app.add_middleware(RateLimit, per_minute=settings.costly_per_minute)
    app.add_middleware(EmbedGate)
    app.add_middleware(AccountGate, settings=settings)
    if settings.only == "my":
        app.add_middleware(OnlyFace)
    headers = security_headers(_inline_scripts(settings))
    app.add_middleware(
        Envelope,
        headers=headers,
        base_path=base_path(settings),
        metrics=app.state.metrics,
        cross_origin=CrossOrigin(settings.cors_origins, base_path(settings)),
    )
    _add_routes(app)
    add_problem_schema(app)
    return app


def _tile_caching(settings: Settings) -> str:
    """What caches are told of tiles: where readers need an account, no shared one keeps any."""
    return settings.tile_cache_control if settings.readers == "anyone" else PRIVATE


def _add_routes(app: FastAPI) -> None:
    # First, because routes are tried one after the other and tiles are asked for most.
    app.include_router(tiles.router)
    api = APIRouter(prefix="/api/v1")
    for resource in _RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    pages = (login, my_page, web, who)
    for module in (styles, tilejson, ogc, maps, embeds, sheets, health, metrics, *pages):
        app.include_router(module.router)


def _work_out_routes(app: FastAPI) -> None:
    """Let FastAPI work out its routes: else the first request waits for it, 0.2 s."""
    nowhere = {"type": "http", "method": "GET", "path": "\0", "root_path": "", "headers": []}
    for route in app.routes:
        route.matches(nowhere)


def _inline_scripts(settings: Settings) -> list[str]:
    try:
        return [script_hash(assets().import_map(base_path(settings)))]
    except Unavailable:
        # Without the front-end packages there are no pages, but tiles and API serve.
        return []
