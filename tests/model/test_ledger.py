"""The ledger of one world: every firm once, links that hold, sums that are the measures, and no bit of the world moved."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from tests import worlds
from wutong.model.codes import Channel, Stage
from wutong.model.ledger import Ledger, ledger_of
from wutong.model.scenario import Case, LeverSetting
from wutong.model.simulate import simulate
from wutong.model.tables import NONE
from wutong.model.units import NEVER

SEEDED = worlds.policy(LeverSetting("seed_fund", 0.5, worlds.FIRST), LeverSetting("anchor_recruitment", 1.0, worlds.FIRST))
NO_ANCHOR_PARK = worlds.toy_park(anchors=())


@functools.cache
def kept(kind: str = "toy"):
    park = NO_ANCHOR_PARK if kind == "no anchor" else worlds.toy_park(occupancy=0.9 if kind == "full" else 0.05)
    scenario = worlds.toy_scenario(park, quarters=24)
    ledger, history = ledger_of(Case(scenario, SEEDED if kind == "levers" else worlds.NO_POLICY, 3))
    return history, ledger


KINDS = ("toy", "levers", "full", "no anchor")


@pytest.mark.parametrize("kind", KINDS)
def test_its_sums_are_the_measures(kind):
    history, ledger = kept(kind)
    park = ledger.case.scenario.park
    for row in range(history.n_quarters + 1):
        here = ledger.operating(ledger.start + row)
        counts = np.bincount(ledger.segment[here], minlength=len(park.segments))
        assert counts.tolist() == history.values["firms"][row, 0].tolist()
        assert ((ledger.staff[row] > 0.0) == here).all()
    assert ledger.staff.sum(axis=1) == pytest.approx(history.total("employees")[:, 0])
    assert ledger.revenue.sum(axis=1) == pytest.approx(history.total("revenue")[:, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_births_and_ends_are_the_flows(kind):
    history, ledger = kept(kind)
    quarters = np.arange(ledger.start, ledger.end + 1)
    for channel in Channel:
        if channel is not Channel.INITIAL:
            born = (ledger.born[ledger.channel == channel][:, None] == quarters).sum(axis=0)
            assert born.tolist() == history.total(f"entrants_{channel.name.lower()}")[:, 0].tolist()
    assert (ledger.ended[:, None] == quarters).sum(axis=0).tolist() == history.total("exits")[:, 0].tolist()
    initial = ledger.channel == Channel.INITIAL
    assert initial.sum() == history.total("firms")[0, 0]
    assert (ledger.born[initial] <= ledger.start).all() and (ledger.born[~initial] > ledger.start).all()


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_brought_a_firm_was_there_before_it(kind):
    ledger = kept(kind)[1]
    assert len(set(ledger.key.tolist())) == ledger.n_firms
    assert (np.diff(ledger.born[ledger.channel != Channel.INITIAL]) >= 0).all()
    children = np.flatnonzero(ledger.parent != NONE)
    parents = ledger.parent[children]
    assert (parents < children).all() and (ledger.born[parents] < ledger.born[children]).all()
    assert (ledger.ended[parents] >= ledger.born[children]).all()
    assert (ledger.channel[children] == Channel.FIRM_SPIN_OFF).all()
    own = np.where(ledger.leads[parents] != NONE, ledger.leads[parents], ledger.anchor[parents])
    assert (ledger.anchor[children] == own).all()
    for row in np.flatnonzero(ledger.anchor != NONE):
        assert ledger.anchors[ledger.anchor[row]].signed <= ledger.born[row]


def test_spin_offs_know_their_parents_unless_a_lever_founded_them():
    for kind in ("toy", "levers"):
        ledger = kept(kind)[1]
        spun_off = ledger.channel == Channel.FIRM_SPIN_OFF
        assert (ledger.parent[spun_off] != NONE).any()
        assert (ledger.parent[spun_off] != NONE).all() == (kind == "toy")


def test_anchors_are_named_and_lead_their_firm():
    ledger = kept("levers")[1]
    park = ledger.case.scenario.park
    assert [park.anchors[line.name].key for line in ledger.anchors[:2]] == ["old_maker", "new_maker"]
    for slot, line in enumerate(ledger.anchors):
        assert line.firm == NONE or ledger.leads[line.firm] == slot
        assert (line.closed < NEVER) == (line.stage is Stage.CLOSED)
        assert line.firm == NONE or line.closed == ledger.ended[line.firm]
        assert (line.stage is Stage.OPERATING) == (line.firm != NONE and ledger.ended[line.firm] == NEVER)
    old, new = (line.firm for line in ledger.anchors[:2])
    assert ledger.born[old] == worlds.START - 32 and ledger.channel[new] == Channel.SCHEDULED
    recruited = [line for line in ledger.anchors if line.name == NONE]
    assert sum(line.firm != NONE for line in recruited) == (ledger.channel == Channel.RECRUITED).sum()


def test_a_park_without_anchors_has_a_ledger():
    ledger = kept("no anchor")[1]
    assert ledger.n_firms > 0 and {line.name for line in ledger.anchors} <= {NONE}


def test_the_world_is_the_same_with_and_without_it_and_in_company():
    history, ledger = kept("levers")
    case = ledger.case
    alone = simulate([case])
    others = [dataclasses.replace(case, replication=n) for n in (1, 2)]
    company = simulate([others[0], case, others[1]])
    for name, values in history.values.items():
        assert np.array_equal(values, alone.values[name]), name
        assert np.array_equal(values[:, 0], company.values[name][:, 1]), name


def test_it_is_read_only():
    for field in dataclasses.fields(Ledger):
        value = getattr(kept()[1], field.name)
        assert not isinstance(value, np.ndarray) or not value.flags.writeable
