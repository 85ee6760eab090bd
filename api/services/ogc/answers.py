"""One answer for each address below ``/ogc``: request read, database asked, form chosen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

import sqlalchemy as sa

from api.services.ogc.collections import Collection, collections_for, ogc_collection
from api.services.ogc.crs import FeatureCrs, offered
from api.services.ogc.documents import (
    QUERYABLES,
    Document,
    Reach,
    collection_document,
    collections_document,
    conformance,
    feature_schema,
    landing_page,
    queryables,
)
from api.services.ogc.forms import (
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    SCHEMA,
    chosen_form,
    chosen_language,
)
from api.services.ogc.links import Here, Link, Query, link_header
from api.services.ogc.openapi import openapi_document
from api.services.ogc.pages import page_of
from api.services.ogc.parameters import (
    ANYWHERE,
    HIGHEST_ON_A_PAGE,
    ItemsRequest,
    checked_query,
    item_request,
    items_request,
)
from api.services.sights import Seer
from api.today import today
from gis.errors import NotFound
from gis.store.features import (
    Selection,
    cursor_key,
    estimated_extent,
    feature_count,
    feature_page,
    first_day,
    one_feature,
)
from gis.store.plan_listing import stored_extent
from gis.store.sight import Sight
from gis.store.walking import newest_run
from maps.feature_pages import Surroundings


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a client sent and where it thinks the service is.

    Attributes
    ----------
    root
        Absolute address of ``/ogc``, without a slash at the end.
    query
        Parameters in their order.
    accept, accept_language
        The headers; empty when absent.
    surroundings
        What pages need of the service: addresses of styles, attribution.
    """

    root: str
    query: Query
    accept: str
    accept_language: str
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Answer:
    """Body, media type and headers."""

    body: str
    media_type: str
    headers: Mapping[str, str]


def landing_answer(asked: Asked) -> Answer:
    """Answer at the root."""
    here = _plain(asked, "", JSON)
    return _answer(asked, here, landing_page(here, asked.surroundings.attribution))


def conformance_answer(asked: Asked) -> Answer:
    """Tell the conformance classes."""
    here = _plain(asked, "/conformance", JSON)
    return _answer(asked, here, conformance(here))


def api_answer(connection: sa.Connection, seer: Seer, asked: Asked) -> Answer:
    """Describe the API."""
    here = _plain(asked, "/api", OPENAPI)
    return _answer(
        asked,
        here,
        openapi_document(here, _offered(connection, seer), collections_for(seer.outlook)),
    )


def collections_answer(connection: sa.Connection, seer: Seer, asked: Asked) -> Answer:
    """List the collections."""
    here = _plain(asked, "/collections", JSON)
    sight = seer.today(connection)
    shown = collections_for(seer.outlook)
    reaches = {name: _reach(connection, sight, known) for name, known in shown.items()}
    return _answer(asked, here, collections_document(here, _offered(connection, seer), reaches))


def collection_answer(connection: sa.Connection, seer: Seer, asked: Asked, name: str) -> Answer:
    """Describe one collection; NotFound when there is none of that name."""
    collection = ogc_collection(name, seer.outlook)
    here = _plain(asked, f"/collections/{name}", JSON)
    reach = _reach(connection, seer.today(connection), collection)
    return _answer(
        asked, here, collection_document(here, collection, _offered(connection, seer), reach)
    )


def queryables_answer(seer: Seer, asked: Asked, name: str) -> Answer:
    """Tell what a collection can be asked by."""
    return _schema_answer(seer, asked, name, "queryables", queryables)


def schema_answer(seer: Seer, asked: Asked, name: str) -> Answer:
    """Tell the attributes of a collection's features."""
    return _schema_answer(seer, asked, name, "schema", feature_schema)


def items_answer(connection: sa.Connection, seer: Seer, asked: Asked, name: str) -> Answer:
    """
    Return a page of features.

    Only the first page counts how many match: to count is to look at all of them.

    Raises
    ------
    NotFound, BadParameter, AddressTooLong, NotAcceptable
        What is wrong, in words.
    """
    collection = ogc_collection(name, seer.outlook)
    request = items_request(
        asked.query,
        collection,
        _wanted(connection, seer, asked),
        today(),
        _walked(connection, collection),
    )
    here = _here(asked, f"/collections/{name}/items", GEOJSON)
    sight = seer.on(connection, _day(request))
    page = feature_page(
        connection,
        sight,
        name,
        request.selection,
        request.crs.coordinates,
        limit=request.limit if here.form == "json" else min(request.limit, HIGHEST_ON_A_PAGE),
        after=request.after,
    )
    links = here.own_links()
    if page.following is not None:
        links.append(_next(here, request, page.following))
    head: Document = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "numberReturned": len(page.features),
    }
    if request.after is None:
        head["numberMatched"] = (
            len(page.features)
            if page.following is None
            else feature_count(connection, sight, name, request.selection)
        )
    links.append(here.link("collection", here.at("collections", name), JSON))
    links.append(here.link(QUERYABLES, here.at("collections", name, "queryables"), SCHEMA))
    head["links"] = [link.json() for link in links]
    # The features are JSON already.
    body = f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [{",".join(page.features)}]}}'
    return _answer(asked, here, body, _feature_headers(request, links))


