"""The pattern at the heart: an anchor brings its upstream and downstream, after it signs and not a quarter before.

The same worlds run with one planned anchor and without it; whatever differs is what the anchor brought.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import worlds
from tests.worlds import ASSEMBLY, BIO, FLEET, METAL, PARTS, SIGNS, START, TIED, UNLINKED, of_segments
from wutong.experiments.reading import read_scenario
from wutong.model.codes import Channel
from wutong.model.facts import Floats, fixed
from wutong.model.history import Axis, History
from wutong.model.scenario import Anchor, Park, Scenario
from wutong.model.tables import RECORDS, in_use
from wutong.model.units import NEVER
from wutong.model.world import World

QUARTERS, WORLDS = 20, 16
SIGNED = SIGNS - START  # row of the quarter of signing
OPENED = SIGNED + 6
ARRIVED = ("entrants_followed", "entrants_attracted", "entrants_firm_spin_off", "entrants_lab_spin_off")


def twin(scenario: Scenario, key: str = "new_maker") -> Scenario:
    """The scenario in which the anchor never signs."""
    park = scenario.park
    anchors = tuple(dataclasses.replace(a, signed=NEVER, opens=None) if a.key == key else a for a in park.anchors)
    return dataclasses.replace(scenario, park=dataclasses.replace(park, anchors=anchors))


def alone(anchor: Anchor) -> Park:
    """The toy park with one planned anchor and floor for everybody."""
    return worlds.toy_park(anchors=(anchor,), occupancy=0.01)


def pair(scenario: Scenario, n: int = WORLDS) -> tuple[History, History]:
    return worlds.run(scenario, n), worlds.run(twin(scenario), n)


def brought(histories: tuple[History, History], measure: str, segments: tuple[str, ...]) -> Floats:
    """What differs, of shape (n_quarters + 1, n_worlds, n_segments)."""
    a, b = (of_segments(history, measure, segments) for history in histories)
    return a - b


@pytest.fixture(scope="module")
def toy() -> tuple[History, History]:
    plan = worlds.without(worlds.plain(alone(worlds.new_anchor()), QUARTERS), {"newcomers.overrun": 0.0})
    return pair(plan)


def test_nothing_differs_before_the_anchor_signs(toy):
    for name, value in toy[0].values.items():
        assert (value[:SIGNED] == toy[1].values[name][:SIGNED]).all(), name


def test_it_signs_in_its_quarter_and_opens_when_declared(toy):
    signed = brought(toy, "anchors", (ASSEMBLY,))[:, :, 0]
    assert (signed[:SIGNED] == 0.0).all() and (signed[SIGNED] == 1.0).all()
    opened = brought(toy, "operating_anchors", (ASSEMBLY,))[:, :, 0]
    assert (opened[:OPENED] == 0.0).all()
    assert (opened[OPENED + 1] == 1.0).all()


@pytest.mark.parametrize(("segment", "measure"), [(PARTS, "signed_projects"), (FLEET, "entrants_followed")])
def test_tied_firms_come_upstream_and_downstream_once_it_signed(toy, segment, measure):
    more = brought(toy, measure, (segment,))[:, :, 0]
    assert (more[:SIGNED] == 0.0).all()
    assert more[SIGNED : SIGNED + 8].sum() > WORLDS, "more than one firm a world within two years"
    assert more[SIGNED:].sum(axis=0).min() > 0.0, "in every world"


def test_the_same_partners_come_earlier_and_none_later(toy):
    """A stronger pull only brings partners forward: in no world and quarter have fewer landed or settled next door."""
    for measure in ("entrants_followed", "landed_next_door"):
        sooner = np.cumsum(brought(toy, measure, (FLEET,)), axis=0)
        assert (sooner >= 0.0).all()
    next_door = np.cumsum(brought(toy, "landed_next_door", (PARTS,)), axis=0)
    assert (next_door >= 0.0).all() and next_door[-1].sum() > 0.0


def test_firms_jobs_and_orders_follow(toy):
    """Both ends of the chain grow; parts firms open a lag after they signed."""
    for segment in TIED:
        assert brought(toy, "firms", (segment,))[-1].mean() > 1.0
        assert brought(toy, "employees", (segment,))[-1].mean() > 10.0
    assert brought(toy, "local_orders", (PARTS,))[-1].mean() > 0.0
    opened = np.argmax(brought(toy, "firms", (PARTS,)).sum(axis=1) > 0.0)
    assert opened > SIGNED
    assert brought(toy, "firms", (FLEET,)).sum(axis=1)[SIGNED + 1 :].min() >= 0.0


def test_what_is_neither_tied_nor_linked_does_not_move(toy):
    """Floor and people are ample, knowledge and spin-offs are off: exactly nothing, in any measure of these segments."""
    for name, fact in toy[0].facts.items():
        if fact.axis is Axis.SEGMENT and name in toy[0].values:
            assert (brought(toy, name, UNLINKED) == 0.0).all(), name


def test_brought_firms_are_counted_where_the_pairs_differ(toy):
    """The share that would have come anyway is brought by nobody: lineage counts at most what signing brought in all."""
    assert (brought(toy, "brought_firms", UNLINKED) == 0.0).all()
    assert (toy[1].values["brought_firms"] == 0.0).all(), "without the anchor nobody is brought"
    counted = of_segments(toy[0], "brought_firms", (FLEET,))[-1].sum()
    paired = brought(toy, "firms", (FLEET,))[-1].sum()
    assert counted == pytest.approx(paired, rel=0.35)


def test_a_stronger_anchor_brings_more():
    def arrivals(pull: float) -> float:
        plan = worlds.without(worlds.plain(alone(worlds.new_anchor()), 14), {"attraction.signed_pull": pull})
        return float(brought(pair(plan, 8), "entrants_followed", (FLEET,)).sum())

    assert arrivals(1.0) > arrivals(0.3) > 0.0


# ── What an anchor does not bring ────────────────────────────────────────────────────────────────────────────────────
def test_an_anchor_without_partners_brings_its_orders_alone():
    """No follower anywhere; with feedback off no entrant either: what moves is its own firm and its trade partners' sales."""
    lonely = alone(worlds.new_anchor(partner_kind=None))
    histories = pair(worlds.without(worlds.plain(lonely, QUARTERS), worlds.NO_FEEDBACK, {"newcomers.overrun": 0.0}), 6)
    everywhere = worlds.SEGMENTS
    for measure in (*ARRIVED, "landed_next_door", "brought_firms"):
        assert (brought(histories, measure, everywhere) == 0.0).all(), measure
    signed = brought(histories, "signed_projects", everywhere)
    assert signed[SIGNED, :, 0].tolist() == [1.0] * 6 and signed.sum() == 6.0
    assert brought(histories, "local_demand", (PARTS,))[-1].min() > 0.0
    assert brought(histories, "local_orders", (PARTS,))[-1].sum() > 0.0
    assert (brought(histories, "revenue", UNLINKED) == 0.0).all()


