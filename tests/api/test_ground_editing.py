"""Editing the ground over HTTP: what is stored, what is refused, and that it is all or none."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr
from shapely.geometry import shape

from api.services.importing import ImportOptions, import_file
from api.settings import Settings
from gis.store.engine import open_engine

CLOUDS, RIVER = "510000000001", "510000000002"
GROUND = f"/api/v1/ground/{CLOUDS}"


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def features(client: TestClient, layer: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{GROUND}?layer={layer}")
    assert answer.status_code == 200, answer.text
    return {f["code"]: f for f in answer.json()["features"]}


def edit(client: TestClient, *edits: dict[str, Any], status: int = 200, **more: Any) -> Any:
    answer = client.post(
        f"{GROUND}/edits", json={"edits": list(edits), **more}, headers={"accept-language": "en"}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_changed_count_makes_drafts_of_before_drift(writer: TestClient) -> None:
    before = features(writer, "buildings")["b000"]
    done = edit(
        writer,
        {
            "act": "put",
            "layer": "buildings",
            "code": "b000",
            "version": before["version"],
            "values": {"households": 11},
        },
    )
    assert [(c["code"], c["was"]) for c in done["changed"]] == [("b000", "changed")]
    assert [(d["plan"], d["changed"]) for d in done["drafts"]] == [(2, ["b000"])]
    after = features(writer, "buildings")["b000"]
    assert after["version"] == done["changed"][0]["version"] != before["version"]
    kept = {**before["values"], "households": 11}
    assert after["values"] == kept
    assert shape(after["geometry"]).equals(shape(before["geometry"]))


def test_who_comes_second_is_told_and_nothing_is_stored(writer: TestClient) -> None:
    known = features(writer, "buildings")
    first = {"act": "put", "layer": "buildings", "code": "b001", "values": {"households": 1}}
    edit(writer, first | {"version": known["b001"]["version"]})
    both = [
        first | {"version": known["b001"]["version"], "values": {"households": 2}},
        {"act": "put", "layer": "buildings", "code": "b002", "values": {"households": 3}},
    ]
    told = edit(writer, *both, status=409)
    assert "b001" in told["detail"]
    now = features(writer, "buildings")
    assert now["b001"]["values"]["households"] == 1
    assert now["b002"] == known["b002"]


def test_a_drawn_building_snaps_gets_a_code_and_its_courtyard(writer: TestClient) -> None:
    # A centimetre-wide gap east of b000 (its east side is 104.6008), half a metre is 0.000005.
    done = edit(
        writer,
        {
            "act": "put",
            "layer": "buildings",
            "values": {"households": 12, "name": "新楼"},
            "geometry": box(104.6008002, 28.4003, 104.6010, 28.4006),
        },
    )
    (added,) = done["changed"]
    assert added["was"] == "added"
    drawn = features(writer, "buildings")[added["code"]]
    assert drawn["values"]["courtyard_id"] == "c0"
    assert drawn["values"]["community_code"] == CLOUDS
    west = min(x for x, _ in drawn["geometry"]["coordinates"][0][0])
    assert west == 104.6008
    assert done["drafts"][0]["appeared"] == [added["code"]]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"values": {"households": -3}}, "households"),
    ({"values": {"households": "many"}}, "households"),
    ({"values": {"colour": "red"}}, "colour"),
    ({"values": {"courtyard_id": "nowhere"}}, "courtyard_id"),
    ({"geometry": box(104.7, 28.5, 104.71, 28.51)}, "geometry"),
    ({"geometry": {"type": "Polygon", "coordinates": []}}, "GeoJSON"),
    ({"geometry": {"type": "Point", "coordinates": [500, 28.4]}}, "Earth"),
    ({"geometry": box(104.6012, 28.4003, 104.6018, 28.4006)}, "b001"),
]


def test_what_breaks_a_rule_is_named_and_takes_all_with_it(writer: TestClient) -> None:
    known = features(writer, "buildings")
    good = {"act": "put", "layer": "buildings", "code": "b003", "values": {"households": 40}}
    for wrong, said in WRONG:
        bad = {"act": "put", "layer": "buildings", "code": "b000"} | wrong
        assert said in edit(writer, good, bad, status=422)["detail"]
    assert features(writer, "buildings") == known


def test_a_split_courtyard_shares_its_buildings_out(writer: TestClient) -> None:
    line = {"type": "LineString", "coordinates": [[104.60395, 28.3999], [104.60395, 28.4041]]}
    done = edit(writer, {"act": "split", "layer": "courtyards", "code": "c0", "line": line})
    (new,) = (c["code"] for c in done["changed"] if c["was"] == "added")
    held = [b["values"]["courtyard_id"] for b in features(writer, "buildings").values()]
    # Six columns of buildings: four to the west of the line, two to the east, four rows.
    assert (held.count("c0"), held.count(new)) == (16, 8)
    names = {f["values"]["name"] for f in features(writer, "courtyards").values()}
    assert "锦绣苑 (2)" in names


def test_a_split_building_keeps_every_household(writer: TestClient) -> None:
    whole = features(writer, "buildings")["b010"]["values"]
    line = {"type": "LineString", "coordinates": [[104.6104, 28.400], [104.6104, 28.401]]}
    done = edit(writer, {"act": "split", "layer": "buildings", "code": "b010", "line": line})
    now = features(writer, "buildings")
    parts = [now[c["code"]]["values"] for c in done["changed"]]
    assert len(parts) == 2
    for count in ("households", "elders", "residents", "vulnerable"):
        assert sum(p[count] for p in parts) == whole[count]
    assert all(p["households_estimated"] for p in parts)
    missed = {"type": "LineString", "coordinates": [[104.7, 28.4], [104.7, 28.5]]}
    told = edit(
        writer,
        {"act": "split", "layer": "buildings", "code": "b011", "line": missed},
        status=422,
    )
    assert "all the way across" in told["detail"]


def test_a_retired_courtyard_leaves_its_buildings_and_takes_its_gates(writer: TestClient) -> None:
    done = edit(writer, {"act": "retire", "layer": "courtyards", "code": "c0"})
    assert {c["code"] for c in done["changed"] if c["was"] == "retired"} == {"c0", "g0"}
    left = features(writer, "buildings")
    assert len(left) == 96
    assert sum(b["values"]["courtyard_id"] is None for b in left.values()) == 24
    again = edit(writer, {"act": "retire", "layer": "courtyards", "code": "c0"}, status=404)
    assert "c0" in again["detail"]


def test_stairwells_gates_barriers_and_facilities_are_drawn_too(writer: TestClient) -> None:
    done = edit(
        writer,
        {
            "act": "put",
            "layer": "stairwells",
            "values": {"building_id": "b000", "number": "1", "households": 2},
        },
        {
            "act": "put",
            "layer": "gates",
            "values": {"courtyard_id": "c0", "name": "南门"},
            "geometry": {"type": "Point", "coordinates": [104.602, 28.400102]},
        },
        {
            "act": "put",
            "layer": "barriers",
            "values": {"kind": "wall"},
            "geometry": {
                "type": "LineString",
                "coordinates": [[104.6055, 28.4045], [104.6056, 28.4075]],
            },
        },
        {
            "act": "put",
            "layer": "facilities",
            "values": {"kind": "canteen", "name": "社区食堂<script>alert(1)</script>"},
            "geometry": {"type": "Point", "coordinates": [104.605, 28.402]},
        },
    )
    assert sorted(c["layer"] for c in done["changed"]) == [
        "barriers",
        "facilities",
        "gates",
        "stairwells",
    ]
    gate = next(c["code"] for c in done["changed"] if c["layer"] == "gates")
    assert features(writer, "gates")[gate]["geometry"]["coordinates"][1] == 28.4001


def test_things_of_another_community_do_not_exist_here(writer: TestClient) -> None:
    there = f"/api/v1/ground/{RIVER}/edits"
    put = {"act": "put", "layer": "buildings", "code": "b000", "values": {"households": 1}}
    foreign = writer.post(there, json={"edits": [put]})
    unknown = writer.post(there, json={"edits": [put | {"code": "b999"}]})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"].replace("b000", "b999") == unknown.json()["detail"]
    assert writer.get("/api/v1/ground/999999999999").status_code == 404


def test_nobody_reads_or_edits_the_ground(client: TestClient) -> None:
    assert client.get(GROUND).status_code == 403
    retire = {"edits": [{"act": "retire", "layer": "gates", "code": "g0"}]}
    assert client.post(f"{GROUND}/edits", json=retire).status_code == 403


def test_a_ledger_row_finds_its_building_by_hand(
    writer: TestClient, open_settings: Settings, tmp_path: Any
) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.write_text("楼栋名称,户数,小区编号\n东风楼,44,\n西风楼,33,\n", encoding="utf-8")
    url = open_settings.database_url
    assert isinstance(url, SecretStr)
    engine = open_engine(url.get_secret_value())
    import_file(engine, ledger, "buildings", ImportOptions(community=CLOUDS))
    engine.dispose()
    waiting = writer.get(f"{GROUND}/waiting").json()
    assert [row["why"] for row in waiting] == ["not-on-map", "not-on-map"]
    run = waiting[0]["run"]
    placed = writer.post(f"{GROUND}/placed", json={"run": run, "row": 1, "building": "b005"})
    assert placed.status_code == 200, placed.text
    drawn = writer.post(
        f"{GROUND}/placed",
        json={"run": run, "row": 2, "geometry": box(104.6008, 28.4007, 104.6010, 28.4009)},
    )
    assert drawn.status_code == 200, drawn.text
    now = features(writer, "buildings")
    assert now["b005"]["values"]["households"] == 44
    new = now[drawn.json()["changed"][0]["code"]]["values"]
    assert (new["name"], new["households"]) == ("西风楼", 33)
    assert writer.get(f"{GROUND}/waiting").json() == []
    again = writer.post(f"{GROUND}/placed", json={"run": run, "row": 1, "building": "b005"})
    assert again.status_code == 404


def test_an_edit_stands_in_the_audit_trail(writer: TestClient, open_settings: Settings) -> None:
    edit(writer, {"act": "retire", "layer": "gates", "code": "g0"}, why="已封闭")
    url = open_settings.database_url
    assert isinstance(url, SecretStr)
    engine = open_engine(url.get_secret_value())
    with engine.connect() as connection:
        query = "SELECT detail FROM audit_event WHERE action = 'ground.edit'"
        (detail,) = connection.execute(sa.text(query)).scalars()
    engine.dispose()
    assert detail == {"changed": [["gates", "g0", "retired"]], "why": "已封闭"}


def test_a_stairwell_belongs_to_a_building_of_its_community(writer: TestClient) -> None:
    far = {
        "act": "put",
        "layer": "buildings",
        "values": {"building_id": "far", "households": 4},
        "geometry": box(104.6135, 28.4003, 104.6141, 28.4006),
    }
    assert writer.post(f"/api/v1/ground/{RIVER}/edits", json={"edits": [far]}).is_success
    own = edit(
        writer,
        {"act": "put", "layer": "stairwells", "values": {"building_id": "b000", "households": 2}},
    )["changed"][0]["code"]
    before = features(writer, "stairwells")
    for named in ({}, {"code": own}):
        told = []
        for building in ("far", "nowhere", "gone"):
            put = {"act": "put", "layer": "stairwells", **named}
            values = {"building_id": building, "number": "1", "households": 2}
            answer = edit(writer, {**put, "values": values}, status=422)
            told.append(answer["facts"]["faults"][0]["fault"])
            assert f"building {building} is not there" in answer["detail"]
        assert told == ["building-unknown"] * 3
    assert features(writer, "stairwells") == before
    # A building drawn in the same request is there.
    near = far | {
        "values": {"building_id": "near", "households": 4},
        "geometry": box(104.60085, 28.4003, 104.60095, 28.4006),
    }
    stairwell = {"building_id": "near", "number": "1", "households": 4}
    done = edit(writer, {"act": "put", "layer": "stairwells", "values": stairwell}, near)
    assert sorted(c["layer"] for c in done["changed"]) == ["buildings", "stairwells"]


def test_notes_are_told_in_the_language_of_the_request(writer: TestClient) -> None:
    put = {"act": "put", "layer": "buildings", "code": "b004"}
    told = []
    for households, language in (("１２", "zh"), ("１３", "en")):
        body = {"edits": [put | {"values": {"households": households}}]}
        answer = writer.post(f"{GROUND}/edits", json=body, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        told.append("".join(answer.json()["notes"]))
    assert ["plain number" in note for note in told] == [False, True]
