"""Anchors: they sign, open and close when the scenario says, and projects leave the funnel by one door each."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.codes import Channel, Fate, Stage
from wutong.model.rules.anchors import (
    CANCELLED_AFTER,
    FIRST_OUTPUT,
    AnchorParameters,
    acceptance_prob,
    advance,
    next_stage,
    progress_speed,
)
from wutong.model.tables import NONE, in_use
from wutong.model.units import NEVER

SURE = {"newcomers.overrun": 0.0, **worlds.NO_PARTNERS}


def through(lag: float, luck: float, opens: float, starts: float, quarters: int = 30) -> list[tuple[int, int]]:
    """Fate and quarter of start of one project, quarter by quarter after its signing in quarter 100."""
    project = SimpleNamespace(signed=100, progress=0.0, started=NEVER, lag=lag, luck=luck, opening_share=opens, fate=Fate.PENDING)
    p = worlds.parameters(AnchorParameters, start_share=starts, start_point=0.3)
    seen = []
    for quarter in range(100, 100 + quarters):
        advance(quarter, project, p, 1.0, 1.0)
        seen.append((project.fate, project.started))
        if project.fate != Fate.PENDING:
            break
    return seen


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
    p = worlds.parameters(AnchorParameters)
    chance = [acceptance_prob(support, p) for support in (0.0, 0.1, 0.25)]
    assert chance[0] == pytest.approx(0.0998, abs=1e-3)
    assert np.all(np.diff(chance) > 0.0)


def test_speed_saves_the_years_it_says():
    assert [progress_speed(saved, 0.0) for saved in (0.0, 0.2, 9.0)] == pytest.approx([1.0, 1.0 / 0.8, 4.0])


def test_stages_only_move_on_and_end_with_the_firm():
    before = (Stage.PLANNED, Stage.SIGNED, Stage.STARTED, Stage.OPERATING, Stage.OPERATING, Stage.CLOSED)
    moved = (Stage.SIGNED, Stage.STARTED, Stage.SIGNED, Stage.SIGNED, Stage.SIGNED, Stage.OPERATING)
    running = (False, False, False, True, False, True)
    anchors = [SimpleNamespace(stage=stage, firm=7 if runs else NONE) for stage, runs in zip(before, running, strict=True)]
    after = [next_stage(anchor, stage, False) for anchor, stage in zip(anchors, moved, strict=True)]
    assert after == [Stage.SIGNED, Stage.STARTED, Stage.STARTED, Stage.OPERATING, Stage.CLOSED, Stage.CLOSED]
    assert {next_stage(anchor, stage, True) for anchor, stage in zip(anchors, moved, strict=True)} == {Stage.CLOSED}


# ── In the park ──────────────────────────────────────────────────────────────────────────────────────────────────────
def life_of(anchor, quarters: int):
    """Stage and employees of one named anchor, quarter by quarter, in a world where plans come true to the day."""
    plan = worlds.without(worlds.plain(worlds.toy_park(anchors=(anchor,)), quarters), SURE, worlds.NO_EXIT, worlds.NO_SHOCKS)
    parks = worlds.by_quarter(worlds.started(plan, 1)[0], quarters)
    heads = [park.firms.row[f].employees if (f := park.anchors.row[0].firm) >= 0 else 0.0 for park in parks]
    return [Stage(int(park.anchors.row[0].stage)) for park in parks], heads, parks


@pytest.mark.parametrize("quarters", [1, 2, 3, 4, 5, 6, 8, 10, 12])
def test_a_declared_opening_is_kept_to_the_quarter(quarters):
    signs = worlds.START + 2
    anchor = dataclasses.replace(worlds.new_anchor(signs), opens=signs + quarters)
    stages, heads, parks = life_of(anchor, 2 + quarters + 1)
    assert stages[:2] == [Stage.PLANNED] * 2
    assert set(stages[2 : 2 + quarters]) <= {Stage.SIGNED, Stage.STARTED}
    assert stages[2 + quarters] == Stage.OPERATING and heads[2 + quarters] > 0.0 and heads[1 + quarters] == 0.0
    born = parks[-1].firms.row[parks[-1].anchors.row[0].firm].born
    assert born == signs + quarters


def test_a_new_plant_opens_at_a_tenth_and_reaches_its_declared_size():
    anchor = dataclasses.replace(worlds.new_anchor(worlds.START + 1), opens=worlds.START + 3)
    flat = worlds.with_segments(
        worlds.toy_park(anchors=(anchor,)), growth=worlds.fixed(0.0), productivity_growth=worlds.fixed(0.0)
    )
    plan = worlds.without(worlds.plain(flat, 32), SURE, worlds.NO_EXIT, worlds.NO_SHOCKS, worlds.NO_AGE_EFFECT)
    parks = worlds.by_quarter(worlds.started(plan, 1)[0], 32)
    own = [park.firms.row[park.anchors.row[0].firm] for park in parks if park.anchors.row[0].firm >= 0]
    revenue, heads = [firm.revenue for firm in own], [firm.employees for firm in own]
    assert revenue[0] == pytest.approx(30.0 * FIRST_OUTPUT)
    assert revenue[12] == pytest.approx(30.0 * 0.9, rel=0.2)
    assert revenue[-1] == pytest.approx(30.0, rel=0.05)
    assert heads[-1] == pytest.approx(1200.0, rel=0.05)


def test_closing_ends_the_firm_and_unties_its_suppliers_at_once():
    closes = worlds.START + 4
    park = worlds.toy_park(anchors=(dataclasses.replace(worlds.old_anchor(), closes=closes),))
    untied = 0
    for world in worlds.started(worlds.plain(park, 9), 4):
        parks = worlds.by_quarter(world, 9)
        for n, tables in enumerate(parks):
            gone = worlds.START + n >= closes
            assert ((in_use(tables.anchors).stage == Stage.CLOSED) == gone).all()
            assert ((in_use(tables.anchors).firm < 0) == gone).all()
        before, at = in_use(parks[3].firms), in_use(parks[4].firms)
        suppliers = before.key[np.isin(before.customer, in_use(parks[3].anchors).firm)]
        rows = np.isin(at.key, suppliers)
        untied += rows.sum()
        assert (at.customer[rows] == NONE).all() and (at.customer_lost[rows] == closes).all()
        others = ~rows & (at.channel == Channel.INITIAL)
        assert (at.customer_lost[others] != closes).all() or (before.customer >= 0).sum() > rows.sum()
    assert untied


def test_lost_customers_double_the_hazard_for_four_quarters():
    """What the factor costs in life grows for four quarters after the customer closed, then no more."""
    park = worlds.toy_park(anchors=(dataclasses.replace(worlds.old_anchor(), closes=worlds.START + 2),))
    kept = worlds.without(worlds.plain(park, 9), {"exit.size_exponent": 0.0})
    doubled, single = (
        [worlds.by_quarter(world, 9) for world in worlds.started(worlds.without(kept, {"exit.lost_customer_factor": factor}), 4)]
        for factor in (2.0, 1.0)
    )
    stayed = 0
    for two_by_quarter, one_by_quarter in zip(doubled, single, strict=True):
        cost: list[dict[int, float]] = []
        for two, one in zip(map(firms_of, two_by_quarter), map(firms_of, one_by_quarter), strict=True):
            keys, a, b = np.intersect1d(two.key, one.key, return_indices=True)
            lost = one.life[b] - two.life[a]
            cost.append(dict(zip(keys.tolist(), lost.tolist(), strict=True)))
            assert np.allclose(lost[one.customer_lost[b] == 0], 0.0, atol=1e-12)
        assert all(abs(lost) < 1e-12 for quarter in cost[:3] for lost in quarter.values())
        untied = set(one.key[one.customer_lost == worlds.START + 2].tolist())
        for key in untied & cost[-1].keys():
            path = [quarter[key] for quarter in cost[2:]]
            assert (np.diff(path[:5]) > 0.0).all()
            assert path[5:] == pytest.approx([path[4]] * 3)
            stayed += 1
    assert stayed > 5


def firms_of(park):
    return in_use(park.firms)


def test_a_recruited_anchor_has_partners_and_a_project_of_its_own():
    keen = worlds.without(
        worlds.plain(worlds.toy_park(anchors=()), 4), {"anchors.candidate_rate": 40.0, "anchors.acceptance_logit": 9.0}
    )
    recruited = 0
    for world in worlds.started(keen, 2):
        world.advance(worlds.START + 4)
        anchors, projects = in_use(world.park.anchors), in_use(world.park.projects)
        recruited += len(anchors)
        assert (anchors.segment == worlds.SEGMENTS.index(worlds.ASSEMBLY)).all()
        assert (anchors.partners > 0).all()
        led = projects[projects.leads >= 0]
        assert len(led) <= len(anchors)
        assert (anchors.key[led.leads] == led.key).all()
        assert (anchors.signs >= worlds.FIRST).all() and (np.diff(anchors.signs) >= 0).all()
    assert recruited > 40