def test_an_anchor_without_partners_attracts_by_its_demand_and_its_branches():
    lonely = alone(worlds.new_anchor(partner_kind=None))
    calling = worlds.without(worlds.plain(lonely, QUARTERS), {"attraction.demand_weight": 0.3, "newcomers.overrun": 0.0})
    histories = pair(calling, 12)
    assert (brought(histories, "entrants_followed", worlds.SEGMENTS) == 0.0).all()
    more = brought(histories, "signed_projects", (PARTS,))
    assert (more[: OPENED + 1] == 0.0).all() and (more >= 0.0).all() and more.sum() > 0.0, "demand comes with its output"


def test_spin_offs_carry_the_anchors_name():
    fertile = worlds.without(
        worlds.toy_scenario(alone(worlds.new_anchor()), QUARTERS), worlds.NO_RECRUITS, {"spin_off.firm_rate": 0.02}
    )
    begun = worlds.started(worlds.at_defaults(fertile), 8)
    for world in begun:
        world.advance(START + QUARTERS)
    firms = np.concatenate([in_use(world.park.firms) for world in begun]).view(np.recarray)
    followed = (firms.channel == Channel.FOLLOWED) & (firms.anchor == 0)
    children = (firms.channel == Channel.FIRM_SPIN_OFF) & (firms.anchor == 0)
    assert (firms.generation[followed] == 1).all() and followed.any()
    assert (firms.generation[children] >= 1).all() and children.any()
    assert (firms.generation[(firms.anchor < 0) & (firms.lab < 0)] == 0).all()


