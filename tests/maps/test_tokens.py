"""The colours of both themes can be read, and told apart by people who see two hues."""

from __future__ import annotations

import itertools
import re

import pytest

from maps.assets import WEB
from maps.tokens import Theme, colour, tokens
from tests.maps.seeing import SIGHTS, Sight, apart, contrast

THEMES: tuple[Theme, ...] = ("light", "dark")
SURFACES = ("paper", "ground", "plain-pale")
# What is written on what: by page.css and the sheets, and by the labels of maps.
WRITTEN = [
    *itertools.product(("ink", "muted", "accent", "danger", "warn", "good"), SURFACES),
    *((name, f"{name}-pale") for name in ("accent", "danger", "warn", "good")),
    *itertools.product(("ink",), ("accent-pale", "danger-pale", "warn-pale", "good-pale")),
    *itertools.product(("ink", "muted", "map-community"), ("map-halo", "map-land")),
    ("paper", "accent"),
    ("paper", "warn"),
]
LOADS = ("load-low", "load-fit", "load-over", "load-far-over")
AREAS = tuple(f"area-{n}" for n in range(1, 9))
KINDS = ("kind-base", "kind-special", "kind-micro")
MINUTES = tuple(f"minutes-{n}" for n in range(1, 6))
# Lines and shapes that carry meaning, against what they lie on: 3 to 1 (WCAG 1.4.11).
DRAWN = [
    *itertools.product((*LOADS, *AREAS, *KINDS, "vacant", "accent", "danger"), ("map-land",)),
    *itertools.product((*LOADS, *AREAS, "accent"), ("paper",)),
    ("unreached-hatch", "unreached"),
]


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_has_the_contrast_that_wcag_aa_asks_for(theme: Theme) -> None:
    told = {(a, b): contrast(colour(a, theme), colour(b, theme)) for a, b in WRITTEN}
    assert {pair: ratio for pair, ratio in told.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_every_shape_with_a_meaning_stands_out_from_its_ground(theme: Theme) -> None:
    told = {(a, b): contrast(colour(a, theme), colour(b, theme)) for a, b in DRAWN}
    assert {pair: ratio for pair, ratio in told.items() if ratio < 3} == {}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", THEMES)
def test_colours_of_one_map_are_told_apart(theme: Theme, sight: Sight) -> None:
    scales = {LOADS: 6, AREAS: 10, KINDS: 10, MINUTES: 10}
    for names, least in scales.items():
        pairs = itertools.pairwise(names) if names is MINUTES else itertools.combinations(names, 2)
        for one, other in pairs:
            seen = apart(colour(one, theme), colour(other, theme), sight)
            assert seen >= least, (one, other, seen)


@pytest.mark.parametrize("theme", THEMES)
def test_minutes_grow_lighter_without_a_turn(theme: Theme) -> None:
    light = [contrast(colour(name, theme), "#000000") for name in MINUTES]
    assert light == sorted(light)


def test_the_ground_of_wall_screens_is_navy() -> None:
    assert colour("ground", "dark") == "#0b1b2b"


def test_every_colour_has_a_value_of_its_own_in_the_dark() -> None:
    light, dark = tokens("light"), tokens("dark")
    coloured = [name for name, value in light.items() if re.search(r"#|rgb", value)]
    assert [name for name in coloured if light[name] == dark[name]] == []


def test_every_token_that_is_used_is_there() -> None:
    used: set[str] = set()
    for pattern in ("*.css", "src/*.js"):
        for path in WEB.glob(pattern):
            used |= set(re.findall(r"(?:var\(|\")--([\w-]+)[\")]", path.read_text("utf-8")))
    assert used - set(tokens("light")) == set()
