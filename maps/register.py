"""The register of a plan's grids (划分登记表): bounds, buildings, posts, to be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from gis.boundary import SIDES
from gis.errors import Language
from maps.paper import Paper
from maps.sheet_about import SheetAbout
from maps.single_file import sheet_page
from maps.texts import texts_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegisterLayers:
    """
    What a register lists.

    ``grids``: rows with ``grid_no, name, code, kind, households, load, households_estimated,
    posts_needed``; ``buildings``: one row for each building or stairwell with ``grid_no`` (None:
    in no grid), names, courtyard and households, in order; ``bounds``: as
    `gis.boundary.main_bounds`; ``posts``: ``grid_no, role, posts, vacant``.
    """

    grids: Sequence[Row]
    buildings: Sequence[Row]
    bounds: pd.DataFrame
    posts: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Listed:
    """One building or stairwell with its households."""

    name: str
    households: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Yard:
    """The buildings of one courtyard in a grid; without a name those of none."""

    name: str
    buildings: tuple[Listed, ...]

    @property
    def households(self) -> int:
        """Households of them all."""
        return sum(b.households for b in self.buildings)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register."""

    number: int
    name: str
    code: str
    kind: str
    bounds: tuple[tuple[str, str], ...]
    yards: tuple[Yard, ...]
    buildings: int
    households: int
    estimated: bool
    load: float | None
    posts: tuple[str, ...]


def register(layers: RegisterLayers, about: SheetAbout, sheet: Paper, language: Language) -> str:
    """
    Write the register as one HTML file that prints with its head on every page.

    The grids come in the order of their codes, before publication of their numbers; units in no
    grid come last, so that the households add up to those of the plan.
    """
    texts = texts_of(language)
    entries = register_entries(layers, texts)
    loose = _loose(layers, texts)
    return sheet_page(
        "register",
        title=texts["sheet.register.title"].replace("{place}", about.place),
        language=language,
        style=_page_style(sheet, about, texts),
        values={
            "about": about,
            "entries": entries,
            "loose": loose,
            "buildings": sum(e.buildings for e in entries) + (loose.buildings if loose else 0),
            "households": sum(e.households for e in entries) + (loose.households if loose else 0),
            "sheet": sheet,
            "texts": texts,
        },
    )


def register_entries(layers: RegisterLayers, texts: dict[str, str]) -> list[Entry]:
    """Lines of the register, one for each grid; households are counted from the buildings."""
    of_grid = {n: list(rows) for n, rows in groupby(layers.buildings, lambda r: r["grid_no"])}
    names = {int(row["grid_no"]): str(row["name"]) for row in layers.grids}
    bounds = _bounds(layers.bounds, names, texts)
    ordered = sorted(layers.grids, key=lambda row: (row["code"] or "", row["grid_no"]))
    return [
        _entry(number, row, of_grid.get(row["grid_no"], []), bounds, layers.posts, texts)
        for number, row in enumerate(ordered, 1)
    ]


def _entry(
    number: int,
    grid: Row,
    buildings: Sequence[Row],
    bounds: Mapping[int, tuple[tuple[str, str], ...]],
    posts: Sequence[Row],
    texts: dict[str, str],
) -> Entry:
    mine = [row for row in posts if row["grid_no"] == grid["grid_no"]]
    needed = grid["posts_needed"]
    told = [_post(row, texts) for row in mine]
    if not mine and needed:
        told = [texts["register.posts-needed"].replace("{n}", f"{needed}")]
    return Entry(
        number,
        str(grid["name"]),
        str(grid["code"] or ""),
        str(grid["kind"]),
        bounds.get(int(grid["grid_no"]), ()),
        _yards(buildings, texts),
        len({row["building_code"] for row in buildings}),
        sum(int(row["households"]) for row in buildings),
        any(row["households_estimated"] for row in buildings),
        float(grid["load"]),
        tuple(told),
    )


def _loose(layers: RegisterLayers, texts: dict[str, str]) -> Entry | None:
    """What is in no grid."""
    rows = [row for row in layers.buildings if row["grid_no"] is None]
    if not rows:
        return None
    return Entry(
        0,
        texts["sheet.legend.unassigned"],
        "",
        "",
        (),
        _yards(rows, texts),
        len({row["building_code"] for row in rows}),
        sum(int(row["households"]) for row in rows),
        any(row["households_estimated"] for row in rows),
        None,
        (),
    )


