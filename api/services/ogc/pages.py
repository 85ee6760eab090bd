"""The documents of ``/ogc`` as pages of tables and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from api.services.ogc.collections import COLLECTIONS, Collection
from api.services.ogc.links import Here
from maps.feature_pages import Cell, FeaturePage, Surroundings, Table, feature_page_html

Json = Mapping[str, Any]
_WORDS: dict[str, tuple[str, str]] = {
    "": ("Features", "要素服务"),
    "api": ("API", "接口"),
    "conformance": ("Conformance", "符合性"),
    "collections": ("Collections", "要素集合"),
    "items": ("Features", "要素"),
    "queryables": ("What can be asked by", "可查询的属性"),
    "schema": ("Attributes", "属性"),
}


def page_of(here: Here, document: Json, surroundings: Surroundings) -> str:
    """Render a document as a page in the language of `here`."""
    crumbs = _crumbs(here)
    page = FeaturePage(
        language=here.language,
        title=_title(document) or " · ".join(crumb.text for crumb in crumbs[2:] or crumbs[-1:]),
        description=str(document.get("description", "")),
        crumbs=crumbs,
        forms=[
            Cell("JSON", here.own(f="json")),
            Cell("English", here.own(lang="en"))
            if here.language == "zh"
            else Cell("中文", here.own(lang="zh")),
        ],
        tables=_tables(here, document),
        onward=_onward(document),
    )
    return feature_page_html(page, surroundings)


def _title(document: Json) -> str:
    told = document.get("title") or document.get("info", {}).get("title", "")
    return str(told)


def _crumbs(here: Here) -> list[Cell]:
    parts = [unquote(part) for part in here.path.split("/") if part]
    cells = []
    for i, part in enumerate(["", *parts]):
        text = here.title(*_WORDS[part]) if part in _WORDS and i != 2 else part
        if i == 2 and parts[0] == "collections":
            text = COLLECTIONS[part].title(here.language)
        last = i == len(parts)
        root = f"{here.root}/collections/{here.path.split('/')[2]}" if i >= 2 else here.root
        href = {0: here.root, 1: f"{here.root}/{part}"}.get(i, f"{root}/{part}" if i > 2 else root)
        cells.append(Cell(text, "" if last else href))
    return cells


def _tables(here: Here, document: Json) -> list[Table]:
    """Tables of the first member that tells what kind of document it is; else its links."""
    kinds: list[tuple[str, Callable[[Here, Json], Table]]] = [
        ("collections", _collections),
        ("features", _features),
        ("geometry", _feature),
        ("paths", _paths),
        ("$schema", _schema),
        ("conformsTo", _conformance),
    ]
    made = [table(here, document) for member, table in kinds if member in document]
    return made or [_links(document)]


def _conformance(_: Here, document: Json) -> Table:
    return Table("", (), [[Cell(uri)] for uri in document["conformsTo"]])


def _links(document: Json) -> Table:
    skipped = ("self", "alternate")
    rows = [
        [Cell(link["title"], link["href"]), Cell(link["type"])]
        for link in document["links"]
        if link["rel"] not in skipped
    ]
    crs = [[Cell(uri), Cell("")] for uri in document.get("crs", [])]
    return Table("", (), [*rows, *crs])


def _onward(document: Json) -> list[Cell]:
    following = [link for link in document.get("links", []) if link["rel"] == "next"]
    return [Cell(f"{link['title']} →", link["href"]) for link in following]


def _collections(here: Here, document: Json) -> Table:
    heads = [here.title("Collection", "集合"), here.title("What it is", "说明"), ""]
    features = here.title("Features", "要素")
    rows = [
        [
            Cell(told["title"], here.at("collections", told["id"])),
            Cell(told["description"]),
            Cell(features, here.at("collections", told["id"], "items")),
        ]
        for told in document["collections"]
    ]
    return Table("", heads, rows)


def _collection_of(here: Here) -> Collection:
    return COLLECTIONS[here.path.split("/")[2]]


def _value(value: object, here: Here) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell(here.title("yes", "是") if value else here.title("no", "否"))
    if isinstance(value, int | float):
        return Cell(f"{value:g}" if isinstance(value, float) else str(value), number=True)
    return Cell(str(value))


def _features(here: Here, document: Json) -> Table:
    collection = _collection_of(here)
    attributes = collection.layer.row_attributes
    zh = here.language == "zh"
    heads = ["", *(attribute.zh if zh else attribute.en for attribute in attributes)]
    base = ("collections", collection.name, "items")
    rows = [
        [
            Cell(str(feature["id"]), here.at(*base, str(feature["id"]))),
            *(_value(feature["properties"][a.name], here) for a in attributes),
        ]
        for feature in document["features"]
    ]
    returned, matched = document["numberReturned"], document.get("numberMatched")
    if matched is None:
        return Table(here.title(f"{returned} features", f"{returned} 个要素"), heads, rows)
    caption = here.title(f"{returned} of {matched} features", f"{returned} / {matched} 个要素")
    return Table(caption, heads, rows)


def _feature(here: Here, document: Json) -> Table:
    zh = here.language == "zh"
    rows = [
        [Cell(a.zh if zh else a.en), _left(_value(document["properties"][a.name], here))]
        for a in _collection_of(here).layer.row_attributes
    ]
    rows.append([Cell(here.title("shape", "图形")), Cell(document["geometry"]["type"])])
    return Table("", (), rows)


def _left(cell: Cell) -> Cell:
    return Cell(cell.text, cell.href)


def _schema(here: Here, document: Json) -> Table:
    heads = [here.title("Name", "名称"), here.title("Type", "类型"), here.title("Meaning", "含义")]
    rows = [
        [Cell(name), Cell(str(told.get("type") or told.get("format"))), Cell(_meaning(told))]
        for name, told in document["properties"].items()
    ]
    return Table("", heads, rows)


def _meaning(told: Json) -> str:
    title = str(told.get("title", ""))
    return f"{title}: {', '.join(told['enum'])}" if "enum" in told else title


def _paths(here: Here, document: Json) -> Table:
    heads = [
        here.title("Address", "地址"),
        here.title("What", "内容"),
        here.title("Parameters", "参数"),
    ]
    rows = []
    for path, operations in document["paths"].items():
        asked = operations["get"]
        names = [p.get("name") or p["$ref"].rpartition("/")[2] for p in asked["parameters"]]
        href = "" if "{" in path else f"{here.root}{path.rstrip('/')}"
        rows.append([Cell(path, href), Cell(asked["summary"]), Cell(", ".join(names))])
    return Table("", heads, rows)
