"""
Make the made-up street office 云溪街道 and write its files.

    python -m sample_geodata.make [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sample_geodata.facilities import facility_rows
from sample_geodata.files import (
    headings,
    write_geopackage,
    write_shapefiles,
    write_workbook,
)
from sample_geodata.frames import Layers, Site, community_layers, layer_frame, survey
from sample_geodata.roster import roster_rows
from sample_geodata.standing import grid_rows, post_rows
from sample_geodata.town import lay_out_town
from sample_geodata.yunxi import COUNTY, PLAN, SUBDISTRICT

SEED = 1
ENDINGS = (".gpkg", "_gbk_gcj02.zip", "_roster.xlsx", "_posts.xlsx")
SITE = Site(104.6, 28.6, 4.0, COUNTY, SUBDISTRICT)


def make_layers(seed: int = SEED) -> Layers:
    """
    Generate all layers of the sample, canonical, in EPSG:4326.

    The same seed gives the same frames: same rows, order, values and coordinates.
    """
    rng = np.random.default_rng(seed)
    done = survey(lay_out_town(PLAN, rng), SITE, rng)
    layers = community_layers(done, SITE)
    grids = grid_rows(done, rng)
    layers["facilities"] = layer_frame("facilities", facility_rows(done, rng), SITE)
    layers["grids"] = layer_frame("grids", grids, SITE)
    layers["posts"] = layer_frame("posts", post_rows(grids, rng), SITE)
    return layers


def write_all(folder: Path, seed: int = SEED) -> list[Path]:
    """Write the files of the sample into a folder and return their paths."""
    layers = make_layers(seed)
    gpkg, shapes, roster, posts = (folder / f"yunxi{end}" for end in ENDINGS)
    write_geopackage(layers, gpkg)
    write_shapefiles(layers, shapes)
    rng = np.random.default_rng(seed + 1)
    ledger = roster_rows(layers["areas"], layers["courtyards"], layers["buildings"], rng)
    write_workbook(ledger, "楼栋台账", roster)
    held = pd.DataFrame(layers["posts"])
    held["role"] = held["role"].map({"comprehensive": "综合网格员", "assistant": "协管员"})
    write_workbook(held.rename(columns=headings("posts")), "岗位", posts)
    return [gpkg, shapes, roster, posts]


def main() -> None:
    """Write the sample beside this script, or into the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for path in write_all(folder):
        print(f"{path.name}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
