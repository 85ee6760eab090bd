"""Two planners at one draft, on a real PostGIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.principal import Principal
from api.schemas.planning import (
    ForkRequest,
    GridPatch,
    NewGrid,
    NewGridRequest,
    PresenceRequest,
    RestoreRequest,
    SnapshotRequest,
    Stroked,
    StrokeRequest,
    TakeBackRequest,
)
from api.services import drawing, keeping
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory
from api.services.plans import divide_community, grid_figures
from api.services.publishing import publish_plan
from api.today import today
from gis.borders import dissolve
from gis.errors import Conflict, InputError, NotFound
from gis.partition.rules import RuleSet
from gis.store import plans as store
from gis.store.editor import editor_grids
from gis.store.engine import open_engine
from gis.store.grounds import load_ground
from tests.api.services.conftest import Town, building_id, fill_town
from tests.conftest import own_database

RULES = RuleSet(name="test", source="test", caps={"default": 150})
JIA = Principal(1, "甲", "planner", areas=("511599001001",))
YI = Principal(2, "乙", "planner", areas=("511599001001",))


@pytest.fixture(scope="module")
def shared(server_url: str, migrated_template: str) -> Iterator[tuple[sa.Engine, int]]:
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url, pool_size=10)
        fill_town(engine)
        plan_id = divide_community(engine, Town(engine).community, RULES, made_by="甲")
        yield engine, plan_id
        engine.dispose()


@pytest.fixture
def jia(shared: tuple[sa.Engine, int]) -> Desk:
    return Desk(shared[0], JIA, lambda _, code: code in (JIA.areas or ()), GroundMemory())


@pytest.fixture
def yi(jia: Desk) -> Desk:
    return replace(jia, who=YI)


@pytest.fixture
def plan_id(shared: tuple[sa.Engine, int], jia: Desk) -> int:
    """A draft of the test's own: a fork of the one division."""
    return keeping.fork(jia, shared[1], ForkRequest(name="草案"))


def labels_of(desk: Desk, plan_id: int) -> list[int]:
    with desk.engine.connect() as connection:
        return [int(n) for n in store.read_labels(connection, plan_id)]


def ground_of(desk: Desk, plan_id: int) -> int:
    with desk.engine.connect() as connection:
        return store.read_plan(connection, plan_id).ground_id


def move(
    desk: Desk,
    plan_id: int,
    moves: Sequence[tuple[int, int | None, int | None]],
    client: UUID | None = None,
    grids: Sequence[NewGrid] = (),
) -> Stroked:
    asked = StrokeRequest(
        client=client or uuid4(),
        ground=ground_of(desk, plan_id),
        moves=list(moves),
        grids=list(grids),
    )
    return drawing.draw(desk, plan_id, asked)


def take_back(desk: Desk, plan_id: int, action: str = "undo") -> Stroked:
    return drawing.take_back(desk, plan_id, TakeBackRequest(client=uuid4()), action)


def test_a_stroke_told_twice_is_made_once(jia: Desk, plan_id: int) -> None:
    labels, client = labels_of(jia, plan_id), uuid4()
    first = move(jia, plan_id, [(0, labels[0], None)], client)
    again = move(jia, plan_id, [(0, labels[0], None)], client)
    assert (again.seq, again.applied, again.replayed) == (first.seq, first.applied, True)
    assert again.revision == first.revision
    with pytest.raises(Conflict, match="name of another"):
        move(jia, plan_id, [(1, labels[1], None)], client)


def test_a_unit_that_another_took_is_told_with_who_and_when(
    jia: Desk, yi: Desk, plan_id: int
) -> None:
    labels = labels_of(jia, plan_id)
    other = next(g for g in labels if g != labels[0])
    move(yi, plan_id, [(0, labels[0], other)])
    mixed = move(jia, plan_id, [(0, labels[0], None), (1, labels[1], None)])
    assert mixed.applied == [(1, labels[1], None)]
    (lost,) = mixed.rejected
    assert (lost.unit, lost.now, lost.by, lost.why) == (0, other, "乙", "taken")
    assert lost.at is not None
    revision = mixed.revision
    with pytest.raises(Conflict) as refused:
        move(jia, plan_id, [(0, labels[0], None)])
    assert refused.value.context["rejected"] == [lost.model_dump(mode="json", by_alias=True)]
    assert keeping.edits(jia, plan_id, 0).revision == revision


