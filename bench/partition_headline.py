"""The headline of `bench/partition.md`: 50 made-up communities under `gaoxian-2020`."""

from __future__ import annotations

import re
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from bench.apart import apart
from bench.made_up import community, ground_of
from gis.borders import Contiguity, components, contiguity
from gis.cells import Ground
from gis.io.package import DividedCommunity, write_package
from gis.partition.divide import divide
from gis.partition.result import Division
from gis.partition.rules import RuleSet, load_rules
from gis.verify import verify_package

Row = dict[str, str]
RULES = "gaoxian-2020"
FIRST_SEED, COMMUNITIES = 7101, 50
_PER_PROCESS = 10


def sizes() -> list[tuple[int, int]]:
    """Seed and households of each community: 2,000 to 8,000, drawn evenly."""
    drawn = np.random.default_rng(FIRST_SEED).integers(2_000, 8_001, COMMUNITIES)
    return [(FIRST_SEED + n, int(households)) for n, households in enumerate(drawn)]


def rows(seed: int, count: int) -> list[Row]:
    """One row for each community and the sums, under one seed of the engine."""
    wanted = sizes()[:count]
    found: list[dict[str, Any]] = []
    for start in range(0, len(wanted), _PER_PROCESS):
        batch = wanted[start : start + _PER_PROCESS]
        answer = apart("bench.partition_headline:measured", batch, seed)
        assert answer is not None
        found += answer.value
        print(f"{len(found)} of {len(wanted)} communities", flush=True)
    return [_shown(figures) for figures in found] + [_summary(found)]


def measured(batch: list[tuple[int, int]], seed: int) -> list[dict[str, Any]]:
    """Figures of some communities, divided one after another in this process."""
    rules = load_rules(RULES)
    warm = ground_of(community(*batch[0]), rules)
    start = time.process_time()
    divide(warm, rules, seed=seed)
    first = time.process_time() - start
    figures = [_figures(*one, rules, seed) for one in batch]
    figures[0]["first_s"] = first
    return figures


def _figures(made_by: int, households: int, rules: RuleSet, seed: int) -> dict[str, Any]:
    layers = community(made_by, households)
    start = time.process_time()
    ground = ground_of(layers, rules)
    ground_s = time.process_time() - start
    start = time.process_time()
    division = divide(ground, rules, seed=seed)
    divide_s = time.process_time() - start
    broken, own_bound = _judged(layers["areas"], ground, division)
    grids = division.grids["kind"] != "special"
    return {
        "seed": made_by,
        "households": division.certificate.households,
        "units": len(ground.units),
        "needless": needless_splits(ground, division),
        "grids": int(grids.sum()),
        "bound": division.certificate.lower_bound,
        "own_bound": own_bound,
        "polsby_popper": _mean_polsby_popper(ground, division),
        "divide_s": divide_s,
        "ground_s": ground_s,
        "broken": broken,
    }


def _judged(areas: gpd.GeoDataFrame, ground: Ground, division: Division) -> tuple[list[str], int]:
    """Promises that the verifier finds broken, and the bound it computes itself."""
    place = areas[areas["level"] == "community"]
    code, name = place["area_code"].iloc[0], place["name"].iloc[0]
    assert ground.units.crs is not None
    shape = place.to_crs(ground.units.crs).geometry.iloc[0]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.gpkg"
        write_package(path, [DividedCommunity(code, name, ground, division, shape)])
        findings = verify_package(path)
    broken = [finding.promise for finding in findings if not finding.holds]
    told = next(finding.en for finding in findings if finding.promise == "bound")
    own = re.search(r"recomputed: (\d+)", told)
    assert own is not None, told
    return broken, int(own.group(1))


def needless_splits(ground: Ground, division: Division) -> int:
    """
    Courtyards that fit one grid and yet lie in several, counted anew from labels and caps.

    A courtyard that hard barriers cut apart may have a grid for each part that hangs together.
    """
    units, rules = ground.units, division.rules
    yard = units["courtyard_id"].to_numpy(object)
    kinds = units["courtyard_kind"].astype(object).where(units["courtyard_kind"].notna(), None)
    frame = pd.DataFrame(
        {
            "yard": yard,
            "part": _parts_of_courtyards(ground, rules, yard),
            "grid": division.labels,
            "share": [
                Fraction(int(count), rules.cap(kind) or 1)
                for count, kind in zip(units["households"], kinds, strict=True)
            ],
        }
    )
    yards = frame[frame["yard"].notna()].groupby("yard", sort=False)
    fits = {name: sum(shares, Fraction(0)) <= 1 for name, shares in yards["share"]}
    grids = frame.groupby(["yard", "part"], sort=False)["grid"].nunique()
    several = grids[grids > 1].index.get_level_values("yard")
    return sum(fits[name] for name in several.unique())


def _parts_of_courtyards(
    ground: Ground, rules: RuleSet, yard: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    touching = contiguity(ground, rules.hard_barriers)
    same = yard[touching.i] == yard[touching.j]
    return components(
        Contiguity(
            touching.count,
            touching.i[same],
            touching.j[same],
            touching.length_m[same],
            touching.runs_along[same],
        )
    )


def _mean_polsby_popper(ground: Ground, division: Division) -> float:
    """Mean over the grids that are not special, from the union of their cells."""
    cells = gpd.GeoSeries(ground.units.geometry.to_numpy(), crs=ground.units.crs)
    scores = []
    for grid in division.grids.index[division.grids["kind"] != "special"]:
        shape = shapely.union_all(cells.to_numpy()[division.labels == grid])
        scores.append(4 * np.pi * shape.area / shape.length**2)
    return float(np.mean(scores))


def _shown(figures: dict[str, Any]) -> Row:
    return {
        "seed": str(figures["seed"]),
        "households": f"{figures['households']:,}",
        "units": str(figures["units"]),
        "needless splits": str(figures["needless"]),
        "grids": str(figures["grids"]),
        "over certificate's bound": str(figures["grids"] - figures["bound"]),
        "over verifier's bound": str(figures["grids"] - figures["own_bound"]),
        "Polsby-Popper": f"{figures['polsby_popper']:.3f}",
        "divide CPU-s": f"{figures['divide_s']:.2f}",
        "ground CPU-s": f"{figures['ground_s']:.2f}",
        "verify": "clean" if not figures["broken"] else "broken: " + ", ".join(figures["broken"]),
    }


def _summary(found: list[dict[str, Any]]) -> Row:
    over = np.array([f["grids"] - f["bound"] for f in found])
    own = np.array([f["grids"] - f["own_bound"] for f in found])
    seconds = np.array([f["divide_s"] for f in found])
    clean = sum(not f["broken"] for f in found)
    return {
        "seed": "**all**",
        "households": f"{sum(f['households'] for f in found):,}",
        "units": f"{sum(f['units'] for f in found):,}",
        "needless splits": f"{sum(f['needless'] for f in found)} (must: 0)",
        "grids": str(sum(f["grids"] for f in found)),
        "over certificate's bound": f"0 in {int((over == 0).sum())}, at most {over.max()}"
        " (must: 0 in 45 of 50, at most 1)",
        "over verifier's bound": f"0 in {int((own == 0).sum())}, at most {own.max()}",
        "Polsby-Popper": f"mean {np.mean([f['polsby_popper'] for f in found]):.3f} (must: 0.45)",
        "divide CPU-s": f"median {np.median(seconds):.2f}, most {seconds.max():.2f} (must: 2)",
        "ground CPU-s": f"median {np.median([f['ground_s'] for f in found]):.2f}",
        "verify": f"clean in {clean} of {len(found)}",
    }
