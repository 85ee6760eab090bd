"""The importer takes the sample's files as they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.contracts import LAYERS, LayerName
from gis.io.read import read_layer
from sample_geodata.frames import Layers

SPATIAL = [name for name, layer in LAYERS.items() if layer.geometry != "none"]
CENTIMETRE_IN_DEGREES = 0.01 / 111_320


@pytest.fixture(scope="module")
def communities(sample: Layers) -> gpd.GeoDataFrame:
    """The areas layer; the importer picks the communities from it."""
    return sample["areas"]


@pytest.mark.parametrize("layer", list(LAYERS))
def test_each_layer_of_the_geopackage_is_read_without_a_fault(
    sample: Layers, sample_folder: Path, communities: gpd.GeoDataFrame, layer: LayerName
) -> None:
    read = read_layer(
        sample_folder / "yunxi.gpkg",
        layer,
        gis_layer=layer,
        communities=communities,
        courtyards=sample["courtyards"],
    )
    assert read.faults == ()
    assert len(read.frame) == len(sample[layer])


@pytest.mark.parametrize("layer", SPATIAL)
def test_each_gbk_shapefile_in_gcj02_lands_within_a_centimetre_of_the_geopackage(
    sample: Layers, sample_folder: Path, communities: gpd.GeoDataFrame, layer: LayerName
) -> None:
    read = read_layer(
        sample_folder / "yunxi_gbk_gcj02.zip",
        layer,
        gis_layer=LAYERS[layer].zh,
        crs="gcj02",
        communities=communities,
        courtyards=sample["courtyards"],
    )
    assert len(read.waiting) == 0
    true = sample[layer]
    for column in LAYERS[layer].columns:
        blank = true[column].isna()
        assert read.frame[column].isna().equals(blank)
        assert list(read.frame[column][~blank]) == list(true[column][~blank])
    there = shapely.get_coordinates(shapely.normalize(read.frame.geometry.to_numpy()))
    here = shapely.get_coordinates(shapely.normalize(true.geometry.to_numpy()))
    assert np.abs(there - here).max() < CENTIMETRE_IN_DEGREES


def test_the_ledger_is_read_but_for_the_rows_without_a_usable_count(
    sample: Layers, sample_folder: Path
) -> None:
    read = read_layer(sample_folder / "yunxi_roster.xlsx", "buildings")
    counts = Counter(f.code for f in read.faults if f.field == "households")
    unusable = ("value-missing", "count-not-number", "count-negative")
    lived_in = (sample["buildings"]["households"] > 0).sum()
    assert sum(counts[c] for c in unusable) == len(read.waiting) == 12
    assert len(read.frame) == lived_in - 12
    assert counts["count-reread"] > 50
    assert pd.DataFrame(read.frame)["households"].gt(0).all()


def test_the_posts_workbook_says_the_same_as_the_geopackage(
    sample: Layers, sample_folder: Path
) -> None:
    key = LAYERS["posts"].key
    read = read_layer(sample_folder / "yunxi_posts.xlsx", "posts").frame.set_index(key)
    assert read["role"].to_dict() == sample["posts"].set_index(key)["role"].to_dict()
    assert set(read["role"]) == {"comprehensive", "assistant"}
