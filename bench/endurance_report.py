"""The tables of the endurance run, and where they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench import people_record, tiles
from bench.endurance_ledgers import Outage, by_minutes, slope
from bench.partition import record
from bench.real import markdown

if TYPE_CHECKING:
    from bench.endurance import Run

Row = dict[str, str]
MEMORY, RESTARTS = "memory", "restarts"
_LIMIT_MB = 400


def tables(run: Run, minutes: float, rate: float, said: str) -> dict[str, str]:
    """Return the two sections as Markdown."""
    mixed = _mixed(run, minutes, rate)
    return {
        MEMORY: f"## Memory of one process under mixed load\n\n{mixed}\n\n"
        f"{markdown(memory_rows(run, minutes))}\n\n{markdown(_by_step(run))}\n\n{said}\n",
        RESTARTS: f"## Mixed load with PostgreSQL restarted\n\n{mixed}\n\n"
        f"{markdown(_restart_rows(run))}\n\n{markdown(_kind_rows(run))}\n\n"
        f"{markdown(_promise_rows(run))}\n\n{said}",
    }


def _mixed(run: Run, minutes: float, rate: float) -> str:
    answers = sum(run.tally.statuses.values())
    return (
        f"`python -m bench.endurance`: {minutes:g} minutes, accounts on, a city of 30,000 "
        f"buildings; four clients at {rate:.0f} requests a second in all, paced (the machine is "
        "shared), two planners, one building edited every two seconds in the database and one "
        "every three over HTTP, an event stream that is read and five that are not; the memory of "
        "tiles is full from the beginning, as after days. "
        f"{answers:,} answers, {answers / minutes / 60:.0f} a second."
    )


def memory_rows(run: Run, minutes: float) -> list[Row]:
    """Return how memory went in all."""
    since = minutes * 60 / 3
    late = [sample.rss for sample in run.samples if sample.at_s >= since]
    most = max(sample.rss for sample in run.samples)
    last = run.samples[-1]
    return [
        {
            "minutes": f"{minutes:g}",
            "answers": f"{sum(run.tally.statuses.values()):,}",
            "MB after the first third": f"{late[0]:.0f}",
            "MB at the end": f"{last.rss:.0f} (PSS {last.pss:.0f})",
            f"growth in the last {minutes * 2 / 3:.0f} minutes, MB/min": (
                f"{slope(run.samples, since):+.3f}"
            ),
            "most": f"{most:.0f}",
            "beside it at the end": f"{last.beside:.0f}",
            "must 400 MB": "yes" if most < _LIMIT_MB else "no",
        }
    ]


def _by_step(run: Run) -> list[Row]:
    step = 300.0 if run.samples[-1].at_s > 1200 else 30.0
    return [
        {
            "to minute": f"{minute:g}",
            "RSS, MB": f"{rss:.1f}",
            "PSS, MB": f"{pss:.1f}",
            "most RSS": f"{most:.1f}",
        }
        for minute, rss, pss, most in by_minutes(run.samples, step)
    ]


def _restart_rows(run: Run) -> list[Row]:
    return [_restart_row(run, number, one) for number, one in enumerate(run.outages.all)]


def _restart_row(run: Run, number: int, outage: Outage) -> Row:
    up = outage.accepting
    assert up is not None
    others = run.outages.all
    end = others[number + 1].began if number + 1 < len(others) else float("inf")
    excused = [e for b, e in run.tally.excused if outage.began <= e < end]
    first = min((at for at in run.tally.good if up <= at < end), default=float("inf"))
    last = max(excused, default=up)
    slowest = max((e - b for b, e in run.tally.excused if outage.began <= e < end), default=0.0)
    return {
        "restart": f"{outage.how}, minute {(outage.began - run.tally.begun) / 60:.0f}",
        "away, s": f"{up - outage.began:.1f}",
        "503 with the remedy": f"{len(excused):,}",
        "slowest of these, s": f"{slowest:.2f}",
        "first 200 after it accepts, ms": f"{(first - up) * 1000:.0f}",
        "last 503 after it accepts, ms": f"{max(0.0, last - up) * 1000:.0f}",
        "must 5 s": "yes" if first - up < 5 and last - up < 5 else "no",
    }


def _kind_rows(run: Run) -> list[Row]:
    kinds = sorted({kind for kind, _ in run.tally.statuses})
    return [_kind_row(run, kind) for kind in kinds]


def _kind_row(run: Run, kind: str) -> Row:
    statuses = {s: n for (k, s), n in sorted(run.tally.statuses.items()) if k == kind}
    took = run.tally.took.get(kind, [0.0])
    return {
        "asked": kind,
        "answers": f"{sum(statuses.values()):,}",
        "statuses": ", ".join(f"{status}: {count:,}" for status, count in statuses.items()),
        "p50, ms": f"{_quantile(took, 0.5):.0f}",
        "p95, ms": f"{_quantile(took, 0.95):.0f}",
    }


def _promise_rows(run: Run) -> list[Row]:
    waits, heard = run.editor.waits, run.editor.heard
    told, marks = run.reckoning, run.marks
    return [
        {
            "promise": "answers with a wrong status, an old count or a foreign thing",
            "measured": f"{run.tally.wrong}",
            "must": "0",
        },
        {
            "promise": f"new tile after each of {len(waits):,} edits, outside restarts",
            "measured": f"p95 {_quantile(waits, 0.95):.0f} ms, longest {max(waits) * 1000:.0f} ms",
            "must": "1 s",
        },
        {
            "promise": "the event of it",
            "measured": f"p95 {_quantile(heard, 0.95):.0f} ms, longest {max(heard) * 1000:.0f} ms",
            "must": "",
        },
        {
            "promise": f"{told.told:,} strokes acknowledged: lost, doubled, untold",
            "measured": f"{told.lost}, {told.doubled}, {told.unknown}",
            "must": "0",
        },
        {
            "promise": f"{marks[0]:,} done marks acknowledged: lost or doubled",
            "measured": f"{marks[1]}",
            "must": "0",
        },
        {
            "promise": "event stream: connections, events, resets",
            "measured": f"{run.listener.connections}, {run.listener.events:,}, "
            f"{run.listener.resets}",
            "must": "",
        },
    ]


def _quantile(seconds: Sequence[float], share: float) -> float:
    return 1000 * sorted(seconds)[min(len(seconds) - 1, round(share * len(seconds)))]


def write(told: dict[str, str]) -> None:
    """Put the sections in their places in the records."""
    record(tiles.PAGE, MEMORY, told[MEMORY], head=tiles.HEAD, order=tiles.ORDER)
    people_record.record(told[RESTARTS])
