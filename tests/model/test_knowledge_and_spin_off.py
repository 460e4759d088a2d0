"""Labs and spin-offs: four stages of about seven and a half years, passes that multiply, parents that count by size."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import worlds
from wutong.model.codes import Channel
from wutong.model.compiled import compiled, engine
from wutong.model.draws import Draws, Purpose
from wutong.model.research_measures import FINISHED, UNDER_WAY
from wutong.model.rules.knowledge import (
    N_STAGES,
    Knowledge,
    advance_research,
    next_maturity,
    pass_share,
    stage_end,
    stage_key,
    stage_years,
)
from wutong.model.rules.spin_off import SpinOff, lab_rate, spin_off, yearly_rate
from wutong.model.tables import NONE, in_use

KEYS = worlds.keys(20_000, 11)


@compiled
def ends(keys, years, out):
    """Quarter in which each stage of each project ends that begins in quarter 100."""
    for i in range(len(keys)):
        for stage in range(N_STAGES):
            out[i, stage] = stage_end(keys[i], stage, years[stage], 100)


def test_from_idea_to_scale_takes_seven_and_a_half_years():
    years = np.array(stage_years(worlds.parameters(Knowledge), 1.0))
    assert years.sum() == pytest.approx(7.5)
    found = np.zeros((len(KEYS), N_STAGES), np.int64)
    engine(ends)(KEYS, years, found)
    assert found.min() >= 101, "a stage lasts a quarter at least"
    total = ((found - 100) / 4.0).sum(axis=1)
    assert total.mean() == pytest.approx(7.5, abs=0.15)
    assert total.std() == pytest.approx(np.sqrt((years**2).sum() / 2.0), rel=0.05)


def test_stages_of_a_project_draw_apart():
    with np.errstate(over="ignore"):
        addresses = [np.array([stage_key(key, stage) for key in KEYS], np.uint64) for stage in (0, 1)]
    first, second = (Draws(0).uniform(at, Purpose.STAGE_PASS) for at in addresses)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_passes_multiply_and_support_never_lifts_one_above_certainty():
    p = worlds.parameters(Knowledge)
    assert np.prod(pass_share(p, 1.0)) == pytest.approx(0.3 * 0.4 * 0.5 * 0.5)
    assert pass_share(p, 1.1) == (0.3, 0.4, 0.5 * 1.1, 0.5)
    assert pass_share(p, 5.0) == (0.3, 0.4, 1.0, 0.5)
    assert stage_years(p, 0.9) == pytest.approx((3.0, 2.0, 0.9, 1.5))


def test_knowledge_decays_and_maturity_settles_at_one():
    world = worlds.begun(worlds.plain(worlds.toy_park(anchors=())))
    world.park.research.n[0], world.park.cells.knowledge[:] = 0, 10.0
    p = worlds.parameters(Knowledge, decay=0.1, project_cost=1e9)
    for _ in range(4):
        levers, record = worlds.levers_in(world, worlds.FIRST), worlds.record_in(world, worlds.FIRST)
        worlds.call(advance_research, worlds.FIRST, world.given, p, levers, world.park, record)
    assert world.park.cells.knowledge == pytest.approx(np.full(5, 10.0 * np.exp(-0.1)))
    maturity = [0.0, 3.0, 0.0]
    for _ in range(80):
        maturity = [next_maturity(m, passed, 4 * passed) for m, passed in zip(maturity, (2.0, 2.0, 0.0), strict=True)]
    assert maturity == pytest.approx([1.0, 1.0, 0.0], abs=1e-3)


def test_a_lab_adds_to_its_field_what_its_stages_let_through():
    """Fifteen years of one lab in many worlds: yearly results near starts a year times the four pass rates."""
    lab = worlds.without(worlds.plain(worlds.toy_park(anchors=()), 1), {"knowledge.decay": 1e-9})
    young, old = (worlds.started(scenario, 60) for scenario in (lab, dataclasses.replace(lab, park=_opened(lab.park, 20))))
    field = worlds.SEGMENTS.index(worlds.BIO)
    knowledge, later = (np.array([world.park.cells.knowledge for world in begun]) for begun in (young, old))
    assert (np.delete(knowledge, field, axis=1) == 0.0).all()
    starts = 6.0 / 0.05
    assert later[:, field].mean() - knowledge[:, field].mean() > 0.0
    assert np.mean([world.park.labs.row[0].maturity for world in old]) == pytest.approx(1.0, abs=0.15)
    assert later[:, field].mean() <= starts * 12 * 0.03


def _opened(park, years):
    lab = dataclasses.replace(park.labs[0], opened=worlds.START - 4 * years)
    return dataclasses.replace(park, labs=(lab,))


# ── Spin-off ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@settings(max_examples=40)
@given(st.floats(0.0, 1e5), st.floats(0.1, 3.0), st.floats(0.6, 1.0))
def test_the_rate_grows_with_size_up_to_five_hundred(employees, quality, exponent):
    p = worlds.parameters(SpinOff, firm_rate=0.006, size_exponent=exponent)

    def one(heads: float) -> float:
        return yearly_rate(SimpleNamespace(employees=heads, quality=quality), p)

    assert 0.0 <= one(employees) <= one(employees + 1.0) <= one(500.0)
    assert one(1.0) == pytest.approx(0.006 * quality)
    assert 2.0 * one(100.0) >= one(200.0), "small parents spawn more a head"


def test_state_labs_spin_off_less_and_immature_ones_nothing():
    p = worlds.parameters(SpinOff, lab_stay_share=1.0)
    mature, young = (SimpleNamespace(maturity=maturity) for maturity in (1.0, 0.0))
    rates = [lab_rate(lab, 7.0, university, p) for lab, university in ((mature, True), (mature, False), (young, True))]
    assert rates == pytest.approx([1.2, 0.6, 0.0])
    fewer = worlds.parameters(SpinOff, lab_stay_share=0.75)
    assert lab_rate(mature, 7.0, True, fewer) == pytest.approx(0.75 * 1.2)


def children(world, **changes):
    """Firms that are all due to spin off, and those that left them in the first quarter; labs stand still."""
    world.park = world.park._replace(arrivals=worlds.table_of("arrivals", 500))
    world.park.arrivals.n[0] = world.park.labs.n[0] = 0
    firms = in_use(world.park.firms)
    firms.spin_off_left = 1e-12
    levers, p = worlds.levers_in(world, worlds.FIRST), worlds.parameters(SpinOff, **changes)
    worlds.call(spin_off, worlds.FIRST, world.given, p, levers, world.park)
    return firms, in_use(world.park.arrivals)


def test_children_work_where_their_parents_branch_and_carry_the_anchor_on():
    world = worlds.begun(worlds.toy_scenario())
    firms = in_use(world.park.firms)
    led = firms.leads >= 0
    firms.anchor[:] = np.where((np.arange(len(firms)) % 3 == 0) & ~led, 1, NONE)
    firms.generation[:] = firms.anchor >= 0
    firms, born = children(world, stay_share=1.0)
    assert len(born) == len(firms) and len(np.unique(born.key)) == len(born)
    parents = firms[born.parent]
    assert (born.segment == world.given.segment.spin_off_segment[parents.segment]).all()
    of_anchor = parents.leads >= 0
    assert (born.anchor[of_anchor] == 0).all() and (born.generation[of_anchor] == 1).all() and of_anchor.any()
    assert (born.anchor[~of_anchor] == parents.anchor[~of_anchor]).all()
    assert (born.generation[~of_anchor] == np.where(born.anchor >= 0, 2, 0)[~of_anchor]).all()
    assert (born.channel == Channel.FIRM_SPIN_OFF).all() and (born.lab == NONE).all()


def test_children_carry_the_lab_on():
    world = worlds.begun(worlds.toy_scenario())
    firms = in_use(world.park.firms)
    firms.lab[5], firms.generation[5] = 0, 1
    firms, born = children(world, stay_share=1.0)
    back = born.lab == 0
    assert born.parent[back].tolist() == [5] and born.generation[back].tolist() == [2]


def test_the_share_that_stays_stays_and_quality_is_inherited():
    n = stayed = 0
    for world in worlds.started(worlds.toy_scenario(), 12, plain=True):
        firms, born = children(world, stay_share=0.85, heredity=0.5)
        assert born.inherited == pytest.approx(np.sqrt(firms.quality[born.parent]))
        n, stayed = n + len(firms), stayed + len(born)
    assert abs(stayed / n - 0.85) < 4.0 * np.sqrt(0.85 * 0.15 / n)


def test_founders_leave_their_parent():
    alone = worlds.without(worlds.plain(worlds.toy_park(anchors=()), 1), worlds.NO_EXIT, worlds.NO_RECRUITS)
    alone = worlds.without(alone, {"spin_off.firm_rate": 1e6, "spin_off.stay_share": 1.0})
    frozen = worlds.without(alone, {"growth.adjustment": 1e-12})
    with_children, without = (worlds.started(s, 1)[0] for s in (frozen, worlds.without(frozen, {"spin_off.stay_share": 0.0})))
    now, before = ({firm.key: firm.employees for firm in grown_up(world)} for world in (with_children, without))
    opened = worlds.record_in(with_children, worlds.FIRST).segment.entrants_firm_spin_off
    assert opened.sum() == len(before) and now.keys() == before.keys()
    for key, heads in before.items():
        assert now[key] == pytest.approx(heads - min(3.0, 0.5 * heads))


def grown_up(world):
    """Firms of the start, a quarter later."""
    world.advance(worlds.FIRST)
    return [firm for firm in in_use(world.park.firms) if firm.channel == Channel.INITIAL]


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
