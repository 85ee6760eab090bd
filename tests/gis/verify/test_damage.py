"""Files that are no grid packages: one clear fault, never a traceback, nothing beside the file."""

from __future__ import annotations

import json
import random
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from api.cli import main
from gis.errors import InputError, InvalidPackage, UnreadableFile
from gis.verify import verify_package
from tests.gis.verify.drafts import Draft, blob
from tests.gis.verify.lattice import CODE, district, square


def nested(depth: int) -> bytes:
    """A multipolygon of geometry collections, one inside the other."""
    head = b"GP\x00\x01" + struct.pack("<i", 4326)
    return (
        head
        + b"\x01\x06\x00\x00\x00\x01\x00\x00\x00"
        + b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * depth
    )


def nan_cell() -> bytes:
    whole = bytearray(blob(square(1, 0)))
    whole[-24:-16] = struct.pack("<d", float("nan"))  # the last vertex but one
    return bytes(whole)


def set_unit(column: str, value: object) -> Callable[[Draft], object]:
    return lambda draft: draft.unit("s1").update({column: value})


def afterwards(sql: str) -> Callable[[Draft], object]:
    def apply(draft: Draft) -> None:
        draft.afterwards = sql

    return apply


def document(table: str, text: str) -> Callable[[Draft], object]:
    key = "name" if table == "rules" else "area_code"
    value = "lattice" if table == "rules" else CODE
    return lambda draft: draft.tables[table].append({key: value, "document": text})


def rule(**changes: object) -> Callable[[Draft], object]:
    return lambda draft: draft.rules.update(changes)


NOT_PACKAGES: dict[str, Callable[[Draft], object]] = {
    "a table is missing": afterwards("DROP TABLE lineage"),
    "a column is missing": afterwards("ALTER TABLE units DROP COLUMN load"),
    "a layer is a view": afterwards(
        "ALTER TABLE grids RENAME TO other; CREATE VIEW grids AS SELECT * FROM other"
    ),
    "an endless view": afterwards(
        "DROP TABLE assignment; CREATE VIEW assignment AS WITH RECURSIVE n(unit_id, grid) AS "
        "(SELECT 's', 1 UNION ALL SELECT unit_id, grid + 1 FROM n) SELECT * FROM n"
    ),
    "text in an integer column": set_unit("households", "many"),
    "a blob in a text column": set_unit("area_code", b"110108001001"),
    "an infinite load": set_unit("load", float("inf")),
    "an integer of 64 bits as a flag": set_unit("households_estimated", 2**62),
    "a key is missing": set_unit("unit_id", None),
    "no geometry": set_unit("geom", None),
    "text for geometry": set_unit("geom", "POLYGON EMPTY"),
    "geometry without its head": set_unit("geom", shapely.to_wkb(square(1, 0))),
    "geometry cut short": set_unit("geom", blob(square(1, 0))[:-3]),
    "geometry of four bytes": set_unit("geom", b"GP\x00\x01"),
    "geometry in another SRS": set_unit("geom", blob(square(1, 0), srs=3857)),
    "geometry with heights": set_unit("geom", blob(shapely.force_3d(square(1, 0)))),
    "a ring of four billion vertices": set_unit(
        "geom",
        b"GP\x00\x01" + struct.pack("<i", 4326) + b"\x01" + struct.pack("<III", 3, 1, 2**32 - 1),
    ),
    "collections nested a million deep": set_unit("geom", nested(1_000_000)),
    "loads beyond 60 bits": set_unit("weight", 2**60),
    "rules that are not JSON": document("rules", "caps = 3"),
    "rules nested without end": document("rules", "[" * 200_000),
    "rules twice": lambda d: d.tables["rules"].extend(
        [{"name": "lattice", "document": json.dumps(d.rules)}] * 2
    ),
    "rules with an unknown key": rule(generosity=1),
    "rules with a cap of nothing": rule(caps={"old": 0}),
    "rules that forget a kind": rule(caps={"old": 100, "new": 200}),
    "rules without caps or target": rule(caps={}),
    "rules with caps of no small multiple": rule(
        caps={"old": 99991, "new": 99989, "other": 99971, "none": 99961, "default": 99929}
    ),
    "a certificate that is a list": document("certificate", "[]"),
    "a certificate with NaN": document("certificate", '{"grids": NaN}'),
    "a certificate with a huge number": document("certificate", '{"grids": 1' + "0" * 5000 + "}"),
}


