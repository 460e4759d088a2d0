"""Mesa's face: agents are handles on the columns, and Mesa's own tools work on them."""

from __future__ import annotations

import dataclasses
import gc

import numpy as np
import pytest
from mesa import DataCollector

from tests import worlds
from wutong.model.codes import Stage
from wutong.model.park import AGENT_TYPES, AnchorFirm, IndustrialPark, ResearchLab, Supplier
from wutong.model.scenario import Case, LeverSetting


@pytest.fixture
def park() -> IndustrialPark:
    return IndustrialPark(Case(worlds.toy_scenario(quarters=4), worlds.NO_POLICY, 0))


def test_every_row_is_one_agent(park):
    for _ in range(3):
        park.step()
        by_type = park.agents_by_type
        running = int((park.rows("anchors").firm >= 0).sum())
        assert len(by_type[Supplier]) == len(park.rows("firms")) - running
        assert len(by_type[AnchorFirm]) == len(park.rows("anchors"))
        assert len(by_type[ResearchLab]) == len(park.rows("labs"))
        assert len(park.agents) == sum(map(len, by_type.values()))
        assert len({agent.unique_id for agent in by_type[Supplier]}) == len(by_type[Supplier])
    assert set(park.agent_types) == set(AGENT_TYPES)


def test_agents_read_the_columns(park):
    park.step()
    firms_now = park.rows("firms")
    suppliers, anchors = park.agents_by_type[Supplier], park.agents_by_type[AnchorFirm]
    heads = sum(suppliers.get("employees")) + sum(anchors.get("employees"))
    revenue = sum(suppliers.get("revenue")) + sum(anchors.get("revenue"))
    assert heads == pytest.approx(firms_now.employees.sum()) == pytest.approx(park.measure("employees"))
    assert revenue == pytest.approx(firms_now.revenue.sum())
    assert {a.segment for a in suppliers} <= set(worlds.SEGMENTS)
    for s, key in enumerate(worlds.SEGMENTS):
        firms = sum(a.segment == key for a in suppliers) + sum(a.segment == key and a.employees > 0 for a in anchors)
        assert firms == (firms_now.segment == s).sum() == park.measure("firms", [key])


def test_named_anchors_and_labs_keep_their_names(park):
    stages = {a.name: a.stage for a in park.agents_by_type[AnchorFirm]}
    assert stages == {"old_maker": Stage.OPERATING, "new_maker": Stage.PLANNED}
    (lab,) = park.agents_by_type[ResearchLab]
    assert (lab.name, lab.segment, lab.is_open) == ("institute", worlds.BIO, True)
    assert sum(lab.projects) == len(park.rows("research"))


def test_mesas_tools_select_shuffle_and_collect(park):
    collector = DataCollector(
        model_reporters={"firms": lambda m: m.measure("firms")},
        agent_reporters={"segment": "segment"},
        agenttype_reporters={AnchorFirm: {"stage": "stage"}, Supplier: {"employees": "employees"}},
    )
    collector.collect(park)
    while park.running:
        park.step()
        collector.collect(park)
    firms = collector.get_model_vars_dataframe()["firms"]
    assert list(firms) == list(park.history().total("firms")[:, 0])
    assert len(collector.get_agenttype_vars_dataframe(Supplier)) > 0
    assert len(collector.get_agent_vars_dataframe()) > len(firms)
    gc.collect()
    suppliers = park.agents_by_type[Supplier]
    large = suppliers.select(lambda a: a.employees > 20)
    assert 0 < len(large) < len(suppliers)
    assert sorted(a.unique_id for a in suppliers.shuffle()) == sorted(a.unique_id for a in suppliers)


def test_using_the_agents_changes_no_number():
    case = Case(worlds.toy_scenario(quarters=4), worlds.NO_POLICY, 0)
    quiet, busy = IndustrialPark(case), IndustrialPark(case)
    while quiet.running:
        quiet.step()
        busy.agents.shuffle_do("step")
        busy.random.random()
        busy.rng.random()
        busy.step()
    one, other = quiet.history(), busy.history()
    assert all(np.array_equal(one.values[m], other.values[m]) for m in one.values)


def test_a_handle_follows_its_firm_and_says_when_it_has_left(park):
    kept = list(park.agents_by_type[Supplier])
    while park.running:
        park.step()
    here = set(park.rows("firms").key.tolist())
    stayed = [a for a in kept if a.unique_id in here]
    gone = [a for a in kept if a.unique_id not in here]
    assert stayed and gone
    assert all(park.rows("firms").key[a.row] == a.unique_id for a in stayed)
    with pytest.raises(LookupError, match="has left the park"):
        _ = gone[0].employees


def test_the_last_quarter_is_the_last(park):
    while park.running:
        park.step()
    assert (park.steps, park.quarter) == (4, "2023Q3")
    with pytest.raises(RuntimeError, match="the scenario ends with 2023Q3"):
        park.step()


def test_what_was_handed_out_does_not_change(park):
    park.step()
    history = park.history()
    before = {m: values.copy() for m, values in history.values.items()}
    park.step()
    assert all(np.array_equal(history.values[m], before[m]) for m in before)
    with pytest.raises(ValueError, match="read-only"):
        history.values["firms"][0, 0, 0] = 1.0


def test_quarters_to_come_are_zero():
    funded = worlds.policy(LeverSetting("seed_fund", 0.5, worlds.FIRST), LeverSetting("lab_funding", 1.0, worlds.FIRST))
    park = IndustrialPark(Case(worlds.toy_scenario(quarters=4), funded, 0))
    park.step()
    values = park.history().values
    assert all(not value[2:].any() for value in values.values())
    assert values["lever_cost"][1].any() and values["lab_support"][1].any() and values["signed_projects_total"][1].any()


def test_its_rows_are_to_read_only(park):
    with pytest.raises(ValueError, match="read-only"):
        park.rows("firms").employees[0] = 1.0


def test_a_lab_is_open_until_it_closes():
    toy = worlds.toy_park()
    closing = dataclasses.replace(toy.labs[0], closes=worlds.FIRST + 1)
    park = IndustrialPark(Case(worlds.toy_scenario(dataclasses.replace(toy, labs=(closing,)), 4), worlds.NO_POLICY, 0))
    (lab,) = park.agents_by_type[ResearchLab]
    park.step()
    assert lab.is_open
    park.step()
    assert not lab.is_open and lab.projects == (0, 0, 0, 0)
