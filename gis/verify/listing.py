"""What people and map programs rely on: registration, numbers and names of grids, lineage."""

from __future__ import annotations

from collections import Counter

from gis.verify.findings import Finding, promise
from gis.verify.package import Package


def check_registration(package: Package) -> Finding:
    """Check that the file declares its layers and columns as the specification asks."""
    return promise(
        "registered",
        "",
        "Layers and columns are declared as the GeoPackage standard asks",
        "图层与字段按 GeoPackage 标准登记",
        package.misregistered,
    )


def check_listing(community: Package) -> list[Finding]:
    """Check the numbers and names of one community's grids, and where they come from."""
    code = community.community
    return [
        promise(
            "numbers",
            code,
            "Grids are numbered 1, 2, 3 ... and each has a name of its own",
            "网格编号自 1 连续，名称各不相同",
            _misnumbered(community),
        ),
        promise(
            "lineage",
            code,
            "No grid takes more households from standing grids than it has",
            "网格承接的户数不超过其户数",
            _overdrawn(community),
        ),
    ]


def _misnumbered(community: Package) -> list[str]:
    grids = community.grids
    numbers = sorted(grids["number"].tolist())
    wrong = [] if numbers == list(range(1, len(grids) + 1)) else ["numbers are not 1, 2, 3 ..."]
    names = grids["name"]
    return wrong + [f"name {name!r}" for name in names[names.duplicated() | (names == "")]]


def _overdrawn(community: Package) -> list[str]:
    lineage = community.lineage
    pairs = lineage[["grid", "from_grid"]]
    wrong = [
        f"grid {grid} from {origin!r} comes twice or has no name"
        for grid, origin in pairs[pairs.duplicated() | (pairs["from_grid"] == "")].itertuples(
            index=False
        )
    ]
    taken: Counter[int] = Counter()
    for grid, count in zip(lineage["grid"].tolist(), lineage["households"].tolist(), strict=True):
        taken[grid] += count
    has = dict(
        zip(community.grids["grid"].tolist(), community.grids["households"].tolist(), strict=True)
    )
    return wrong + [f"grid {g} takes {n} of {has[g]}" for g, n in taken.items() if n > has[g]]