def item_answer(
    connection: sa.Connection, seer: Seer, asked: Asked, name: str, identifier: str
) -> Answer:
    """Return one feature; faults as `items_answer`."""
    collection = ogc_collection(name, seer.outlook)
    request = item_request(
        asked.query,
        collection,
        _wanted(connection, seer, asked),
        today(),
        _walked(connection, collection),
    )
    path = f"/collections/{name}/items/{quote(identifier, safe='')}"
    here = _here(asked, path, GEOJSON)
    key = cursor_key(name, identifier)
    found = None
    if key is not None:
        coordinates = request.crs.coordinates
        sight = seer.on(connection, _day(request))
        found = one_feature(connection, sight, name, key, request.selection, coordinates)
    if found is None:
        raise _no_feature(collection, identifier, request.selection)
    links = [*here.own_links(), here.link("collection", here.at("collections", name), JSON)]
    told = json.dumps([link.json() for link in links], ensure_ascii=False)
    return _answer(asked, here, f'{found[:-1]},"links":{told}}}', _feature_headers(request, links))


def _day(request: ItemsRequest) -> date:
    """Return the day whose area tree tells what is seen: the last one asked for, if it has come."""
    last = request.selection.days.last
    return today() if last is None else last


def _no_feature(collection: Collection, identifier: str, selection: Selection) -> NotFound:
    days = selection.days
    when = str(days.last or days.first)
    short = identifier if len(identifier) <= 60 else f"{identifier[:57]}..."
    return NotFound(
        f"There is no feature {short} in {collection.name} on {when}; `datetime` asks for "
        "another day.",
        f"{when} 在集合 {collection.name} 中没有 {short}；可用 datetime 查询其他日期。",
    )


def _next(here: Here, request: ItemsRequest, following: str) -> Link:
    """The link to the page after; it names the day, so that midnight changes nothing."""
    day = request.selection.days.first
    dated = request.collection.layer.dated and not request.days_told and day is not None
    href = here.own(cursor=following, datetime=str(day)) if dated else here.own(cursor=following)
    return here.link("next", href, HTML if here.form == "html" else GEOJSON)


def _feature_headers(request: ItemsRequest, links: list[Link]) -> dict[str, str]:
    return {"Content-Crs": f"<{request.crs.uri}>", **link_header(links)}


def _schema_answer(
    seer: Seer,
    asked: Asked,
    name: str,
    part: str,
    document: Callable[[Here, Collection], Document],
) -> Answer:
    collection = ogc_collection(name, seer.outlook)
    here = _plain(asked, f"/collections/{name}/{part}", SCHEMA)
    return _answer(asked, here, document(here, collection))


def _plain(asked: Asked, path: str, media_type: str) -> Here:
    """The address of a document that takes no parameters but those of every address."""
    checked_query(asked.query, ())
    return _here(asked, path, media_type)


def _here(asked: Asked, path: str, media_type: str) -> Here:
    told = {name: value for name, value in asked.query if name in ANYWHERE}
    form = chosen_form(told.get("f"), asked.accept, media_type)
    language = chosen_language(told.get("lang"), asked.accept_language)
    return Here(asked.root, path, asked.query, form, media_type, language)


def _offered(connection: sa.Connection, seer: Seer) -> Mapping[str, FeatureCrs]:
    return offered(stored_extent(connection, seer.today(connection)))


def _wanted(connection: sa.Connection, seer: Seer, asked: Asked) -> Mapping[str, FeatureCrs]:
    """The systems a request may name; where the data lie is looked up for a local one only."""
    named = {value for name, value in asked.query if name in ("crs", "bbox-crs")}
    everywhere = offered(None)
    return everywhere if named <= set(everywhere) else _offered(connection, seer)


def _walked(connection: sa.Connection, collection: Collection) -> list[float]:
    """The speeds for which the features of a collection were computed; empty: for any."""
    run = newest_run(connection, "default") if collection.layer.name == "gaps" else None
    return [] if run is None else sorted(run.settings["speeds"].values())


def _reach(connection: sa.Connection, sight: Sight, collection: Collection) -> Reach:
    extent = estimated_extent(connection, sight, collection.layer.table)
    return Reach(extent, first_day(connection, sight, collection.name))


def _answer(
    asked: Asked,
    here: Here,
    document: Document | str,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    told = {"Content-Language": here.language, "Vary": "Accept, Accept-Language", **(headers or {})}
    if here.form == "html":
        parsed = json.loads(document) if isinstance(document, str) else document
        return Answer(page_of(here, parsed, asked.surroundings), HTML, told)
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    return Answer(text, here.media_type, told)