def test_each_planner_takes_back_his_own_strokes(jia: Desk, yi: Desk, plan_id: int) -> None:
    start = labels_of(jia, plan_id)
    move(jia, plan_id, [(0, start[0], None)])
    move(yi, plan_id, [(1, start[1], None)])
    back = take_back(jia, plan_id)
    assert (back.applied, back.can_undo, back.can_redo) == ([(0, None, start[0])], False, True)
    assert labels_of(jia, plan_id)[:2] == [start[0], -1]
    # A stroke of the other does not end what the one can make again.
    move(yi, plan_id, [(2, start[2], None)])
    assert take_back(jia, plan_id, "redo").applied == [(0, start[0], None)]
    with pytest.raises(Conflict, match="nothing to redo"):
        take_back(jia, plan_id, "redo")
    # What another holds by now stays theirs; the undo is made all the same, and told.
    move(yi, plan_id, [(0, None, start[5])])
    lost = take_back(jia, plan_id)
    assert (lost.applied, [r.by for r in lost.rejected]) == ([], ["乙"])
    with pytest.raises(Conflict, match="nothing to undo"):
        take_back(jia, plan_id)


def test_an_undo_takes_back_the_act_it_names_or_none(jia: Desk, plan_id: int) -> None:
    start, older, newer = labels_of(jia, plan_id), uuid4(), uuid4()
    move(jia, plan_id, [(0, start[0], None)], older)
    saved = labels_of(jia, plan_id)
    with pytest.raises(Conflict, match="not your last act"):
        drawing.take_back(jia, plan_id, TakeBackRequest(client=uuid4(), takes=newer), "undo")
    assert labels_of(jia, plan_id) == saved
    assert keeping.edits(jia, plan_id, 1).items[0].client == older
    undo = TakeBackRequest(client=uuid4(), takes=older)
    assert drawing.take_back(jia, plan_id, undo, "undo").applied == [(0, None, start[0])]
    with pytest.raises(Conflict, match="not your last act"):
        drawing.take_back(jia, plan_id, TakeBackRequest(client=uuid4(), takes=older), "redo")
    redo = TakeBackRequest(client=uuid4(), takes=undo.client)
    assert drawing.take_back(jia, plan_id, redo, "redo").applied == [(0, start[0], None)]


def test_undo_needs_nothing_but_the_database(
    jia: Desk, plan_id: int, shared: tuple[sa.Engine, int]
) -> None:
    before = labels_of(jia, plan_id)
    move(jia, plan_id, [(3, before[3], None)])
    url = shared[0].url.render_as_string(hide_password=False)
    other = open_engine(url)
    restarted = replace(jia, engine=other, ground_of=GroundMemory())
    take_back(restarted, plan_id)
    assert labels_of(restarted, plan_id) == before
    other.dispose()


def test_a_new_grid_gets_the_next_number_and_its_stroke_is_undone_with_it(
    jia: Desk, plan_id: int
) -> None:
    start = labels_of(jia, plan_id)
    taken = max(start)
    done = move(
        jia, plan_id, [(0, start[0], taken)], grids=[NewGrid(no=taken, name="新 <b>网格</b>")]
    )
    assert done.numbers == {taken: taken + 1}
    made = next(g for g in done.grids if g.no == taken + 1)
    assert (made.name, made.units, made.removed) == ("新 <b>网格</b>", 1, False)
    back = take_back(jia, plan_id)
    assert labels_of(jia, plan_id) == start
    assert next(g for g in back.grids if g.no == taken + 1).removed
    again = take_back(jia, plan_id, "redo")
    assert next(g for g in again.grids if g.no == taken + 1).units == 1
    # The number of a grid that left the list is never given again.
    take_back(jia, plan_id)
    asked = NewGridRequest(client=uuid4())
    assert drawing.add_grid(jia, plan_id, asked).grids[0].no == taken + 2


