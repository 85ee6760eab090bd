"""The OpenAPI 3.0 document of ``/ogc``: every collection with the very parameters it takes."""

from __future__ import annotations

from collections.abc import Mapping

from api.errors import PROBLEM
from api.services.ogc.collections import Collection, Parameter
from api.services.ogc.crs import CRS84, FeatureCrs
from api.services.ogc.documents import Document
from api.services.ogc.forms import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from api.services.ogc.links import Here
from api.services.ogc.parameters import DEFAULT_LIMIT, HIGHEST_LIMIT
from gis.errors import Language

_TYPES = {"text": "string", "number": "number", "flag": "boolean"}
_FAULTS: dict[str, tuple[str, str]] = {
    "400": ("A parameter is unknown or cannot be read.", "参数未知或无法识别。"),
    "404": ("There is no such thing.", "没有这个对象。"),
    "406": ("None of the accepted forms is offered.", "没有可接受的格式。"),
    "414": ("The query is too long.", "查询参数过长。"),
    "503": ("The database does not answer.", "数据库暂时没有响应。"),
}


def openapi_document(
    here: Here, crs: Mapping[str, FeatureCrs], collections: Mapping[str, Collection]
) -> Document:
    """Return the OpenAPI 3.0 document in the language of `here`."""
    paths: Document = {
        "/": _operation(here, "landingPage", ("Landing page", "首页"), JSON, "LandingPage"),
        "/api": _operation(here, "api", ("This document", "本文档"), OPENAPI, None),
        "/conformance": _operation(
            here, "conformance", ("Conformance classes", "符合性类别"), JSON, "Conformance"
        ),
        "/collections": _operation(
            here, "collections", ("Collections", "要素集合"), JSON, "Collections"
        ),
    }
    for collection in collections.values():
        paths |= _paths_of(here, collection)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": here.title("Wangge: OGC API Features", "网格：OGC API Features"),
            "version": "1.0.0",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": here.root}],
        "tags": [
            {"name": known.name, "description": known.title(here.language)}
            for known in collections.values()
        ],
        "paths": paths,
        "components": {
            "parameters": _shared_parameters(here.language, crs),
            "responses": _faults(here.language),
            "schemas": _schemas(),
        },
    }


def _paths_of(here: Here, collection: Collection) -> Document:
    name, title = collection.name, collection.title(here.language)
    one = f"/collections/{name}"

    def operation(
        kind: str, en: str, zh: str, media: str, schema: str | None, *parameters: Document
    ) -> Document:
        words = (f"{title}: {en}", f"{title}：{zh}")
        asked = list(parameters) or None
        return _operation(here, f"{kind}_{name}", words, media, schema, tag=name, parameters=asked)

    own = [_own_parameter(p, here.language) for p in collection.parameters.values()]
    shared = [_ref("parameters", p) for p in _OF_ITEMS]
    walked = [p for p in own if p["name"] == "speed"] if collection.walked else []
    item = [_FEATURE_ID, _ref("parameters", "datetime"), _ref("parameters", "crs"), *walked]
    return {
        one: operation("collection", "the collection", "集合", JSON, "Collection"),
        f"{one}/queryables": operation(
            "queryables", "what can be asked by", "可查询的属性", SCHEMA, None
        ),
        f"{one}/schema": operation("schema", "attributes", "属性", SCHEMA, None),
        f"{one}/items": operation(
            "items", "features", "要素", GEOJSON, "FeatureCollection", *shared, *own
        ),
        f"{one}/items/{{featureId}}": operation(
            "item", "one feature", "单个要素", GEOJSON, "Feature", *item
        ),
    }


_OF_ITEMS = ("limit", "bbox", "bbox-crs", "datetime", "crs", "cursor")
_FEATURE_ID: Document = {
    "name": "featureId",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}


def _operation(
    here: Here,
    identifier: str,
    words: tuple[str, str],
    media_type: str,
    schema: str | None,
    *,
    tag: str | None = None,
    parameters: list[Document] | None = None,
) -> Document:
    told: Document = {"schema": {"type": "object"} if schema is None else _ref("schemas", schema)}
    answer: Document = {
        "description": here.title(*words),
        "content": {media_type: told, HTML: {"schema": {"type": "string"}}},
    }
    if parameters is not None:
        answer["headers"] = {"Content-Crs": {"schema": {"type": "string"}}}
    faults = {status: _ref("responses", f"Fault{status}") for status in _FAULTS}
    shared = [_ref("parameters", name) for name in ("f", "lang")]
    operation: Document = {
        "operationId": identifier,
        "summary": here.title(*words),
        "parameters": [*(parameters or []), *shared],
        "responses": {"200": answer, **faults, "default": _ref("responses", "Fault")},
    }
    return {"get": {**operation, "tags": [tag]} if tag else operation}


