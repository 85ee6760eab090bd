"""Files of OpenStreetMap extracts: the four formats, and what a damaged file does."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import osmium
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.errors import UnreadableFile
from gis.io.osm import OSM_LAYERS, read_osm
from tests.gis.io.osm_document import OsmDocument, at, walled_town

ONE_FOLDER = [HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz", "town.osm.bz2", "town.osm.pbf"])
def test_all_four_formats_say_the_same(tmp_path: Path, name: str) -> None:
    plain = walled_town().save(tmp_path, "plain.osm")
    path = _packed(plain, tmp_path / name)
    expected, found = read_osm(plain), read_osm(path)
    for layer in OSM_LAYERS:
        pd.testing.assert_frame_equal(
            pd.DataFrame(found[layer].drop(columns="geometry")),
            pd.DataFrame(expected[layer].drop(columns="geometry")),
        )
        assert found[layer].geometry.geom_equals_exact(expected[layer].geometry, 1e-7).all()


def _packed(plain: Path, path: Path) -> Path:
    content = plain.read_bytes()
    if path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(content))
    elif path.name.endswith(".bz2"):
        path.write_bytes(bz2.compress(content))
    else:
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    return path


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz", "town.osm.bz2", "town.osm.pbf"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_by_name(tmp_path: Path, name: str, share: float) -> None:
    path = _packed(walled_town().save(tmp_path, "plain.osm"), tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableFile, match=r"town\.osm") as told:
        read_osm(path)
    assert "town.osm" in told.value.zh


@settings(max_examples=150, suppress_health_check=ONE_FOLDER)
@given(
    name=st.sampled_from(["town.osm", "town.osm.gz", "town.osm.bz2", "town.osm.pbf"]),
    flips=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(1, 255)), min_size=1, max_size=8),
)
def test_flipped_bytes_are_refused_or_read_but_never_crash(
    tmp_path: Path, name: str, flips: list[tuple[float, int]]
) -> None:
    path = _packed(walled_town().save(tmp_path, "plain.osm"), tmp_path / name)
    content = bytearray(path.read_bytes())
    for where, mask in flips:
        content[int(len(content) * where)] ^= mask
    path.write_bytes(bytes(content))
    told = ""
    try:
        assert set(read_osm(path)) == set(OSM_LAYERS)
    except UnreadableFile as error:
        told = error.en
    assert not told or name in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("town.osm", b"a,b\n1,2\n"),
        ("town.osm", b'<?xml version="1.0"?><gpx></gpx>'),
        ("town.osm", b"<osm version='0.6'></osm>"),
        ("town.osm.pbf", b"<osm version='0.6'></osm>"),
        ("town.geojson", b"<osm version='0.6'></osm>"),
        ("town.osm.gz", gzip.compress(b"")),
        ("town.osm.gz", gzip.compress(b"<osm version='0.6'>" + b" " * 90_000_000)),
        ("town.osm", b'<osm version="0.6"><node id="1" lat="abc" lon="4"/></osm>'),
        ("town.osm", b'<osm version="0.6"><node id="99999999999999999999" lat="1" lon="4"/></osm>'),
        (
            "town.osm",
            b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
            b'<osm version="0.6"><node id="1" lat="1" lon="4">'
            b'<tag k="amenity" v="&b;"/></node></osm>',
        ),
    ],
    ids=["csv", "gpx", "empty", "xml as pbf", "wrong name", "empty gz", "bomb", "text as number",
         "huge id", "entities"],
)  # fmt: skip
def test_what_is_no_extract_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="town"):
        read_osm(path)


def test_an_unsaved_file_of_an_editor_is_refused_rather_than_read_half(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], highway="residential")
    path = tmp_path / "town.osm"
    path.write_text(town.text().replace('id="', 'id="-').replace('ref="', 'ref="-'))
    with pytest.raises(UnreadableFile, match="renumber"):
        read_osm(path)


def test_what_is_deleted_is_not_read(tmp_path: Path) -> None:
    town = OsmDocument()
    town.node(at(0, 0), amenity="cafe")
    town.node(at(1, 0), amenity="library")
    path = tmp_path / "town.osm"
    path.write_text(town.text().replace('id="1" version', 'id="1" visible="false" version'))
    assert read_osm(path)["facilities"]["kind"].tolist() == ["culture"]


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        read_osm(tmp_path / "nothing.osm")
    with pytest.raises(UnreadableFile):
        read_osm(tmp_path)


def test_a_caller_may_need_buildings(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], highway="residential")
    path = town.save(tmp_path)
    assert read_osm(path)["buildings"].empty
    with pytest.raises(UnreadableFile, match="no buildings"):
        read_osm(path, need=["buildings"])


def test_a_file_of_histories_is_refused(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([at(0, 0), at(1, 1)], highway="residential")
    town.ways = town.ways * 2
    with pytest.raises(UnreadableFile, match="twice"):
        read_osm(town.save(tmp_path))