def test_a_plan_of_base_grids_takes_no_micro_grid(jia: Desk, plan_id: int) -> None:
    before, home = keeping.edits(jia, plan_id, 0).revision, labels_of(jia, plan_id)[0]
    micro = NewGrid(no=90, name="微", kind="micro")
    attempts: tuple[Callable[[], Stroked], ...] = (
        lambda: drawing.add_grid(jia, plan_id, NewGridRequest(client=uuid4(), kind="micro")),
        lambda: drawing.change_grid(jia, plan_id, 0, GridPatch(client=uuid4(), kind="micro")),
        lambda: move(jia, plan_id, [(0, home, 90)], grids=[micro]),
    )
    for attempt in attempts:
        with pytest.raises(InputError, match="choose base or special") as refused:
            attempt()
        assert "请选择基础或专属" in refused.value.zh
    assert keeping.edits(jia, plan_id, 0).revision == before
    special = drawing.change_grid(jia, plan_id, 0, GridPatch(client=uuid4(), kind="special"))
    assert special.grids[0].kind == "special"
    assert drawing.add_grid(jia, plan_id, NewGridRequest(client=uuid4())).grids[0].kind == "base"


def test_a_locked_grid_neither_gives_nor_takes_until_the_lock_is_undone(
    jia: Desk, yi: Desk, plan_id: int
) -> None:
    start = labels_of(jia, plan_id)
    asked = GridPatch(client=uuid4(), locked=True, name="东片")
    changed = drawing.change_grid(jia, plan_id, start[0], asked)
    assert (changed.grids[0].locked, changed.grids[0].name) == (True, "东片")
    with pytest.raises(Conflict) as refused:
        move(yi, plan_id, [(0, start[0], None)])
    assert refused.value.context["rejected"][0]["why"] == "locked"  # type: ignore[index]
    take_back(jia, plan_id)
    assert move(yi, plan_id, [(0, start[0], None)]).applied
    with pytest.raises(Conflict, match="still has units"):
        drawing.remove_grid(jia, plan_id, start[0], uuid4())
    with pytest.raises(NotFound, match="no grid 999"):
        drawing.change_grid(jia, plan_id, 999, GridPatch(client=uuid4(), name="x"))


def test_a_grid_off_the_list_takes_no_unit_and_refuses_nothing_else(
    jia: Desk, yi: Desk, plan_id: int
) -> None:
    start = labels_of(jia, plan_id)
    gone = drawing.add_grid(jia, plan_id, NewGridRequest(client=uuid4())).grids[0].no
    take_back(jia, plan_id)
    with jia.engine.connect() as connection:
        listed = editor_grids(connection, plan_id).set_index("no")["removed"]
    assert [no for no, removed in listed.items() if removed] == [gone]
    # A page that queued it before it could know goes on with the rest.
    mixed = move(yi, plan_id, [(0, start[0], gone), (1, start[1], None)])
    assert mixed.applied == [(1, start[1], None)]
    assert [(r.unit, r.now, r.why) for r in mixed.rejected] == [(0, start[0], "removed")]
    with pytest.raises(Conflict, match="taken off the list") as refused:
        move(yi, plan_id, [(0, start[0], gone)])
    assert refused.value.context["rejected"][0]["why"] == "removed"  # type: ignore[index]
    renamed = drawing.change_grid(yi, plan_id, gone, GridPatch(client=uuid4(), name="x"))
    assert (renamed.seq, drawing.remove_grid(yi, plan_id, gone, uuid4()).seq) == (None, None)


