"""Rule sets are read strictly and written so that they read back equal."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.contracts import COURTYARD_KINDS
from gis.errors import InvalidRules
from gis.partition.rules import (
    CAP_KINDS,
    RuleSet,
    changed_rules,
    check_rules,
    format_rules,
    load_rules,
    parse_rules,
    preset_names,
)

VALID = 'name = "a"\nsource = "b"\n[caps]\ndefault = 300\n'


@pytest.mark.parametrize("name", preset_names())
def test_presets_read_and_name_their_source(name: str) -> None:
    rules = load_rules(name)
    assert rules.name == name
    assert len(rules.source) > 10
    assert parse_rules(format_rules(rules)) == rules


def test_gaoxian_caps_old_courtyards_at_150_and_new_ones_at_300() -> None:
    rules = load_rules("gaoxian-2020")
    assert {k: rules.cap(k) for k in ("old", "new")} == {"old": 150, "new": 300}
    assert all(rules.cap(k) in (150, 300) for k in (*COURTYARD_KINDS, None))


def test_zones_have_no_cap_and_a_target() -> None:
    rules = load_rules("zones-k")
    assert rules.cap("old") is None
    assert rules.target == 3


def test_a_file_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + VALID.encode())
    assert load_rules(path).caps == {"default": 300}
    with pytest.raises(InvalidRules, match="gaoxian-2020"):
        load_rules("no-such-rules")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("fil = 1", "fil"),
        ("fill = 0", "fill"),
        ("fill = nan", "fill"),
        ("fill = true", "fill"),
        ("minimum = 301", "minimum"),
        ("minimum = -1", "minimum"),
        ("minimum = 3.5", "minimum"),
        ("target = 0", "target"),
        ('target = "most"', "target"),
        ("keep_courtyards = 1", "keep_courtyards"),
        ('hard_barriers = ["moat"]', "hard_barriers"),
        ('hard_barriers = "river"', "hard_barriers"),
        ('soft_barriers = ["river"]', "soft_barriers"),
        ('households_kind = "people"', "households_kind"),
        ('weight = "a b"', "weight"),
        ("weights = {speed = 1}", "weights.speed"),
        ("weights = {balance = -1}", "weights.balance"),
        ("tolerance = 2", "tolerance"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_key(change: str, key: str) -> None:
    with pytest.raises(InvalidRules) as caught:
        parse_rules(f"{change}\n{VALID}")
    assert caught.value.context["key"] == key
    assert key in caught.value.en
    assert key in caught.value.zh


@pytest.mark.parametrize(
    "caps",
    ["old = 150", "default = 0", "default = true", "default = 1.5", "villa = 3\ndefault = 1"],
)
def test_caps_must_be_whole_positive_and_complete(caps: str) -> None:
    with pytest.raises(InvalidRules, match="caps"):
        parse_rules(f'name = "a"\nsource = "b"\n[caps]\n{caps}\n')


@pytest.mark.parametrize(
    "text", ["", "name = ", 'name = "a"', 'name = 1\nsource = "b"', "caps = 3"]
)
def test_what_is_no_rule_set_is_refused(text: str) -> None:
    with pytest.raises(InvalidRules):
        parse_rules(text)


def test_fewest_needs_caps() -> None:
    with pytest.raises(InvalidRules, match="fewest"):
        parse_rules('name = "a"\nsource = "b"\n')


def test_a_change_is_checked_and_leaves_the_original_alone() -> None:
    rules = load_rules("urban-300-500")
    assert changed_rules(rules, fill=1.0, target=None).fill == 1.0
    assert rules.fill == 0.95
    with pytest.raises(InvalidRules, match="fill"):
        changed_rules(rules, fill=1.5)


@given(
    name=st.text(min_size=1).filter(str.strip),
    caps=st.dictionaries(st.sampled_from(CAP_KINDS), st.integers(1, 100_000)),
    fill=st.floats(1e-9, 1),
    target=st.integers(1, 10_000),
)
def test_writing_and_reading_gives_an_equal_rule_set(
    name: str, caps: dict[str, int], fill: float, target: int
) -> None:
    rules = RuleSet(name, name, {**caps, "default": 7}, fill=fill, target=target)
    assert parse_rules(format_rules(check_rules(rules))) == rules


def test_rule_sets_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_rules("zones-k").name = "other"  # type: ignore[misc]
