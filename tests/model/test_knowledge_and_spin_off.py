"""Labs and spin-offs: four stages of about seven and a half years, passes that multiply, parents that count by size."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.draws import Draws, Purpose, child
from wutong.model.entities import Channel, read_only
from wutong.model.research_measures import FINISHED, UNDER_WAY
from wutong.model.rules import spin_off
from wutong.model.rules.knowledge import Knowledge, next_maturity, next_stock, pass_share, stage_end, stage_key, stage_years
from wutong.model.rules.spin_off import SpinOff, lab_rate, yearly_rate

ONE = np.ones((1, 1))
KEYS = child(np.full(20_000, 11, np.uint64), np.arange(20_000))


def test_from_idea_to_scale_takes_seven_and_a_half_years():
    years = stage_years(Knowledge(), ONE)[0]
    assert years.sum() == pytest.approx(7.5)
    total = np.zeros(len(KEYS))
    for n, mean in enumerate(years):
        stage = np.full(len(KEYS), n, np.int8)
        ends = stage_end(KEYS, stage, np.full(len(KEYS), mean), 100)
        assert ends.min() >= 101, "a stage lasts a quarter at least"
        total += (ends - 100) / 4.0
    assert total.mean() == pytest.approx(7.5, abs=0.15)
    assert total.std() == pytest.approx(np.sqrt((years**2).sum() / 2.0), rel=0.05)


def test_stages_of_a_project_draw_apart():
    first, second = (Draws(0).uniform(stage_key(KEYS, np.full(len(KEYS), n, np.int8)), Purpose.STAGE_PASS) for n in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_passes_multiply_and_support_never_lifts_one_above_certainty():
    assert pass_share(Knowledge(), ONE)[0].prod() == pytest.approx(0.3 * 0.4 * 0.5 * 0.5)
    helped = pass_share(Knowledge(), np.array([[1.1], [5.0]]))
    assert helped.shape == (2, 4)
    assert helped[:, 2].tolist() == [0.5 * 1.1, 1.0]
    assert helped[:, [0, 1, 3]].tolist() == [[0.3, 0.4, 0.5]] * 2
    assert stage_years(Knowledge(), np.array([[0.9]]))[0].tolist() == pytest.approx([3.0, 2.0, 0.9, 1.5])


def test_knowledge_decays_and_maturity_settles_at_one():
    stock = np.array([[10.0]])
    for _ in range(4):
        stock = next_stock(stock, np.zeros((1, 1)), np.full((1, 1), 0.1))
    assert stock[0, 0] == pytest.approx(10.0 * np.exp(-0.1))
    maturity = np.array([0.0, 3.0, 0.0])
    for _ in range(80):
        maturity = next_maturity(maturity, np.array([2.0, 2.0, 0.0]), np.array([8.0, 8.0, 0.0]))
    assert maturity == pytest.approx([1.0, 1.0, 0.0], abs=1e-3)


def test_a_lab_adds_to_its_field_what_its_stages_let_through():
    """Fifteen years of one lab in many worlds: yearly results near starts a year times the four pass rates."""
    lab = worlds.without(worlds.plain(worlds.toy_park(anchors=()), 1), {"knowledge.decay": 1e-9})
    _, state = worlds.start(lab, 60)
    _, later = worlds.start(dataclasses.replace(lab, park=_opened(lab.park, 20)), 60)
    field = worlds.SEGMENTS.index(worlds.BIO)
    assert (np.delete(state.cells.knowledge, field, axis=1) == 0.0).all()
    starts = 6.0 / 0.05
    added = later.cells.knowledge[:, field].mean() - state.cells.knowledge[:, field].mean()
    assert added > 0.0
    assert later.labs.maturity.mean() == pytest.approx(1.0, abs=0.15)
    assert later.cells.knowledge[:, field].mean() <= starts * 12 * 0.03


def _opened(park, years):
    lab = dataclasses.replace(park.labs[0], opened=worlds.START - 4 * years)
    return dataclasses.replace(park, labs=(lab,))


# ── Spin-off ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@settings(max_examples=40)
@given(st.floats(0.0, 1e5), st.floats(0.1, 3.0), st.floats(0.6, 1.0))
def test_the_rate_grows_with_size_up_to_five_hundred(employees, quality, exponent):
    def one(heads: float) -> float:
        return float(yearly_rate(np.array([heads]), np.array([quality]), np.array([0.006]), np.array([exponent]))[0])

    assert 0.0 <= one(employees) <= one(employees + 1.0) <= one(500.0)
    assert one(1.0) == pytest.approx(0.006 * quality)
    assert 2.0 * one(100.0) >= one(200.0), "small parents spawn more a head"


def test_state_labs_spin_off_less_and_immature_ones_nothing():
    rate = lab_rate(
        np.array([7.0, 7.0, 7.0]), np.array([True, False, True]), np.array([1.0, 1.0, 0.0]), ONE, SpinOff(), np.zeros(3, np.int64)
    )
    assert rate == pytest.approx([1.2, 0.6, 0.0])


def children(state, parameters, quarter=worlds.FIRST):
    due = dataclasses.replace(state.firms, spin_off_left=np.full(len(state.firms.key), 1e-12))
    state = dataclasses.replace(state, quarter=quarter, firms=read_only(due))
    return spin_off.RULE.apply(state, parameters, Draws(quarter)).arrivals[0]


def test_children_work_where_their_parents_branch_and_carry_the_anchor_on():
    batch, state = worlds.start(worlds.toy_scenario(), 2)
    n_firms = np.arange(len(state.firms.key))
    anchor = np.where((n_firms % 3 == 0) & ~np.isin(n_firms, state.anchors.firm), 1, -1).astype(np.int16)
    state = dataclasses.replace(state, firms=dataclasses.replace(state.firms, anchor=anchor, round=(anchor >= 0).astype(np.int8)))
    stay = dataclasses.replace(batch.parameters["spin_off"], stay_share=np.ones((2, 1)))
    born = children(state, stay)
    n = state.base.n_segments
    assert len(born.key) == len(state.firms.key) and len(set(born.key.tolist())) == len(born.key)
    cell = worlds.cells_of(state.groups)[born.parent]
    assert (born.cell // n == cell // n).all()
    assert (born.cell % n == state.base.spin_off_segment[cell % n]).all()
    led = np.isin(born.parent, state.anchors.firm)
    assert (born.anchor[led] == 0).all() and (born.round[led] == 1).all()
    assert (born.anchor[~led] == anchor[born.parent][~led]).all()
    assert (born.round[~led] == np.where(born.anchor >= 0, 2, 0)[~led]).all()
    assert (born.channel == Channel.FIRM_SPIN_OFF).all()


def test_the_share_that_stays_stays_and_quality_is_inherited():
    batch, state = worlds.start(worlds.toy_scenario(), 12)
    p = dataclasses.replace(batch.parameters["spin_off"], stay_share=np.full((12, 1), 0.85), heredity=np.full((12, 1), 0.5))
    born = children(state, p)
    n = len(state.firms.key)
    assert abs(len(born.key) / n - 0.85) < 4.0 * np.sqrt(0.85 * 0.15 / n)
    assert born.inherited == pytest.approx(np.sqrt(state.firms.quality[born.parent]))


def test_founders_leave_their_parent():
    alone = worlds.without(worlds.plain(worlds.toy_park(anchors=()), 1), worlds.NO_EXIT, worlds.NO_RECRUITS)
    alone = worlds.without(alone, {"spin_off.firm_rate": 1e6, "spin_off.stay_share": 1.0})
    batch, state = worlds.start(alone, 1)
    before, after, settled = worlds.step(batch, state)
    grown_up = dict(zip(before.firms.key.tolist(), before.firms.employees.tolist(), strict=True))
    now = dict(zip(after.firms.key.tolist(), after.firms.employees.tolist(), strict=True))
    assert settled.opened[Channel.FIRM_SPIN_OFF].sum() == len(grown_up)
    for key, heads in grown_up.items():
        assert now[key] == pytest.approx(heads - min(3.0, 0.5 * heads))


def test_research_is_recorded_by_stage_and_what_finishes_is_what_knowledge_gains():
    scenario = worlds.toy_scenario(quarters=24)
    scenario = dataclasses.replace(scenario, assumptions={**scenario.assumptions, "knowledge.decay": worlds.fixed(0.08)})
    history = worlds.run(scenario, 8)
    stages = [history.values[name] for name in UNDER_WAY]
    assert all(one.shape == (25, 8, 1) and (one == np.rint(one)).all() for one in stages)
    assert stages[0][0].sum() > 0.0, "projects of the years before the start are there"
    finished, stock = history.total(FINISHED), history.total("knowledge")
    assert finished.sum() > 0.0 and not finished[0].any()
    assert stock[1:] == pytest.approx(stock[:-1] * np.exp(-0.08 / 4.0) + finished[1:])