def test_a_snapshot_is_restored_by_one_edit_and_forked(jia: Desk, plan_id: int) -> None:
    start = labels_of(jia, plan_id)
    snapshot = keeping.take(jia, plan_id, SnapshotRequest(name="午前"))
    units = [(n, g, None) for n, g in enumerate(start) if g == start[0]]
    move(jia, plan_id, units)
    drawing.change_grid(jia, plan_id, start[0], GridPatch(client=uuid4(), name="改名"))
    drawn = labels_of(jia, plan_id)
    asked = RestoreRequest(client=uuid4())
    back = keeping.restore(jia, plan_id, snapshot.no, asked)
    assert labels_of(jia, plan_id) == start
    assert all(g.name != "改名" for g in back.grids)
    take_back(jia, plan_id)
    assert labels_of(jia, plan_id) == drawn
    forked = keeping.fork(jia, plan_id, ForkRequest(name="另案", snapshot=snapshot.no))
    assert labels_of(jia, forked) == start
    with pytest.raises(Conflict, match="nothing to undo"):
        take_back(jia, forked)
    assert [s.name for s in keeping.snapshots(jia, plan_id).items] == ["午前"]
    with pytest.raises(NotFound, match="no snapshot 9"):
        keeping.restore(jia, plan_id, 9, RestoreRequest(client=uuid4()))


def test_a_plan_of_another_community_or_ground_is_not_touched(jia: Desk, plan_id: int) -> None:
    stranger = replace(jia, who=YI, holds=lambda _, code: code == "511599001002")
    with pytest.raises(NotFound):
        move(stranger, plan_id, [(0, 0, None)])
    with pytest.raises(InputError, match="it has no 9999"):
        move(jia, plan_id, [(9999, None, None)])
    asked = StrokeRequest(client=uuid4(), ground=999, moves=[(0, 0, None)])
    with pytest.raises(Conflict, match="Load the plan again"):
        drawing.draw(jia, plan_id, asked)


def test_what_a_stale_page_sends_is_refused_in_chinese_and_nothing_is_half_done(
    jia: Desk, plan_id: int
) -> None:
    before = labels_of(jia, plan_id)
    home, named = before[0], "<script>alert(1)</script>"
    # One unit of this plan, and one of another community.
    with pytest.raises(InputError) as strange:
        move(jia, plan_id, [(0, home, None), (9999, None, home)])
    assert "没有编号为 9999 的单位" in strange.value.zh
    asked = StrokeRequest(client=uuid4(), ground=999, moves=[(0, home, None)])
    with pytest.raises(Conflict) as rebased:
        drawing.draw(jia, plan_id, asked)
    assert "已按新的楼栋底图更新" in rebased.value.zh
    with pytest.raises(Conflict) as gone:
        move(jia, plan_id, [(0, home, 77)])
    assert "没有编号为 77 的网格" in gone.value.zh
    assert (labels_of(jia, plan_id), len(keeping.edits(jia, plan_id, 0).items)) == (before, 1)
    # Names and comments are texts, whatever they look like, and come back as they were.
    new = NewGrid(no=90, name=named)
    told = move(jia, plan_id, [(0, home, 90)], grids=[new])
    assert told.grids[-1].name == named
    last = keeping.edits(jia, plan_id, 1).items[0]
    assert (last.moves[0][0], last.why) == (0, None)
    day = today()
    publish_plan(jia.engine, plan_id, valid_from=day, published_by="甲", today=day, reason=named)
    with pytest.raises(Conflict) as published:
        move(jia, plan_id, [(0, told.grids[-1].no, home)])
    assert "“已发布”状态，不能再修改" in published.value.zh
    with pytest.raises(Conflict):
        take_back(jia, plan_id)
    assert labels_of(jia, plan_id)[0] == told.grids[-1].no


def test_planners_see_who_else_is_there(jia: Desk, yi: Desk, plan_id: int) -> None:
    page = PresenceRequest(client=uuid4())
    assert keeping.present(jia, plan_id, page).people == ["甲"]
    assert keeping.present(yi, plan_id, PresenceRequest(client=uuid4())).people == ["乙", "甲"]
    with jia.engine.begin() as connection:
        connection.execute(sa.text("UPDATE plan_presence SET seen_at = now() - interval '1 min'"))
    assert keeping.present(jia, plan_id, page).people == ["甲"]


