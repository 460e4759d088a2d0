"""The schedule: rules run in its order, write only what they own, and give the same bits as plain Python and compiled."""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest

from tests import worlds
from tests.worlds import FIRST, START, policy
from wutong.model import schedule
from wutong.model.compiled import engine
from wutong.model.history import merge
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting
from wutong.model.schedule import SCHEDULE, SHARED, begin_quarter, is_crowded, run
from wutong.model.simulate import history_of
from wutong.model.tables import GROWING, TABLES, Table, copied, in_use
from wutong.model.world import ROOM, World, prepare

EVERYTHING = policy(*(LeverSetting(key, 0.5 * lever.high, START - 16) for key, lever in LEVERS.items()), name="half of all")


def rows_of(table):
    """Rows in use of a table of any kind."""
    return in_use(table) if isinstance(table, Table) else table


def contents(park) -> dict[str, bytes]:
    """What a park holds, by ``table.column``, and how many rows each table has in use."""
    out = {}
    for name in TABLES:
        rows = rows_of(getattr(park, name))
        out[name] = str(len(rows)).encode()
        out |= {f"{name}.{column}": rows[column].tobytes() for column in rows.dtype.names}
    return out


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path, content in after.items() if content != before[path]}


def is_owned(path: str, by: frozenset[str]) -> bool:
    return path in by or path.partition(".")[0] in by


def recorded(world) -> list[bytes]:
    return [table.tobytes() for table in world.record]


def assert_same_world(one: World, other: World) -> None:
    """Two worlds stand in the same quarter with the same bits in every table and in their records."""
    assert one.quarter == other.quarter
    assert not changed(contents(one.park), contents(other.park))
    assert recorded(one) == recorded(other)


# ── Who writes what ──────────────────────────────────────────────────────────────────────────────────────────────────
def watching(function, name: str, seen: list[tuple[str, set[str]]]):
    """A rule that notes which columns it changed."""

    def watched(*arguments):
        park = next(a for a in arguments if isinstance(a, schedule.Park))
        before = contents(park)
        out = function(*arguments)
        seen.append((name, changed(before, contents(park))))
        return out

    return watched


def test_a_rule_changes_only_the_columns_that_it_owns():
    """Rule by rule, as plain Python, with every lever half on; the calls that are seen are those of the schedule, in order."""
    world, seen, quarters = worlds.begun(worlds.toy_scenario(worlds.toy_park(occupancy=0.9)), EVERYTHING), [], 6
    own = {rule.apply: watching(rule.apply, rule.name, seen) for rule in SCHEDULE}
    given = world.given, world.parameters, world.levers
    before = [part.tobytes() for group in given for part in group if isinstance(part, np.ndarray)]
    for quarter in range(FIRST, FIRST + quarters):
        for firm in in_use(world.park.firms)[:: quarter % 3 + 2]:
            firm.spin_off_left *= 0.01  # some of everything should happen
            firm.life *= 0.1
        engine(run, own, plain=True)(quarter, quarter, *given, world.park, world.record)
    assert [name for name, _ in seen] == [rule.name for rule in SCHEDULE] * quarters
    for rule in SCHEDULE:
        touched = set().union(*(paths for name, paths in seen if name == rule.name))
        assert not {path for path in touched if not is_owned(path, rule.writes | SHARED)}, rule.name
        assert not {path for path in rule.writes if not any(is_owned(at, frozenset({path})) for at in touched)}, (
            f"{rule.name} owns what it never changes"
        )
    assert [part.tobytes() for group in given for part in group if isinstance(part, np.ndarray)] == before


def test_every_column_has_one_owner_and_is_one():
    owned = [path for rule in SCHEDULE for path in rule.writes]
    assert len(owned) == len(set(owned))
    known = {*TABLES, *(f"{table}.{column}" for table, declared in TABLES.items() for column in declared.__dataclass_fields__)}
    assert {*owned, *SHARED} <= known


