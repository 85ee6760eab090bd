"""Made-up communities of the bench, kept on disk: making one costs more than dividing it."""

from __future__ import annotations

import pickle
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd

import sample_geodata
from bench.apart import PROJECT
from gis.cells import Ground, build_ground
from gis.contracts import LayerName
from gis.partition.loads import unit_rules
from gis.partition.rules import RuleSet
from sample_geodata.communities import made_up_community

_KEPT = PROJECT / ".wangge/bench/communities"
_LAYERS: tuple[LayerName, ...] = (
    *("areas", "courtyards", "gates", "buildings", "stairwells", "streets", "barriers"),
)


def community(seed: int, households: int) -> dict[LayerName, gpd.GeoDataFrame]:
    """Layers of `made_up_community`, from the disk when its makers have not changed."""
    file = _KEPT / _makers() / f"{seed}-{households}"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = made_up_community(seed, households)
        with TemporaryDirectory(dir=file.parent) as outer:
            draft = Path(outer) / "layers"
            draft.write_bytes(pickle.dumps({name: made[name] for name in _LAYERS}))
            with suppress(OSError):  # another process was faster: the same layers are there
                draft.rename(file)
    layers: dict[LayerName, gpd.GeoDataFrame] = pickle.loads(  # noqa: S301 - our own file
        file.read_bytes()
    )
    return layers


def ground_of(layers: dict[LayerName, gpd.GeoDataFrame], rules: RuleSet) -> Ground:
    """Ground of the one community of some layers, for a rule set."""
    areas = layers["areas"]
    return build_ground(
        layers["buildings"],
        unit_rules(rules, layers["stairwells"]),
        community=areas[areas["level"] == "community"],
        courtyards=layers["courtyards"],
        barriers=layers["barriers"],
        gates=layers["gates"],
        streets=layers["streets"],
    )


def _makers() -> str:
    """Stamp of the code that makes communities and of the library that writes them."""
    digest = sha256(f"{gpd.__version__} {pd.__version__}".encode())
    for path in sorted(Path(sample_geodata.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
