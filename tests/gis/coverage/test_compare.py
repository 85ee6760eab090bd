"""Before and after: what a change gives, and what it must not give away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gis.coverage.compare import compare_figures
from gis.coverage.figures import Distances, Terms, service_coverage
from gis.coverage.population import Grouping, Population, population
from gis.errors import InputError

TERMS = Terms({"adult": 1.2}, (300,), gates="residents", walk="wide")
FAR, NEAR = 9000.0, 10.0


def people_of(kind: str = "registered") -> Population:
    """Eight buildings of ten households and six elders."""
    return population(
        pd.DataFrame({"households": [10] * 8, "households_kind": kind, "elders": [6] * 8})
    )


def figures(metres: Distances, terms: Terms = TERMS, kind: str = "registered") -> pd.DataFrame:
    """Figures of one community."""
    groups = [Grouping("community", ["云溪"] * len(metres))]
    return service_coverage(people_of(kind), ["canteen"], {"network": metres}, groups, terms)


def walks(near: int) -> Distances:
    """The first buildings near, the others far."""
    return np.array([[NEAR]] * near + [[FAR]] * (8 - near))


def test_a_change_is_told_in_households_and_points_of_share() -> None:
    changes = compare_figures(figures(walks(3)), figures(walks(6))).set_index("counted")
    assert changes.loc["households", "reached_change"] == 30
    assert changes.loc["households", "share_change"] == pytest.approx(3 / 8)


def test_nothing_changes_against_itself() -> None:
    changes = compare_figures(figures(walks(4)), figures(walks(4))).set_index("counted")
    told = changes.loc[["households", "buildings", "elders"]]
    assert (told["reached_change"] == 0).all()
    assert (told["share_change"] == 0).all()


def test_the_elders_of_one_more_building_cannot_be_read_off_two_scenarios() -> None:
    changes = compare_figures(figures(walks(3)), figures(walks(4)))
    told = changes.set_index("counted")["reached_change"]
    assert told["households"] == 10
    elders = changes[changes["counted"] == "elders"]
    assert elders["reached_before"].tolist() == [20]
    assert elders[["reached_after", "reached_change", "share_after"]].isna().all(axis=None)
    assert elders["note"].tolist() == ["too_few_buildings"]


def test_both_gate_policies_are_named() -> None:
    opened = Terms({"adult": 1.2}, (300,), gates="open", walk="wide")
    changes = compare_figures(figures(walks(3)), figures(walks(3), opened))
    assert set(changes["gates_before"]) == {"residents"}
    assert set(changes["gates_after"]) == {"open"}


def test_a_figure_of_one_side_only_has_no_change() -> None:
    two = Terms({"adult": 1.2}, (300, 600), gates="residents", walk="wide")
    changes = compare_figures(figures(walks(3)), figures(walks(3), two))
    new = changes[changes["cutoff_s"] == 600]
    assert len(new) == len(changes) / 2
    assert new["reached_change"].isna().all()


def test_different_households_are_not_compared() -> None:
    with pytest.raises(InputError, match="registered"):
        compare_figures(figures(walks(3)), figures(walks(3), kind="dwellings"))