def _ref(section: str, name: str) -> Document:
    return {"$ref": f"#/components/{section}/{name}"}


def _own_parameter(parameter: Parameter, language: Language) -> Document:
    schema: Document = {"type": _TYPES[parameter.kind]}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.name == "community":
        schema["pattern"] = "^[0-9]{12}$"
    if parameter.name == "speed" and not parameter.attribute:
        schema |= {"minimum": 0, "exclusiveMinimum": True, "maximum": 5, "default": 1.2}
    return _query(parameter.name, schema, parameter.title(language))


def _query(name: str, schema: Document, description: str) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _shared_parameters(language: Language, crs: Mapping[str, FeatureCrs]) -> Document:
    zh = language == "zh"
    number: Document = {"type": "number"}
    # The first edition of the standard bounds the length; its correction names both lengths.
    box: Document = {
        "type": "array",
        "items": number,
        "minItems": 4,
        "maxItems": 6,
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    }
    count: Document = {
        "type": "integer",
        "minimum": 1,
        "maximum": HIGHEST_LIMIT,
        "default": DEFAULT_LIMIT,
    }
    system: Document = {"type": "string", "format": "uri", "enum": list(crs), "default": CRS84}
    told: list[tuple[str, Document, str, str]] = [
        (
            "limit",
            count,
            "Most features on a page; more than the maximum means the maximum.",
            "每页最多要素数；超过上限按上限处理。",
        ),
        (
            "bbox",
            box,
            "Lower corner, upper corner, in the axis order of bbox-crs.",
            "范围：小角点、大角点，轴序依 bbox-crs。",
        ),
        ("bbox-crs", system, "Coordinate system of bbox.", "bbox 的坐标系。"),
        ("crs", system, "Coordinate system of the answer.", "返回坐标的坐标系。"),
        (
            "datetime",
            {"type": "string"},
            "A day, a moment, or an interval of either; today when absent.",
            "日期、时刻或区间；不写则为今天。",
        ),
        (
            "cursor",
            {"type": "string"},
            "From a link `next`: the feature after which the page begins.",
            "由 next 链接给出：本页从该要素之后开始。",
        ),
        (
            "f",
            {"type": "string", "enum": ["json", "html"]},
            "Form of the answer, before the Accept header.",
            "返回格式，优先于 Accept。",
        ),
        (
            "lang",
            {"type": "string", "enum": ["zh", "en"]},
            "Language, before Accept-Language.",
            "语言，优先于 Accept-Language。",
        ),
    ]
    return {name: _query(name, schema, in_zh if zh else en) for name, schema, en, in_zh in told}


def _faults(language: Language) -> Document:
    any_other = ("Any other fault.", "其他错误。")
    described = {f"Fault{status}": words for status, words in _FAULTS.items()}
    return {
        name: {
            "description": words[1] if language == "zh" else words[0],
            "content": {PROBLEM: {"schema": _ref("schemas", "Problem")}},
        }
        for name, words in {**described, "Fault": any_other}.items()
    }


def _object(required: list[str], **properties: Document) -> Document:
    return {"type": "object", "required": required, "properties": properties}


def _schemas() -> Document:
    text: Document = {"type": "string"}
    whole: Document = {"type": "integer", "minimum": 0}
    links: Document = {"type": "array", "items": _ref("schemas", "Link")}

    def each(items: Document) -> Document:
        return {"type": "array", "items": items}

    anything: Document = {"type": "object"}
    return {
        "Link": _object(["href", "rel", "type"], href=text, rel=text, type=text, title=text),
        "LandingPage": _object(
            ["links"], title=text, description=text, attribution=text, links=links
        ),
        "Conformance": _object(["conformsTo"], conformsTo=each(text), links=links),
        "Collection": _object(
            ["id", "links"],
            id=text,
            title=text,
            description=text,
            extent=anything,
            itemType=text,
            crs=each(text),
            storageCrs=text,
            links=links,
        ),
        "Collections": _object(
            ["links", "collections"],
            links=links,
            crs=each(text),
            collections=each(_ref("schemas", "Collection")),
        ),
        "Feature": _object(
            ["type", "geometry", "properties"],
            type={"type": "string", "enum": ["Feature"]},
            id={"oneOf": [text, {"type": "integer"}]},
            geometry=_object(["type", "coordinates"], type=text, coordinates=each({})),
            properties=anything,
            links=links,
        ),
        "FeatureCollection": _object(
            ["type", "features"],
            type={"type": "string", "enum": ["FeatureCollection"]},
            features=each(_ref("schemas", "Feature")),
            links=links,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched=whole,
            numberReturned=whole,
        ),
        "Problem": _object(
            ["type", "title", "status", "code", "detail", "request_id"],
            type=text,
            title=text,
            status={"type": "integer"},
            code=text,
            detail=text,
            request_id=text,
            facts=anything,
        ),
    }
