"""OGC API Features. It has an OpenAPI 3.0 document of its own, at ``/ogc/api``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import base_path, public_address
from api.deps import AppSettings, Reading
from api.seeing import Sees
from api.services.ogc import answers
from api.services.ogc.answers import Answer, Asked
from gis.errors import Unavailable
from maps.assets import assets
from maps.feature_pages import Surroundings

router = APIRouter(prefix="/ogc", include_in_schema=False)


def _asked(request: Request, settings: AppSettings) -> Asked:
    base = base_path(settings)
    return Asked(
        root=f"{public_address(request, settings)}/ogc",
        query=request.query_params.multi_items(),
        accept=request.headers.get("accept", ""),
        accept_language=request.headers.get("accept-language", ""),
        surroundings=Surroundings(
            own=f"{base}/web/{_style_folder()}",
            home=f"{base}/",
            attribution=settings.attribution,
            review_number=settings.map_review_number,
        ),
    )


def _style_folder() -> str:
    try:
        return assets().own
    except Unavailable:
        # Without the front-end packages pages have no style; the features come all the same.
        return ""


AskedQuery = Annotated[Asked, Depends(_asked)]


def _sent(answer: Answer) -> Response:
    return Response(answer.body, 200, dict(answer.headers), media_type=answer.media_type)


@router.get("")
@router.get("/")
def landing(asked: AskedQuery) -> Response:
    """Lead to all that is below."""
    return _sent(answers.landing_answer(asked))


@router.get("/conformance")
def conformance(asked: AskedQuery) -> Response:
    """Tell the conformance classes."""
    return _sent(answers.conformance_answer(asked))


@router.get("/api")
def api(connection: Reading, seer: Sees, asked: AskedQuery) -> Response:
    """Describe this API as OpenAPI 3.0."""
    return _sent(answers.api_answer(connection, seer, asked))


@router.get("/collections")
def collections(connection: Reading, seer: Sees, asked: AskedQuery) -> Response:
    """List the collections."""
    return _sent(answers.collections_answer(connection, seer, asked))


@router.get("/collections/{name}")
def collection(connection: Reading, seer: Sees, asked: AskedQuery, name: str) -> Response:
    """Describe one collection."""
    return _sent(answers.collection_answer(connection, seer, asked, name))


@router.get("/collections/{name}/queryables")
def queryables(seer: Sees, asked: AskedQuery, name: str) -> Response:
    """Tell what a collection can be asked by."""
    return _sent(answers.queryables_answer(seer, asked, name))


@router.get("/collections/{name}/schema")
def schema(seer: Sees, asked: AskedQuery, name: str) -> Response:
    """Tell the attributes of a collection's features."""
    return _sent(answers.schema_answer(seer, asked, name))


@router.get("/collections/{name}/items")
def items(connection: Reading, seer: Sees, asked: AskedQuery, name: str) -> Response:
    """Give a page of features."""
    return _sent(answers.items_answer(connection, seer, asked, name))


@router.get("/collections/{name}/items/{identifier:path}")
def item(
    connection: Reading, seer: Sees, asked: AskedQuery, name: str, identifier: str
) -> Response:
    """Give one feature."""
    return _sent(answers.item_answer(connection, seer, asked, name, identifier))
