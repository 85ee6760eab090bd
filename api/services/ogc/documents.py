"""The documents that lead to features: landing page, conformance, collections, queryables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date

from api.services.ogc.collections import COLLECTIONS, Collection, Parameter
from api.services.ogc.crs import CRS84, FeatureCrs
from api.services.ogc.forms import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from api.services.ogc.links import Here, Link
from api.today import midnight
from gis.errors import Language
from gis.store.features import BBox

Document = dict[str, object]

_PART1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_PART2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf"
_PART3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
CONFORMS_TO = (
    f"{_PART1}/core",
    f"{_PART1}/oas30",
    f"{_PART1}/html",
    f"{_PART1}/geojson",
    f"{_PART2}/crs",
    f"{_PART3}/queryables",
    f"{_PART3}/queryables-query-parameters",
)
SCHEMA_OF = "http://www.opengis.net/def/rel/ogc/1.0/schema"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

_JSON_TYPES = {"text": "string", "number": "number", "flag": "boolean"}
_TITLE = ("Wangge: neighbourhood grids", "网格：社区网格地图")
_DESCRIPTION = (
    "Communities, buildings, published grids, facilities and walking circles as features.",
    "社区、楼栋、已发布的网格、设施与步行服务圈，以要素形式提供。",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where and since when a collection has features; None: not known, or it is empty."""

    extent: BBox | None
    since: date | None


def landing_page(here: Here, attribution: str) -> Document:
    """Return the document that leads to all others."""
    links = [
        *here.own_links(),
        here.link(
            "service-desc", here.at("api"), OPENAPI, ("OpenAPI 3.0 document", "OpenAPI 3.0 文档")
        ),
        here.link(
            "service-doc", f"{here.at('api')}?f=html", HTML, ("The API as a page", "接口说明页面")
        ),
        here.link(
            "conformance", here.at("conformance"), JSON, ("Conformance classes", "符合性类别")
        ),
        here.link("data", here.at("collections"), JSON, ("Collections", "要素集合")),
    ]
    told: Document = {"title": here.title(*_TITLE), "description": here.title(*_DESCRIPTION)}
    if attribution:
        told["attribution"] = attribution
    return {**told, "links": _json(links)}


def conformance(here: Here) -> Document:
    """Return the conformance classes that the service keeps."""
    return {"conformsTo": list(CONFORMS_TO), "links": _json(here.own_links())}


def collections_document(
    here: Here, crs: Mapping[str, FeatureCrs], reaches: Mapping[str, Reach]
) -> Document:
    """Return the list of collections."""
    return {
        "links": _json(here.own_links()),
        "crs": list(crs),
        "collections": [
            collection_document(here, known, crs, reaches[known.name], listed=True)
            for name, known in COLLECTIONS.items()
            if name in reaches
        ],
    }


def collection_document(
    here: Here,
    collection: Collection,
    crs: Mapping[str, FeatureCrs],
    reach: Reach,
    *,
    listed: bool = False,
) -> Document:
    """Return what a collection is, where its features lie and where to get them."""
    name = collection.name
    items = here.at("collections", name, "items")
    links = [
        *([] if listed else here.own_links()),
        here.link("items", items, GEOJSON, ("Features as GeoJSON", "要素（GeoJSON）")),
        here.link("items", f"{items}?f=html", HTML, ("Features as a page", "要素（网页）")),
        here.link(
            QUERYABLES,
            here.at("collections", name, "queryables"),
            SCHEMA,
            ("What can be asked by", "可查询的属性"),
        ),
        here.link(
            SCHEMA_OF,
            here.at("collections", name, "schema"),
            SCHEMA,
            ("Attributes of the features", "要素的属性"),
        ),
    ]
    if listed:
        here_page = here.at("collections", name)
        links.insert(0, here.link("self", here_page, JSON, ("This collection", "本集合")))
        links.insert(1, here.link("alternate", f"{here_page}?f=html", HTML))
    return {
        "id": name,
        "title": collection.title(here.language),
        "description": collection.description(here.language),
        "extent": _extent(reach),
        "itemType": "feature",
        "crs": list(crs),
        "storageCrs": CRS84,
        "links": _json(links),
    }


def queryables(here: Here, collection: Collection) -> Document:
    """Return the parameters of a collection as a JSON Schema."""
    asked = {p.name: _schema(p, here.language) for p in collection.parameters.values()}
    shape = {
        "format": f"geometry-{_SHAPES[collection.layer.geometry]}",
        "title": _GEOMETRY[here.language],
    }
    return {
        **_schema_head(here, collection),
        "properties": {**asked, "geometry": shape},
        "additionalProperties": False,
    }


def feature_schema(here: Here, collection: Collection) -> Document:
    """Return the attributes of a collection's features as a JSON Schema."""
    own = [p for p in collection.parameters.values() if p.name in _attributes(collection)]
    told = {p.name: _schema(p, here.language) for p in own}
    shape = {
        "format": f"geometry-{_SHAPES[collection.layer.geometry]}",
        "title": _GEOMETRY[here.language],
        "x-ogc-role": "primary-geometry",
    }
    return {**_schema_head(here, collection), "properties": {**told, "geometry": shape}}


_SHAPES = {"polygon": "multipolygon", "line": "multilinestring", "point": "point"}
_GEOMETRY: dict[Language, str] = {"en": "shape", "zh": "图形"}


def _attributes(collection: Collection) -> set[str]:
    return {attribute.name for attribute in collection.layer.row_attributes}


def _schema_head(here: Here, collection: Collection) -> Document:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{here.root}{here.path}",
        "type": "object",
        "title": collection.title(here.language),
        "description": collection.description(here.language),
    }


def _schema(parameter: Parameter, language: Language) -> Document:
    told: Document = {"type": _JSON_TYPES[parameter.kind], "title": parameter.title(language)}
    return {**told, "enum": list(parameter.choices)} if parameter.choices else told


def _extent(reach: Reach) -> Document:
    told: Document = {}
    if reach.extent is not None:
        told["spatial"] = {"bbox": [list(_outward(reach.extent))], "crs": CRS84}
    if reach.since is not None:
        begin = midnight(reach.since).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told["temporal"] = {"interval": [[begin, None]]}
    return told


def _outward(extent: BBox) -> tuple[float, float, float, float]:
    """The box rounded to a decimetre, so that it still holds all."""
    west, south, east, north = extent
    low = [math.floor(value * 1e6) / 1e6 for value in (west, south)]
    high = [math.ceil(value * 1e6) / 1e6 for value in (east, north)]
    return low[0], low[1], high[0], high[1]


def _json(links: Iterable[Link]) -> list[dict[str, str]]:
    return [link.json() for link in links]