@pytest.mark.parametrize("case", NOT_PACKAGES)
def test_what_is_no_package_is_refused(case: str, tmp_path: Path) -> None:
    draft = district()
    NOT_PACKAGES[case](draft)
    path = draft.write(tmp_path / "plan.gpkg")
    with pytest.raises(InvalidPackage):
        verify_package(path)
    assert [p.name for p in tmp_path.iterdir()] == ["plan.gpkg"]


def test_a_cell_with_a_vertex_nowhere_is_named(tmp_path: Path) -> None:
    draft = district()
    draft.unit("s1")["geom"] = nan_cell()
    findings = verify_package(draft.write(tmp_path / "plan.gpkg"))
    assert [(f.promise, f.ids) for f in findings if not f.holds] == [("shapes", ("units s1",))]


def test_a_package_still_open_elsewhere_is_refused(tmp_path: Path) -> None:
    path = district().write(tmp_path / "plan.gpkg")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE grids SET name = 'x'")
        connection.commit()
        with pytest.raises(UnreadableFile, match="still open"):
            verify_package(path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"PK\x03\x04", b"\x00" * 4096])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        verify_package(path)


def test_an_absent_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gpkg", tmp_path, Path("a\0b")):
        with pytest.raises(UnreadableFile):
            verify_package(path)


def test_text_of_the_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    draft = district()
    draft.unit("s1")["kind"] = "house\x1b[2J"
    findings = verify_package(draft.write(tmp_path / "plan.gpkg"))
    (fault,) = [finding for finding in findings if not finding.holds]
    assert "\x1b" not in fault.sentence("en")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["verify", *arguments])
    return int(ended.value.code or 0)


def test_the_exit_code_tells_kept_from_broken_from_no_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    assert run(str(district().write(tmp_path / "good.gpkg"))) == 0
    assert " promises hold, 0 are broken." in capsys.readouterr().out
    draft = district()
    draft.grid(6)["flags"] = ""
    broken = str(draft.write(tmp_path / "broken.gpkg"))
    assert run(broken, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["holds"] is False
    assert [f["promise"] for f in answer["findings"] if not f["holds"]] == ["flags"]
    assert run(broken, "--quiet") == 1
    assert capsys.readouterr().out.splitlines()[0].startswith(f"✗ {CODE} Flags")
    assert run(str(tmp_path / "none.gpkg")) == 2
    assert capsys.readouterr().err.startswith("wangge: There is no file none.gpkg")


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Flip some bytes, blank a stretch, or cut the end off."""
    content = bytearray(whole)
    kind = chance.randrange(4)
    if kind == 0:
        return bytes(content[: chance.randrange(len(content))])
    if kind == 1:
        start = chance.randrange(len(content))
        content[start : start + chance.randrange(1, 600)] = bytes(chance.randrange(1, 600))
        return bytes(content)
    for _ in range(1 if kind == 2 else chance.randrange(2, 40)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def test_damaged_packages_give_findings_or_one_clear_fault(tmp_path: Path) -> None:
    whole = district().write(tmp_path / "whole.gpkg").read_bytes()
    path, chance = tmp_path / "damaged.gpkg", random.Random(20)  # noqa: S311
    seen: set[bool | str] = set()
    for _ in range(200):
        path.write_bytes(damaged(whole, chance))
        try:
            seen.add(all(finding.holds for finding in verify_package(path)))
        except InputError as fault:
            seen.add(fault.code)
    assert seen == {True, False, "unreadable-file", "invalid-package"}
