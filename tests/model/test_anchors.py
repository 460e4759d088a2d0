"""Anchors: they sign, open and close when the scenario says, and projects leave the funnel by one door each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.entities import Channel, Fate, Stage
from wutong.model.rules.anchors import (
    CANCELLED_AFTER,
    FIRST_OUTPUT,
    AnchorParameters,
    acceptance_prob,
    funnel,
    progress_speed,
    stage_after,
)
from wutong.model.units import NEVER

SURE = {"newcomers.overrun": 0.0, **worlds.NO_PARTNERS}


def through(lag: float, luck: float, opens: float, starts: float, quarters: int = 30) -> list[tuple[int, int]]:
    """Fate and quarter of start of one project, quarter by quarter after its signing in quarter 100."""
    _, state = worlds.start(worlds.toy_scenario(), 1)
    first = state.projects.leads[:1] * 0
    table = dataclasses.replace(
        worlds_rows(state.projects), signed=np.array([100]), progress=np.zeros(1), started=np.array([NEVER]), leads=first - 1
    )
    seen = []
    for quarter in range(100, 100 + quarters):
        step = np.array([0.25 / lag])
        table = funnel(table, quarter, step, np.array([luck]), np.array([opens]), np.array([starts]), np.array([0.3]))
        seen.append((int(table.fate[0]), int(table.started[0])))
        if table.fate[0] != Fate.PENDING:
            break
    return seen


def worlds_rows(projects):
    return dataclasses.replace(projects, **{f.name: getattr(projects, f.name)[:1] for f in dataclasses.fields(projects)})


def test_a_lucky_project_starts_and_opens_after_its_lag():
    seen = through(lag=2.0, luck=0.1, opens=0.3, starts=0.7)
    assert seen[-1] == (Fate.OPENED, 103) and len(seen) == 9, "not in the quarter of signing, then eight quarters"
    assert seen[2][1] == NEVER


def test_an_unlucky_project_may_start_but_is_cancelled_after_four_years():
    started, never = through(2.0, 0.5, 0.3, 0.7), through(2.0, 0.9, 0.3, 0.7)
    assert started[-1] == (Fate.CANCELLED, 103) and never[-1] == (Fate.CANCELLED, NEVER)
    assert len(started) == len(never) == CANCELLED_AFTER + 1


def test_a_late_but_lucky_project_is_not_cancelled():
    assert through(6.0, 0.1, 0.3, 0.7)[-1][0] == Fate.OPENED


@settings(max_examples=30)
@given(st.floats(0.0, 0.99), st.floats(0.0, 1.0), st.floats(0.0, 0.5), st.floats(0.3, 4.0))
def test_a_better_service_never_opens_less_or_later(luck, opens, more, lag):
    usual, better = through(lag, luck, opens, 0.7), through(0.8 * lag, luck, min(opens + more, 1.0), 0.7)
    if usual[-1][0] == Fate.OPENED:
        assert better[-1][0] == Fate.OPENED and len(better) <= len(usual)


def test_acceptance_is_ten_percent_and_moves_with_support():
    p = AnchorParameters()
    chance = acceptance_prob(np.array([[0.0, 0.1, 0.25]]), p)[0]
    assert chance[0] == pytest.approx(0.0998, abs=1e-3)
    assert np.all(np.diff(chance) > 0.0)


def test_speed_saves_the_years_it_says():
    speed = progress_speed(np.array([[0.0], [0.2], [9.0]]), np.full((1, 1), 0.0))
    assert speed[:, 0] == pytest.approx([1.0, 1.0 / 0.8, 4.0])


def test_stages_only_move_on_and_end_with_the_firm():
    stage = np.array([Stage.PLANNED, Stage.SIGNED, Stage.STARTED, Stage.OPERATING, Stage.OPERATING, Stage.CLOSED], np.int8)
    moved = np.array([Stage.SIGNED, Stage.STARTED, Stage.SIGNED, Stage.SIGNED, Stage.SIGNED, Stage.OPERATING])
    running = np.array([False, False, False, True, False, True])
    after = stage_after(stage, moved, running, np.zeros(6, np.bool_))
    assert after.tolist() == [Stage.SIGNED, Stage.STARTED, Stage.STARTED, Stage.OPERATING, Stage.CLOSED, Stage.CLOSED]
    assert (stage_after(stage, moved, running, np.ones(6, np.bool_)) == Stage.CLOSED).all()


# ── In the park ──────────────────────────────────────────────────────────────────────────────────────────────────────
def life_of(anchor, quarters: int):
    """Stage and employees of one named anchor, quarter by quarter, in a world where plans come true to the day."""
    plan = worlds.without(worlds.plain(worlds.toy_park(anchors=(anchor,)), quarters), SURE, worlds.NO_EXIT, worlds.NO_SHOCKS)
    states = worlds.states(plan, 1)
    firm = [int(s.anchors.firm[0]) for s in states]
    heads = [float(s.firms.employees[f]) if f >= 0 else 0.0 for s, f in zip(states, firm, strict=True)]
    return [Stage(int(s.anchors.stage[0])) for s in states], heads, states


@pytest.mark.parametrize("quarters", [1, 2, 3, 4, 5, 6, 8, 10, 12])
def test_a_declared_opening_is_kept_to_the_quarter(quarters):
    signs = worlds.START + 2
    anchor = dataclasses.replace(worlds.new_anchor(signs), opens=signs + quarters)
    stages, heads, states = life_of(anchor, 2 + quarters + 1)
    assert stages[:2] == [Stage.PLANNED] * 2
    assert set(stages[2 : 2 + quarters]) <= {Stage.SIGNED, Stage.STARTED}
    assert stages[2 + quarters] == Stage.OPERATING and heads[2 + quarters] > 0.0 and heads[1 + quarters] == 0.0
    born = states[-1].firms.born[states[-1].anchors.firm[0]]
    assert born == signs + quarters


def test_a_new_plant_opens_at_a_tenth_and_reaches_its_declared_size():
    anchor = dataclasses.replace(worlds.new_anchor(worlds.START + 1), opens=worlds.START + 3)
    flat = worlds.with_segments(
        worlds.toy_park(anchors=(anchor,)), growth=worlds.fixed(0.0), productivity_growth=worlds.fixed(0.0)
    )
    plan = worlds.without(worlds.plain(flat, 32), SURE, worlds.NO_EXIT, worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT)
    states = worlds.states(plan, 1)
    revenue = [float(s.firms.revenue[s.anchors.firm[0]]) for s in states if s.anchors.firm[0] >= 0]
    heads = [float(s.firms.employees[s.anchors.firm[0]]) for s in states if s.anchors.firm[0] >= 0]
    assert revenue[0] == pytest.approx(30.0 * FIRST_OUTPUT)
    assert revenue[12] == pytest.approx(30.0 * 0.9, rel=0.2)
    assert revenue[-1] == pytest.approx(30.0, rel=0.05)
    assert heads[-1] == pytest.approx(1200.0, rel=0.05)


def test_closing_ends_the_firm_and_unties_its_suppliers_at_once():
    closes = worlds.START + 4
    park = worlds.toy_park(anchors=(dataclasses.replace(worlds.old_anchor(), closes=closes),))
    states = worlds.states(worlds.plain(park, 9), 4)
    for state in states:
        gone = state.quarter >= closes
        assert ((state.anchors.stage == Stage.CLOSED) == gone).all()
        assert ((state.anchors.firm < 0) == gone).all()
    before, at = states[3], states[4]
    suppliers = before.firms.key[np.isin(before.firms.customer, before.anchors.firm)]
    rows = np.isin(at.firms.key, suppliers)
    assert rows.any()
    assert (at.firms.customer[rows] == -1).all() and (at.firms.customer_lost[rows] == closes).all()
    others = ~rows & (at.firms.channel == Channel.INITIAL)
    assert (at.firms.customer_lost[others] != closes).all() or (before.firms.customer >= 0).sum() > rows.sum()


def test_lost_customers_double_the_hazard_for_four_quarters():
    """What the factor costs in life grows for four quarters after the customer closed, then no more."""
    park = worlds.toy_park(anchors=(dataclasses.replace(worlds.old_anchor(), closes=worlds.START + 2),))
    kept = worlds.without(worlds.plain(park, 9), {"exit.size_exponent": 0.0})
    doubled, single = (worlds.without(kept, {"exit.lost_customer_factor": factor}) for factor in (2.0, 1.0))
    cost: list[dict[int, float]] = []
    for two, one in zip(worlds.states(doubled, 4), worlds.states(single, 4), strict=True):
        keys, a, b = np.intersect1d(two.firms.key, one.firms.key, return_indices=True)
        cost.append(dict(zip(keys.tolist(), (one.firms.life[b] - two.firms.life[a]).tolist(), strict=True)))
        others = one.firms.customer_lost[b] == 0
        assert np.allclose((one.firms.life[b] - two.firms.life[a])[others], 0.0, atol=1e-12)
    assert all(abs(lost) < 1e-12 for quarter in cost[:3] for lost in quarter.values())
    untied = set(one.firms.key[one.firms.customer_lost == worlds.START + 2].tolist())
    stayed = [key for key in cost[-1] if key in untied]
    assert len(stayed) > 5
    for key in stayed:
        path = [quarter[key] for quarter in cost[2:]]
        assert (np.diff(path[:5]) > 0.0).all()
        assert path[5:] == pytest.approx([path[4]] * 3)


def test_a_recruited_anchor_has_partners_and_a_project_of_its_own():
    keen = worlds.without(
        worlds.plain(worlds.toy_park(anchors=()), 4), {"anchors.candidate_rate": 40.0, "anchors.acceptance_logit": 9.0}
    )
    states = worlds.states(keen, 2)
    last = states[-1]
    assert len(last.anchors.key) > 40
    assert (last.anchors.segment == worlds.SEGMENTS.index(worlds.ASSEMBLY)).all()
    assert (last.anchors.partners > 0).all()
    led = last.projects.leads[last.projects.leads >= 0]
    assert len(led) <= len(last.anchors.key)
    rows = last.anchor_rows(last.projects.cell[last.projects.leads >= 0] // last.base.n_segments, led)
    assert (last.anchors.key[rows] == last.projects.key[last.projects.leads >= 0]).all()
    assert (last.anchors.signs >= worlds.FIRST).all() and (np.diff(last.anchors.world) >= 0).all()
