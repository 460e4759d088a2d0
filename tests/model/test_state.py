"""Changes: a rule may only change what it owns, columns keep type and shape, and nothing recorded changes afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from wutong.model.contract import Change, Rule
from wutong.model.draws import Draws
from wutong.model.entities import Firms, group, look_up, rows, stacked
from wutong.model.history import merge
from wutong.model.schedule import SCHEDULE
from wutong.model.simulate import Recorder
from wutong.model.state import after

PROBE = Rule("probe", worlds.Case, frozenset({"firms.employees", "firms.born", "partners"}), lambda *_: Change())


@pytest.fixture
def state():
    return worlds.start(worlds.toy_scenario(), 2)[1]


def test_a_foreign_column_is_refused(state):
    with pytest.raises(ValueError, match=r"probe changed \['firms.revenue'\] but owns"):
        after(state, PROBE, Change(columns={"firms.revenue": state.firms.revenue}))
    with pytest.raises(ValueError, match="research"):
        after(state, PROBE, Change(tables={"research": state.research}))


def test_a_column_that_changes_its_type_or_shape_is_refused(state):
    n = len(state.firms.key)
    wrong = {
        "firms.employees": [np.ones(n, np.float32), np.ones(n, np.int64), np.ones(n - 1), np.ones((n, 1))],
        "firms.born": [np.zeros(n, np.int64)],
    }
    for path, values in wrong.items():
        for value in values:
            with pytest.raises(ValueError, match=f"{path} changed from"):
                after(state, PROBE, Change(columns={path: value}))


def test_a_change_leaves_the_old_state_alone_and_locks_the_new(state):
    old = state.firms.employees.copy()
    new = after(state, PROBE, Change(columns={"firms.employees": old + 1.0}, deaths=np.array([3, 1]), flows={"a": np.ones(1)}))
    assert (state.firms.employees == old).all() and (new.firms.employees == old + 1.0).all()
    assert new.firms.revenue is state.firms.revenue
    assert not new.firms.employees.flags.writeable
    again = after(new, PROBE, Change(deaths=np.array([3, 7]), flows={"b": np.ones(1)}))
    assert again.deaths.tolist() == [1, 3, 7] and set(again.flows) == {"a", "b"}
    assert state.deaths.tolist() == [] and state.flows == {}


def test_every_column_has_one_owner():
    owned = [path for rule in SCHEDULE for path in rule.writes]
    assert len(owned) == len(set(owned))
    assert [rule.name for rule in SCHEDULE] == [
        "anchors", "attraction", "spin_off", "orders", "growth", "knowledge", "exit", "site", "accounts",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", SCHEDULE, ids=lambda rule: rule.name)
def test_a_rule_is_a_function_of_the_state(rule):
    """Twice the same state gives twice the same change, and the state is left as it was."""
    batch, state = worlds.start(worlds.toy_scenario(), 3)
    for _ in range(3):
        _, state, _ = worlds.step(batch, state)
    state = dataclasses.replace(
        state, quarter=state.quarter + 1, levers=batch.levers.at(4), flows={"entering_transfer": np.zeros(state.shape)}
    )
    before = {name: column.copy() for name, column in state.firms.__dict__.items()}
    first, second = (rule.apply(state, batch.parameters[rule.name], Draws(state.quarter)) for _ in range(2))
    assert first.columns.keys() | first.tables.keys() <= rule.writes
    for path, value in first.columns.items():
        assert (value == second.columns[path]).all(), path
    for name, column in state.firms.__dict__.items():
        assert (column == before[name]).all(), name


# ── History ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_handed_out_never_changes():
    batch, state = worlds.start(worlds.toy_scenario(quarters=6), 2)
    recorder = Recorder(batch, state)
    early = recorder.history()
    copied = {name: value.copy() for name, value in early.values.items()}
    for _ in range(6):
        before, state, settled = worlds.step(batch, state)
        recorder.add(before, state, settled)
    late = recorder.history()
    for name, value in early.values.items():
        assert (value == copied[name]).all(), name
        with pytest.raises(ValueError, match="read-only"):
            value[0] = 7.0
    assert any((late.values[name] != value).any() for name, value in early.values.items())


def test_the_run_has_one_row_a_quarter_and_one_for_the_start():
    history = worlds.run(worlds.toy_scenario(quarters=5))
    assert history.quarters == ("2022Q3", "2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4")
    assert {value.shape[:2] for value in history.values.values()} == {(6, 2)}
    flows = [key for key, fact in history.facts.items() if fact.kind == "flow" and key != "rivals_entrants"]
    assert len(flows) > 10
    assert all((history.values[key][0] == 0.0).all() for key in flows)
    one = merge([worlds.run(worlds.toy_scenario(quarters=5), n) for n in (2, 1)])
    assert len(one.cases) == 3 and (one.values["firms"][:, 2] == one.values["firms"][:, 0]).all()


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_looked_up_as_nothing():
    assert look_up(np.array([5, 6]), np.array([1, -1, 0])).tolist() == [6, -1, 5]
    assert look_up(np.zeros(0, np.int64), np.array([-1])).tolist() == [-1]


def test_sums_and_look_ups_by_group():
    by_site = np.array([[[2, 0], [0, 0]], [[0, 1], [1, 2]], [[0, 0], [0, 0]]])
    groups = group(by_site)
    values = np.arange(1.0, 7.0)
    assert groups.sum_by_site(values).tolist() == [[[3, 0], [0, 0]], [[0, 3], [4, 11]], [[0, 0], [0, 0]]]
    assert groups.sum_by_cell(values).tolist() == [[3, 0], [3, 15], [0, 0]]
    assert groups.by_world.tolist() == [2, 4, 0]
    assert groups.spread(np.array([[1, 2], [3, 4], [5, 6]])).tolist() == [1, 1, 3, 4, 4, 4]
    assert groups.spread_worlds(np.array([[7], [8], [9]])).tolist() == [7, 7, 8, 8, 8, 8]
    nobody = group(np.zeros((1, 2, 2), np.int64))
    assert nobody.sum_by_cell(np.zeros(0)).tolist() == [[0, 0]]


def test_stacked_rows_keep_type_and_order(state):
    firms = state.firms
    twice = stacked((rows(firms, np.array([2])), rows(firms, np.array([0, 1]))))
    for name in Firms.__dataclass_fields__:
        column = getattr(twice, name)
        assert column.dtype == getattr(firms, name).dtype
        assert column.tolist() == getattr(firms, name)[[2, 0, 1]].tolist()