def test_the_rules_run_in_the_order_of_the_schedule():
    """Read off the syntax tree of the quarter: nothing is called twice, under a condition or beside the schedule."""
    tree = ast.parse(inspect.getsource(run)).body[0]
    loop = next(node for node in tree.body if isinstance(node, ast.For))
    calls = [node.value.func for node in loop.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    called = [getattr(schedule, f.value.id).__dict__[f.attr] for f in calls if isinstance(f, ast.Attribute)]
    assert called == [rule.apply for rule in SCHEDULE]
    nested = [node for part in loop.body if not isinstance(part, ast.Expr) for node in ast.walk(part)]
    assert not {node.attr for node in nested if isinstance(node, ast.Attribute)} & {rule.apply.__name__ for rule in SCHEDULE}


@pytest.mark.parametrize("rule", SCHEDULE, ids=lambda rule: rule.name)
def test_a_rule_has_parameters_of_its_own(rule):
    assert rule.name in World(prepare(worlds.cases(worlds.toy_scenario(), 1)), 0, plain=True).parameters._fields
    assert rule.parameters.__dataclass_fields__


# ── The same bits ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("chosen", [worlds.NO_POLICY, EVERYTHING], ids=lambda chosen: chosen.name)
def test_plain_python_gives_the_bits_of_machine_code(chosen):
    park = worlds.toy_park(occupancy=0.8)
    batch = prepare(worlds.cases(worlds.toy_scenario(park), 2, chosen))
    for position in range(2):
        slow, fast = (World(batch, position, plain=plain) for plain in (True, False))
        assert_same_world(slow, fast)
        for quarter in range(FIRST, FIRST + 5):
            slow.advance(quarter)
            fast.advance(quarter)
            assert_same_world(slow, fast)


@pytest.fixture(scope="module")
def usual():
    """A world that has run for three years, with all its room."""
    world = worlds.started(worlds.toy_scenario(), 1, EVERYTHING)[0]
    world.advance(START + 12)
    return world


def test_a_table_that_runs_out_of_room_changes_no_bit(usual, monkeypatch):
    """Tables that hardly hold the start: those that get crowded grow between quarters, those of newcomers within one."""
    tiny = {"projects": 1, "anchors": 3, "partners": 60, "research": 256, "arrivals": 1, "births": 1, "left": 1}
    monkeypatch.setattr("wutong.model.world.ROOM", tiny)
    monkeypatch.setattr("wutong.model.world.FIRMS_AT_LEAST", -60)
    world = worlds.started(worlds.toy_scenario(), 1, EVERYTHING)[0]
    assert len(world.park.firms.row) < usual.park.firms.n[0] and len(world.park.births.row) == 1
    world.advance(START + 12)
    assert len(world.park.births.row) > 1
    assert_same_world(world, usual)


def test_a_start_that_does_not_fit_is_begun_again(usual, monkeypatch):
    monkeypatch.setattr("wutong.model.world.ROOM", dict.fromkeys(ROOM, 1))
    monkeypatch.setattr("wutong.model.world.FIRMS_AT_LEAST", -10_000)
    world = worlds.started(worlds.toy_scenario(), 1, EVERYTHING)[0]
    world.advance(START + 12)
    assert_same_world(world, usual)


def test_a_table_that_is_full_in_the_middle_of_a_quarter_changes_no_bit():
    """Without a look ahead, and with every table full at the beginning: the quarter that began is thrown away."""
    usual, world = (worlds.begun(worlds.toy_scenario(), EVERYTHING) for _ in range(2))
    blind, tried = engine(run, {is_crowded: lambda park: False}, plain=True), []

    def counted(*arguments):
        tried.append(arguments[0])
        return blind(*arguments)

    world._run = counted
    for quarter in range(FIRST, FIRST + 3):
        tables = {name: getattr(world.park, name) for name in GROWING}
        full = {name: Table(table.row[: max(table.n[0], 1)].copy(), table.n) for name, table in tables.items()}
        world.park = world.park._replace(**full)
        world.advance(quarter)
        usual.advance(quarter)
        assert tried.count(quarter) > 1
        assert_same_world(world, usual)


def test_more_than_three_quarters_of_the_room_is_crowded():
    park = worlds.begun(worlds.plain()).park
    assert not is_crowded(park)
    for name in ("firms", "projects", "anchors", "partners", "research"):
        table = getattr(park, name)
        for taken, crowded in ((6, False), (7, True)):
            full = Table(table.row[:8], np.array([taken]))
            others = {other: Table(table.row, np.array([0])) for other in GROWING}
            assert is_crowded(park._replace(**{**others, name: full})) == crowded, name


def test_a_world_advanced_in_steps_is_the_one_advanced_at_once(usual):
    world = worlds.started(worlds.toy_scenario(), 1, EVERYTHING)[0]
    for last in (FIRST, FIRST, START + 5, START + 12):
        world.advance(last)
    assert_same_world(world, usual)


def test_a_copied_park_goes_on_as_the_other_does_and_leaves_it_alone(usual):
    world = worlds.started(worlds.toy_scenario(), 1, EVERYTHING)[0]
    world.advance(START + 5)
    branch, stands = worlds.branched(world), contents(world.park)
    branch.advance(START + 12)
    assert_same_world(branch, usual)
    assert not changed(stands, contents(world.park))
    world.advance(START + 12)
    assert_same_world(world, branch)


def test_a_park_with_more_room_holds_the_same_and_is_its_own(usual):
    more = copied(usual.park, room=3)
    assert not changed(contents(usual.park), contents(more))
    assert len(more.firms.row) == 3 * len(usual.park.firms.row)
    stands = contents(usual.park)
    in_use(more.firms).revenue = -1.0
    more.cells.pool[:] = 7.0
    assert not changed(stands, contents(usual.park))


# ── What is recorded ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_handed_out_never_changes():
    history = worlds.run(worlds.toy_scenario(quarters=6))
    for value in history.values.values():
        with pytest.raises(ValueError, match="read-only"):
            value[0] = 7.0
    world = worlds.started(worlds.toy_scenario(quarters=6), 1)[0]
    world.advance(START + 3)
    early = history_of(prepare(worlds.cases(worlds.toy_scenario(quarters=6), 1)), [world.record])
    copies = {name: value.copy() for name, value in early.values.items()}
    world.advance(START + 6)
    for name, value in early.values.items():
        assert (value == copies[name]).all(), name


def test_the_run_has_one_row_a_quarter_and_one_for_the_start():
    history = worlds.run(worlds.toy_scenario(quarters=5))
    assert history.quarters == ("2022Q3", "2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4")
    assert {value.shape[:2] for value in history.values.values()} == {(6, 2)}
    flows = [key for key, fact in history.facts.items() if fact.kind == "flow" and key != "rivals_entrants"]
    assert len(flows) > 10
    assert all((history.values[key][0] == 0.0).all() for key in flows)
    one = merge([worlds.run(worlds.toy_scenario(quarters=5), n) for n in (2, 1)])
    assert len(one.cases) == 3 and (one.values["firms"][:, 2] == one.values["firms"][:, 0]).all()


def test_a_quarter_begins_with_nobody_asking_and_the_output_of_its_time():
    world = worlds.begun(worlds.plain(quarters=8))
    for quarter in (FIRST, FIRST + 3, FIRST + 7):
        world.park.births.n[0] = world.park.left.n[0] = 3
        begin_quarter(quarter, quarter - START, world.given.segment, world.park)
        assert world.park.births.n[0] == world.park.left.n[0] == 0 and world.park.world[0].quarter == quarter
        years = (quarter - START) / 4.0
        grown = world.given.segment.productivity * (1.0 + world.given.segment.productivity_growth) ** years
        assert world.park.cells.head == pytest.approx(grown)
