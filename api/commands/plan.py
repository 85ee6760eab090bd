"""``wangge plan``: divide, adopt, list, show, publish, hand over, draw a page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.best_so_far import best_so_far
from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.commands.stopping import INTERRUPTED, stoppable
from api.language import counted, kind_names, language, say, word
from api.today import today

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from api.services.plans import PlanState
    from gis.adoption import Adoption
    from gis.store.publishing import Published
    from gis.store.withdrawal import Withdrawn

_author = options.author
_rules = click.option(
    "--rules", "rules_name", default="gaoxian-2020", show_default=True, help="Preset or TOML file."
)


@click.group(cls=BilingualGroup)
def plan() -> None:
    """Divide, show, publish and hand over plans."""


@plan.command("divide")
@click.argument("communities", nargs=-1, required=True)
@_rules
@click.option("--fill", type=click.FloatRange(0, 1, min_open=True), help="Share of the cap to use.")
@click.option("--target", type=int, help="Exactly this many grids in each community.")
@click.option("--weight", metavar="COLUMN", help="Column of the buildings to divide by.")
@click.option("--within", type=int, metavar="PLAN", help="Base plan that micro grids nest in.")
@options.seed
@click.option("--name", help="Name of the plan.")
@_author
def divide_command(
    communities: tuple[str, ...],
    rules_name: str,
    fill: float | None,
    target: int | None,
    weight: str | None,
    within: int | None,
    seed: int,
    name: str | None,
    made_by: str,
) -> None:
    """Divide COMMUNITIES (12-digit codes) and store each result as a draft."""
    from api.services.plans import divide_community, plan_state
    from gis.partition.engine import Effort
    from gis.partition.rules import changed_rules, load_rules

    rules = changed_rules(load_rules(rules_name), fill=fill, target=target, weight=weight)
    with database() as engine, stoppable() as stopped:
        for code in communities:
            if stopped.is_set():
                break
            with _progress(code) as (progress, best):
                plan_id = divide_community(
                    engine,
                    code,
                    rules,
                    made_by=made_by,
                    seed=seed,
                    name=name,
                    within=within,
                    effort=Effort(stopped=stopped, tell=best),
                    progress=progress,
                )
            _print_state(plan_state(engine, plan_id), _kinds(engine, plan_id))
    if stopped.is_set():
        sys.exit(INTERRUPTED)


@contextmanager
def _progress(
    code: str,
) -> Iterator[tuple[Callable[[float], None], Callable[[int, int], None]]]:
    """A bar on a terminal, one line elsewhere, on stderr."""
    label = say(f"dividing {code}", f"划分 {code}")
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        done = [0.0]

        def tell(share: float) -> None:
            done[0] = min(done[0] + share, 1.0)
            bar.update(round(100 * done[0]) - bar.pos)

        yield tell, best_so_far(bar, label)


@plan.command("adopt")
@click.argument("community")
@click.option(
    "--grids",
    "grids_file",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="File with the standing grids as polygons and their codes.",
)
@click.option("--crs", help="Coordinate system of the file, such as gcj02.")
@_rules
@_author
def adopt_command(
    community: str, grids_file: Path, crs: str | None, rules_name: str, made_by: str
) -> None:
    """Turn grids drawn by hand into a draft of COMMUNITY; the first keep their codes."""
    from api.services.plans import adopt_grids, plan_state
    from gis.io.read import read_layer
    from gis.partition.rules import load_rules

    grids = read_layer(grids_file, "grids", crs=crs).frame
    with database() as engine:
        plan_id, adoption = adopt_grids(
            engine, community, grids, load_rules(rules_name), made_by=made_by
        )
        state = plan_state(engine, plan_id)
        _print_state(state, _kinds(engine, plan_id))
    if state.grids["code"].isna().all():
        click.echo(
            say(
                "Grids of this community are published already, so this is a redraw of them: "
                "codes are given at publication, by whose households each grid takes.",
                "该社区已有发布的网格，本方案作为其调整：编码在发布时按户数承接关系确定。",
            )
        )
    _print_ambiguous(adoption)


def _print_ambiguous(adoption: Adoption) -> None:
    count = len(adoption.ambiguous)
    if count:
        named = ", ".join(adoption.ambiguous[:10])
        click.echo(
            say(
                f"{count} units lie in no grid for more than 60 %, look at them: {named}",
                f"{count} 个单位没有被任何网格覆盖 60% 以上，请核对：{named}",
            )
        )


@plan.command("list")
@click.option("--community", help="Only the plans of this community.")
def list_command(community: str | None) -> None:
    """List plans, newest first."""
    from gis.store.plans import list_plans

    with database() as engine, engine.connect() as connection:
        for row in list_plans(connection, community):
            click.echo(
                f"{row.plan_id:>6}  {row.community_code}  {word(row.state):<9}  "
                f"r{row.revision:<4}  {row.created_at:%Y-%m-%d %H:%M}  {row.name}"
            )


@plan.command("show")
@click.argument("plan_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
def show_command(plan_id: int, as_json: bool) -> None:
    """Show the grids of PLAN_ID and what is wrong with it."""
    from api.services.plans import plan_state

    with database() as engine:
        state, kinds = plan_state(engine, plan_id), _kinds(engine, plan_id)
    if as_json:
        click.echo(json.dumps(_document(state), ensure_ascii=False, indent=2))
    else:
        _print_state(state, kinds, with_grids=True)


def _kinds(engine: sa.Engine, plan_id: int) -> list[str]:
    """Kinds of the households that a plan counts."""
    from api.services.plan_reading import plan_by_id
    from gis.store.sight import EVERYWHERE

    with engine.connect() as connection:
        return list(plan_by_id(connection, EVERYWHERE, plan_id).households_kinds)


def _document(state: PlanState) -> dict[str, object]:
    figures = ["name", "kind", "code", "households", "load"]
    grids = state.grids[figures].astype(object).where(state.grids[figures].notna(), None)
    return {
        "plan": state.plan.plan_id,
        "community": state.plan.community_code,
        "state": state.plan.state,
        "revision": state.plan.revision,
        "grids": grids.reset_index().to_dict("records"),
        "problems": [problem.document() for problem in state.problems],
    }


def _print_state(state: PlanState, kinds: Sequence[str], *, with_grids: bool = False) -> None:
    row, grids = state.plan, state.grids
    households = counted(int(grids["households"].sum()), kinds)
    click.echo(
        say(
            f"plan {row.plan_id}  {row.community_code}  {row.state}  {len(grids)} grids  "
            f"{households}  {len(state.problems)} problems",
            f"方案 {row.plan_id}  {row.community_code}  {word(row.state)}  {len(grids)} 个网格  "
            f"{households}  {len(state.problems)} 个问题",
        )
    )
    if with_grids:
        _print_grids(grids, kinds)
    for problem in state.problems:
        click.echo("  ! " + (problem.zh if language() == "zh" else problem.en))


def _print_grids(grids: pd.DataFrame, kinds: Sequence[str]) -> None:
    named = kind_names(kinds) or say("households", "户数")
    click.echo(
        say(
            f"  grid, code, load, {named}, name, flags:",
            f"  序号、编码、负荷、{named}、名称、标记：",
        )
    )
    for number, grid in grids.iterrows():
        click.echo(
            f"  {number!s:>4}  {grid['code'] or '-':<17}  {grid['load']:>6.1%}  "
            f"{grid['households']:>6}  {grid['name']}  {' '.join(map(word, grid['flags']))}"
        )


@plan.command("publish")
@click.argument("plan_id", type=int)
@click.option(
    "--from",
    "valid_from",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day the grids stand; today when not given.",
)
@click.option("--reason", help="Signed reason for the rules the plan breaks.")
@_author
def publish_command(
    plan_id: int, valid_from: datetime | None, reason: str | None, made_by: str
) -> None:
    """Publish PLAN_ID: from that day its grids stand, with codes and a handover list."""
    from api.services.publishing import publish_plan
    from api.settings import read_settings

    day = today()
    with database() as engine:
        done = publish_plan(
            engine,
            plan_id,
            valid_from=day if valid_from is None else valid_from.date(),
            published_by=made_by,
            today=day,
            reason=reason,
            days_ahead=read_settings().publish_ahead_days,
        )
    _print_published(done)


def _print_published(done: Published) -> None:
    click.echo(
        say(
            f"Published from {done.valid_from}: {len(done.kept)} codes kept, {len(done.new)} new, "
            f"{len(done.retired)} retired; {done.handed_over} buildings change hands.",
            f"自 {done.valid_from} 起施行：沿用编码 {len(done.kept)} 个，新增 {len(done.new)} 个，"
            f"停用 {len(done.retired)} 个；{done.handed_over} 栋楼交接。",
        )
    )


@plan.command("withdraw")
@click.argument("plan_id", type=int)
@click.option("--reason", help="Why it is withdrawn.")
@_author
def withdraw_command(plan_id: int, reason: str | None, made_by: str) -> None:
    """Take back the publication of PLAN_ID before its first day; it is a draft again."""
    from api.services.publishing import withdraw_plan

    with database() as engine:
        done = withdraw_plan(engine, plan_id, withdrawn_by=made_by, today=today(), reason=reason)
    _print_withdrawn(done)


def _print_withdrawn(done: Withdrawn) -> None:
    after_en, after_zh = "no plan stands then", "届时没有施行的方案"
    if done.stands_again is not None:
        after_en = f"plan {done.stands_again} goes on standing"
        after_zh = f"方案 {done.stands_again} 继续施行"
    click.echo(
        say(
            f"Plan {done.plan_id} no longer takes effect on {done.valid_from} and is a draft "
            f"again; {after_en}. {len(done.burnt)} new codes will not be counted off again.",
            f"方案 {done.plan_id} 不再自 {done.valid_from} 起施行，已恢复为草稿；{after_zh}。"
            f"新编的 {len(done.burnt)} 个编码不再分配。",
        )
    )
    if done.posts_left:
        named = ", ".join(done.posts_left[:10])
        click.echo(
            say(
                f"{len(done.posts_left)} posts were meant for its new grids, import them again: "
                f"{named}",
                f"{len(done.posts_left)} 个岗位原定在其新网格，请重新导入：{named}",
            )
        )


@plan.command("handover")
@click.argument("plan_id", type=int)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An .xlsx or .json file; JSON on the screen when not given.",
)
def handover_command(plan_id: int, output: Path | None) -> None:
    """List what PLAN_ID hands over: building, grids, people and day."""
    from api.services.publishing import handover
    from gis.io.spreadsheet import write_xlsx

    with database() as engine:
        rows = handover(engine, plan_id)
    if output is None:
        click.echo(_as_json(rows))
        return
    if output.suffix.lower() == ".json":
        output.write_text(_as_json(rows), encoding="utf-8")
    else:
        shown = rows.rename(columns=_HEADINGS) if language() == "zh" else rows
        write_xlsx({say("handover", "交接清单"): shown}, output)
    click.echo(say(f"{len(rows)} rows written to {output}", f"已写入 {output}，共 {len(rows)} 行"))


@plan.command("page")
@click.argument("plan_id", type=int)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The .html file to write.",
)
def page_command(plan_id: int, output: Path) -> None:
    """Draw PLAN_ID as one HTML file that opens with no network."""
    from api.services.plan_files import plan_file
    from api.settings import read_settings
    from gis.store.sight import EVERYWHERE

    with database() as engine, engine.connect() as connection:
        html = plan_file(connection, EVERYWHERE, plan_id, language(), read_settings())
    output.write_text(html, encoding="utf-8")
    click.echo(say(f"Written to {output}", f"已写入 {output}"))


def _as_json(rows: pd.DataFrame) -> str:
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str)


_HEADINGS = {
    "building_id": "楼栋编号",
    "building": "楼栋名称",
    "address": "地址",
    "unit_id": "单位编号",
    "households": "户数",
    "from_grid": "原网格",
    "to_grid": "新网格",
    "from_whom": "移交人",
    "to_whom": "接收人",
    "day": "生效日期",
}