def test_many_at_once_lose_no_stroke_and_no_unit(jia: Desk, plan_id: int) -> None:
    start = labels_of(jia, plan_id)
    grids = sorted(set(start))

    def paint(who: int) -> int:
        rng = np.random.default_rng(who)
        desk, made = replace(jia, who=replace(JIA, name=f"规划员{who}")), 0
        for _ in range(6):
            now = labels_of(desk, plan_id)
            units = rng.choice(len(now), 4, replace=False)
            goal = int(rng.choice(grids))
            try:
                made += len(move(desk, plan_id, [(int(u), now[u], goal) for u in units]).applied)
            except Conflict:
                continue
        return made

    with ThreadPoolExecutor(6) as pool:
        made = sum(pool.map(paint, range(6)))
    edits = keeping.edits(jia, plan_id, 1).items
    assert sum(len(e.moves) for e in edits) == made
    assert [e.seq for e in edits] == list(range(2, len(edits) + 2))
    assert_figures_are_those_of_the_assignment(jia, plan_id)
    assert_history_leads_to_now(jia, plan_id, start, after=1)


def assert_history_leads_to_now(desk: Desk, plan_id: int, start: list[int], after: int) -> None:
    """Each edit finds units where the one before left them, and the last leaves them here."""
    reached = list(start)
    for edit in keeping.edits(desk, plan_id, after).items:
        for unit, was, is_now in edit.moves:
            assert reached[unit] == (-1 if was is None else was)
            reached[unit] = -1 if is_now is None else is_now
    assert labels_of(desk, plan_id) == reached


def assert_figures_are_those_of_the_assignment(desk: Desk, plan_id: int) -> None:
    """What is stored of grids follows from the assignment alone, however it came about."""
    with desk.engine.connect() as connection:
        plan = store.read_plan(connection, plan_id)
        ground = load_ground(connection, plan.ground_id)
        labels = store.read_labels(connection, plan_id)
        grids = store.read_grids(connection, plan_id)
    wanted = grid_figures(ground, labels, RULES, grids[["name", "kind"]])
    for column in ("households", "load", "posts_needed", "round_m"):
        assert grids[column].tolist() == pytest.approx(wanted[column].tolist()), column
    shapes = dissolve(ground, labels).geometry
    drawn = grids[grids.geometry.notna()].to_crs(4544).geometry
    assert drawn.index.tolist() == shapes.index.tolist()
    assert (drawn.symmetric_difference(shapes, align=False).area < 1e-3).all()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["甲", "乙"]),
        st.sampled_from(["move", "move", "undo", "redo", "new", "lock"]),
        st.integers(0, 23),
        st.integers(0, 6),
    ),
    max_size=10,
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_two_planners_do_history_and_figures_agree(
    jia: Desk, yi: Desk, plan_id: int, steps: list[tuple[str, str, int, int]]
) -> None:
    first = keeping.edits(jia, plan_id, 0).revision
    start = labels_of(jia, plan_id)
    for name, act, unit, grid in steps:
        desk = jia if name == "甲" else yi
        now = labels_of(desk, plan_id)
        try:
            if act == "move":
                move(desk, plan_id, [(unit, None if now[unit] < 0 else now[unit], grid)])
            elif act == "new":
                drawing.add_grid(desk, plan_id, NewGridRequest(client=uuid4()))
            elif act == "lock":
                asked = GridPatch(client=uuid4(), locked=unit % 2 == 0)
                drawing.change_grid(desk, plan_id, grid, asked)
            else:
                take_back(desk, plan_id, act)
        except (Conflict, NotFound):
            assert labels_of(desk, plan_id) == now
    assert_history_leads_to_now(jia, plan_id, start, first)
    assert_figures_are_those_of_the_assignment(jia, plan_id)


def test_the_town_has_the_units_the_tests_speak_of(jia: Desk, plan_id: int) -> None:
    with jia.engine.connect() as connection:
        units = load_ground(connection, ground_of(jia, plan_id)).units
    assert units["building_id"].iloc[0] == building_id(0, 0)