def _yards(rows: Sequence[Row], texts: dict[str, str]) -> tuple[Yard, ...]:
    found = []
    for _, group in groupby(rows, lambda row: row["courtyard_code"]):
        mine = list(group)
        name = mine[0]["courtyard_name"] or mine[0]["courtyard_code"] or ""
        listed = tuple(
            Listed(_called(row, texts), int(row["households"]), bool(row["households_estimated"]))
            for row in mine
        )
        found.append(Yard(str(name), listed))
    return tuple(found)


def _called(row: Row, texts: dict[str, str]) -> str:
    """The name of a building as people use it; a stairwell has its own number behind."""
    name = row["building_name"] or row["address"] or row["building_number"]
    told = str(name or row["building_code"])
    yard = str(row["courtyard_name"] or "")
    if yard and told.startswith(yard) and len(told) > len(yard):
        told = told[len(yard) :].strip()
    if row["kind"] != "stairwell":
        return told
    number = str(row["unit_id"]).removeprefix(str(row["building_code"])).strip("-_/:")
    return f"{told} {texts['register.stairwell'].replace('{n}', number)}"


def _post(row: Row, texts: dict[str, str]) -> str:
    known = {
        "comprehensive": texts["register.role.comprehensive"],
        "assistant": texts["register.role.assistant"],
    }
    role = known.get(row["role"], str(row["role"]))
    told = texts["register.posts"].replace("{role}", role).replace("{n}", f"{row['posts']}")
    if row["vacant"]:
        told += texts["register.vacant"].replace("{n}", f"{row['vacant']}")
    return told


def _bounds(
    bounds: pd.DataFrame, names: Mapping[int, str], texts: dict[str, str]
) -> dict[int, tuple[tuple[str, str], ...]]:
    """Side and sentence of each grid, east, south, west, north."""
    said: dict[tuple[int, str], list[str]] = {}
    for row in bounds.to_dict("records"):
        other = names.get(int(row["other"]), "")
        words = bound_words(str(row["bound"]), str(row["name"]), other, texts)
        told = said.setdefault((int(row["grid"]), str(row["side"])), [])
        if words not in told:
            told.append(words)
    sides = {
        "east": texts["register.east"],
        "south": texts["register.south"],
        "west": texts["register.west"],
        "north": texts["register.north"],
    }
    grids = {grid for grid, _ in said}
    return {
        grid: tuple(
            (sides[side], texts["list.comma"].join(said[grid, side]))
            for side in SIDES
            if (grid, side) in said
        )
        for grid in grids
    }


def bound_words(bound: str, name: str, other: str, texts: dict[str, str]) -> str:
    """
    Say what a bound is: a street or river by its name, a neighbour as the border with it.

    >>> bound_words("community", "锦屏社区", "", texts_of("zh"))
    '锦屏社区界'
    """
    named = {
        "street": "{name}",
        "river": "{name}" if name else texts["sheet.legend.river"],
        "railway": "{name}" if name else texts["sheet.legend.railway"],
        "barrier": "{name}" if name else texts["register.bound.barrier"],
        "wall": texts["register.bound.wall"],
        "community": texts["register.bound.community"] if name else texts["register.bound.edge"],
        "courtyard": "{name}",
        "grid": texts["register.bound.grid"],
        "none": texts["register.bound.none"],
    }
    return named[bound].replace("{name}", name or other)


def _page_style(sheet: Paper, about: SheetAbout, texts: dict[str, str]) -> str:
    """Paper, and the number of each page; browsers before Chromium 131 leave the number out."""
    left, right = texts["register.page"].split("{page}")
    middle, end = right.split("{pages}")
    number = f'"{left}" counter(page) "{middle}" counter(pages) "{end}"'
    lines = _quoted(texts["map.management-lines"])
    review = _quoted(f"{texts['map.review']} {about.review_number}" if about.review_number else "")
    return (
        f"@page {{ size: {sheet.width_mm:g}mm {sheet.height_mm:g}mm; margin: 11mm 12mm 14mm;"
        f" @bottom-right {{ content: {number}; }} @bottom-left {{ content: {lines}; }}"
        f" @bottom-center {{ content: {review}; }} }}"
        f" .register {{ width: {sheet.width_mm - 24:g}mm; }}"
    )


def _quoted(text: str) -> str:
    """Make a text a CSS string that cannot end early, nor end the style element."""
    return '"' + "".join(c if c.isalnum() or c in " .·-" else f"\\{ord(c):x} " for c in text) + '"'