def test_no_pull_after_closing():
    """An anchor that leaves: its partners stop coming at once, apart from those that come anyway."""
    closing = dataclasses.replace(worlds.new_anchor(), closes=SIGNS + 4)
    plan = worlds.without(worlds.plain(alone(closing), QUARTERS), worlds.NO_PARTNERS, {"newcomers.overrun": 0.0})
    history = worlds.run(plan, WORLDS)
    signed = history.values["landed_next_door"] + history.values["entrants_followed"]
    fleet = signed[:, :, worlds.SEGMENTS.index(FLEET)].sum(axis=1)
    assert fleet[SIGNED : SIGNED + 4].sum() > 0.0
    assert (fleet[:SIGNED] == 0.0).all() and (fleet[SIGNED + 4 :] == 0.0).all()


# ── Others are left alone ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("place", [METAL, BIO])
def test_an_inert_firm_changes_no_other(place):
    """A firm with no staff and no sales, that lives for ever, in a segment that supplies nobody."""
    world = worlds.started(worlds.plain(quarters=8), 1)[0]
    more = with_inert_firm(world, worlds.SEGMENTS.index(place))
    for one in (world, more):
        one.advance(START + 8)
    firms, others = in_use(world.park.firms), in_use(more.park.firms)
    assert len(others) == len(firms) + 1
    _, mine, theirs = np.intersect1d(firms.key, others.key, return_indices=True)
    assert len(mine) == len(firms)
    for name in ("born", "channel", "anchor", "generation"):
        assert (firms[name][mine] == others[name][theirs]).all(), name
    for name in ("employees", "revenue", "orders", "outside_demand", "life"):
        assert others[name][theirs] == pytest.approx(firms[name][mine], rel=1e-12), name
    assert more.park.zones.occupied == pytest.approx(world.park.zones.occupied)


def with_inert_firm(world: World, segment: int) -> World:
    """A world of its own with one more firm, the first row."""
    more, values = worlds.branched(world), dict.fromkeys(RECORDS["firms"].names, 0)
    values |= {"key": 99, "segment": segment, "zone": int(np.flatnonzero(world.given.houses[segment])[0]), "born": START - 1}
    values |= dict.fromkeys(("leads", "anchor", "lab", "customer"), -1) | dict.fromkeys(("quality", "ramp", "momentum"), 1.0)
    values |= {"life": 1e9, "spin_off_left": 1e9}
    firms = more.park.firms
    firms.row[1 : firms.n[0] + 1] = firms.row[: firms.n[0]].copy()
    firms.row[0] = tuple(values.values())
    firms.n[0] += 1
    for column in (in_use(firms).customer, in_use(more.park.anchors).firm):
        column[column >= 0] += 1
    return more


# ── The shipped park ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_recruited_laptop_maker_in_the_shipped_park():
    """A scheduled anchor there: zero before it signs, more arrivals in its tied segments after."""
    scenario = dataclasses.replace(read_scenario("baseline"), end=START + 14)
    anchor = dataclasses.replace(
        worlds.new_anchor(START + 4), segment="laptops.assembly", partner_kind="laptop_maker", opening_share=fixed(1.0)
    )
    park = dataclasses.replace(scenario.park, anchors=(*scenario.park.anchors, anchor))
    histories = pair(dataclasses.replace(scenario, park=park), 6)
    a, b = histories
    for name, value in a.values.items():
        assert (value[:4] == b.values[name][:4]).all(), name
    kind = next(k for k in park.partner_kinds if k.key == "laptop_maker")
    names = a.axes[Axis.SEGMENT]
    tied = [names.index(key) for key, share in kind.shares.items() if share > 0.0]
    signed = sum(a.values[name] - b.values[name] for name in ("landed_next_door", "entrants_followed", "signed_projects"))
    assert signed[4:][:, :, tied].sum() > 6 * 10, "some ten partners a world decide within ten quarters"
