"""What an embedded page shows: read from its address, completed from the database."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args
from urllib.parse import urlencode

import sqlalchemy as sa

from api.services.map_extent import map_extent
from api.services.sights import Seer
from api.services.walking_reading import run_of
from gis.circles.kinds import KINDS
from gis.errors import InputError, Language, NotFound
from gis.store.listing import found
from maps.facility_signs import kind_name
from maps.sources import Bounds, MapFilters

Page = Literal["grids", "coverage", "facilities", "sheet"]
GridLook = Literal["load", "kind", "worker"]
Theme = Literal["light", "dark"]
Query = Mapping[str, str]
Value = TypeVar("Value")

_MOST_MINUTES = 60
_A_CODE = ("a code of 12 digits", "12 位代码")
_A_DAY = ("a day like 2026-05-01", "形如 2026-05-01 的日期")
_SOME_MINUTES = ("a number up to 60", "不超过 60 的数")


@dataclass(frozen=True, slots=True)
class EmbedWish:
    """
    What the address of an embedded page asks for.

    Attributes
    ----------
    layer
        How grids are coloured.
    kind
        Facility kind; of grids their kind.
    minutes
        Cutoff of the walk; None: the longest that was computed.
    legend
        Whether the legend is shown.
    """

    page: Page
    language: Language
    community: str | None = None
    layer: GridLook = "load"
    kind: str | None = None
    at: date | None = None
    minutes: float | None = None
    theme: Theme = "light"
    legend: bool = True
    key: str | None = None


@dataclass(frozen=True, slots=True)
class EmbedView:
    """
    An embedded page, ready to be written.

    Attributes
    ----------
    name
        Of the area shown; "" for everything.
    bounds
        West, south, east, north in degrees.
    style, legend
        Addresses below the service; the legend's is "" when it is not wanted.
    kinds
        Facility kind -> its name, for the cards of features.
    """

    wish: EmbedWish
    name: str
    bounds: Bounds
    style: str
    legend: str
    kinds: Mapping[str, str]


def embed_language(query: Query, preferred: Language) -> Language:
    """Return the language of a page: that of its address when it has one, else the browser's."""
    return "zh" if query.get("lang") == "zh" else "en" if query.get("lang") == "en" else preferred


def embed_theme(query: Query) -> Theme:
    """Return the theme of a page, light unless its address says dark."""
    return "dark" if query.get("theme") == "dark" else "light"


def embed_wish(page: Page, query: Query, preferred: Language) -> EmbedWish:
    """
    Read the address of an embedded page; parameters that are absent or empty have defaults.

    Raises
    ------
    InputError
        A value that the page does not know; the sentence says which it knows.
    """
    return EmbedWish(
        page=page,
        language=_one_of(query, "lang", get_args(Language), preferred),
        community=_read(query, "community", _area_code, _A_CODE),
        layer=_one_of(query, "layer", get_args(GridLook), "load"),
        kind=query.get("kind") or None,
        at=_read(
            query, "at", date.fromisoformat, ("a day like 2026-05-01", "形如 2026-05-01 的日期")
        ),
        minutes=_read(query, "minutes", _minutes, ("a number up to 60", "不超过 60 的数")),
        theme=_one_of(query, "theme", get_args(Theme), "light"),
        legend=_one_of(query, "legend", ("0", "1"), "1") == "1",
        key=query.get("key") or None,
    )


def embed_view(connection: sa.Connection, seer: Seer, wish: EmbedWish, today: date) -> EmbedView:
    """
    Complete a wish: where the map lies, how it is called, which style and legend it loads.

    Raises
    ------
    NotFound
        There is no such area on that day, or no walk was computed.
    """
    filters = MapFilters(community=wish.community, at=wish.at)
    bounds = map_extent(connection, seer, filters, today)
    query = urlencode(_style_query(connection, wish))
    name = _style_name(wish)
    return EmbedView(
        wish=wish,
        name=_area_name(connection, seer, wish, today),
        bounds=bounds,
        style=f"/styles/{name}.json?{query}",
        legend=f"/styles/{name}/legend.json?{query}" if wish.legend else "",
        kinds={kind: kind_name(kind, wish.language) for kind in KINDS},
    )


def read_view(engine: sa.Engine, seer: Seer, wish: EmbedWish, today: date) -> EmbedView:
    """Complete a wish on a connection of its own; raises as `embed_view`."""
    with engine.connect() as connection:
        return embed_view(connection, seer, wish, today)


def _style_name(wish: EmbedWish) -> str:
    return wish.page if wish.page in ("coverage", "facilities") else f"grids-{wish.layer}"


def _style_query(connection: sa.Connection, wish: EmbedWish) -> dict[str, str]:
    told: dict[str, object] = {
        "lang": wish.language,
        "theme": wish.theme,
        "community": wish.community,
        "kind": wish.kind,
        "at": wish.at,
        "key": wish.key,
    }
    if wish.page == "coverage":
        told |= _walk(connection, wish)
    return {name: str(value) for name, value in told.items() if value is not None}


def _walk(connection: sa.Connection, wish: EmbedWish) -> dict[str, object]:
    """Name the walk to show: what is asked for, else the first kind and the longest cutoff."""
    settings = run_of(connection, "default").settings
    kinds = list(settings.get("kinds", ()))
    if not kinds or (wish.kind is not None and wish.kind not in kinds):
        known = ", ".join(kinds)
        raise NotFound(
            f"No walks to {wish.kind} are stored; there are {known}.",
            f"没有到“{wish.kind}”的步行结果；现有 {known}。",
        )
    longest = max(settings.get("cutoffs_s", (900,))) / 60
    speeds = list(dict(settings.get("speeds", {})).values())
    return {
        "kind": wish.kind or kinds[0],
        "minutes": f"{wish.minutes or longest:g}",
        "speed": f"{speeds[0] if speeds else 1.2:g}",
    }


def _area_name(connection: sa.Connection, seer: Seer, wish: EmbedWish, today: date) -> str:
    if wish.community is None:
        return ""
    day = wish.at or today
    sight = seer.on(connection, day)
    row = found(connection, sight, "area", wish.community, at=day, geometry=False)
    return "" if row is None else str(row["name"])


def _one_of(query: Query, name: str, known: tuple[Value, ...], default: Value) -> Value:
    given = query.get(name) or ""
    if not given:
        return default
    chosen = next((value for value in known if value == given), None)
    if chosen is None:
        raise _wrong(name, given, " or ".join(map(str, known)), "或".join(map(str, known)))
    return chosen


def _read(
    query: Query, name: str, reader: Callable[[str], Value], wanted: tuple[str, str]
) -> Value | None:
    given = query.get(name) or ""
    if not given:
        return None
    try:
        return reader(given)
    except ValueError:
        raise _wrong(name, given, *wanted) from None


def _area_code(text: str) -> str:
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return text


def _minutes(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or not 0 < number <= _MOST_MINUTES:
        raise ValueError(text)
    return number


def _wrong(name: str, given: str, en: str, zh: str) -> InputError:
    return InputError(
        f"{name}={given[:40]} cannot be used: write {en}.", f"{name}={given[:40]} 无效：请写{zh}。"
    )
