"""Sensitivity: the drawn values are the model's own, tags are right, tables and words say what was put in."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import worlds
from made_up import assert_sound, column

from wutong.experiments.answers import sensitivity_words
from wutong.experiments.answers.measuring import PARAMETERS, WAYS, way_of
from wutong.experiments.answers.sensitivity import goals_of, sensitivity
from wutong.experiments.answers.uncertain import tag_of, uncertain_in
from wutong.experiments.reading import list_scenarios, read_scenario
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label, Tag, fixed
from wutong.model.scenario import Basis, Case, Policy, Target
from wutong.model.tables import in_use
from wutong.model.world import World, prepare

NOTHING = Policy("none", Label("不新增", "Nothing new"), ())
GOAL = Target("parts", Label("配套收入", "Parts revenue"), "revenue", (worlds.PARTS,), 100.0, worlds.START + 2, Basis.LEVEL, "")


@pytest.fixture(scope="module")
def city():
    """Cases of the shipped park, their begun state, and what they drew."""
    scenario = read_scenario("baseline")
    cases = [Case(scenario, NOTHING, r) for r in range(12)]
    batch = prepare(cases)
    return cases, (batch, [World(batch, n).park for n in range(12)]), {u.name: u for u in uncertain_in(cases)}


# ── What was drawn ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_number_with_a_range_is_read_back_and_none_that_is_fixed(city):
    cases, _, found = city
    assert {n for n in found if n in parameter_facts()} == {
        n for n, f in parameter_facts().items() if f.assumption.high > f.assumption.low
    }
    assert len(found) > 240 and len(found) == len(uncertain_in(cases))
    assert "anchors.txc.jobs" not in found and "zones.xiyong.floor" not in found
    assert all(u.values.shape == (12,) and np.isfinite(u.values).all() for u in found.values())
    assert all(u.label.zh and u.label.en and u.unit for u in found.values())


def test_they_are_the_values_that_the_model_uses(city):
    cases, (batch, begun), found = city
    park, base = cases[0].scenario.park, batch.base
    for name, owner in (("growth.people", "growth"), ("attraction.rival_share", "attraction")):
        assert np.array_equal(found[name].values, getattr(batch.parameters[owner], name.partition(".")[2])[:, 0])
    software = [i for i, s in enumerate(park.segments) if s.industry == "software"]
    assert found["industries.software.entry"].values == pytest.approx(base.entry[:, software].sum(axis=1))
    assert found["industries.software.firms"].values == pytest.approx(
        [np.isin(in_use(tables.firms).segment, software).sum() for tables in begun]
    )
    assert np.array_equal(found["industries.software.pool_trend"].values, base.pool_trend[:, software[0]])
    slots = {a.key: i for i, a in enumerate(park.anchors)}
    investment = np.array([in_use(tables.anchors).investment for tables in begun])
    assert np.array_equal(found["anchors.isotope_base.investment"].values, investment[:, slots["isotope_base"]])
    kinds = [k.key for k in park.partner_kinds]
    assert np.array_equal(found["partner_kinds.ic_fab.partners"].values, base.kind_partners[:, kinds.index("ic_fab")])
    budgets = np.array([in_use(tables.labs).budget for tables in begun])
    assert np.array_equal(found["labs.jinfeng.budget"].values, budgets[:, [lab.key for lab in park.labs].index("jinfeng")])
    jobs = [tables.firms.row[tables.anchors.row[slots["quanta"]].firm].employees for tables in begun]
    assert found["anchors.quanta.jobs"].values == pytest.approx(jobs)
    occupied = [tables.zones[0].occupied / tables.zones[0].floor for tables in begun]
    assert found["zones.xiyong.occupancy"].values == pytest.approx(occupied, rel=1e-6)
    own = [projects[projects.leads == slots["isotope_base"]] for projects in (in_use(tables.projects) for tables in begun)]
    assert np.array_equal(found["anchors.isotope_base.opening_share"].values, np.concatenate(own)["opening_share"])


def test_a_number_without_a_source_is_marked(city):
    found = city[2]
    assert found["attraction.creation_share"].tag is parameter_facts()["attraction.creation_share"].tag is Tag.DESIGN
    assert found["attraction.landing_hardware"].tag is Tag.COMPUTED
    assert found["industries.software.entry"].tag is Tag.COMPUTED and not found["industries.software.entry"].unsourced
    assert found["industries.software.staff"].unsourced
    assert [tag_of(s) for s in ("Design choice", "assumption: none", " assumption", "")] == [Tag.DESIGN] * 4
    assert tag_of("ART: seen") is Tag.COMPUTED


def test_what_a_scenario_fixes_is_not_drawn_and_several_scenarios_are_refused():
    scenario = worlds.without(worlds.toy_scenario(), {"growth.people": 9000.0})
    cases = worlds.cases(scenario, 6)
    assert "growth.people" not in {u.name for u in uncertain_in(cases)}
    other = dataclasses.replace(scenario, name="other")
    with pytest.raises(ValueError, match="several scenarios"):
        uncertain_in([*cases, *worlds.cases(other, 2)])


def test_every_way_of_measuring_names_a_number_that_there_is(city):
    found = city[2].values()
    assert set(PARAMETERS) <= set(parameter_facts())
    fields = {u.name.rpartition(".")[2] for u in found if u.owner.en}
    assert fields <= set(WAYS)
    for u in found:
        assert "{" not in way_of(u, "zh") + way_of(u, "en")
    assert way_of(city[2]["industries.software.entry"], "en") == "counting the firms that open in a year in software"


# ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────────────
def histories(n, of_one, of_other=None, at_least=100.0):
    """Two policies whose yardstick is a function of what the worlds of a toy park drew."""
    goal = dataclasses.replace(GOAL, at_least=at_least)
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=2), title=Label("试验园区", "Toy park"), targets=(goal,))
    found = []
    for name, of in (("one", of_one), ("other", of_other or of_one)):
        policy = Policy(name, Label("甲" if name == "one" else "乙", f"Policy {name}"), ())
        cases = tuple(Case(scenario, policy, r) for r in range(n))
        values = np.zeros((3, n, 5))
        values[-1, :, 1] = of({u.name: u.values for u in uncertain_in(cases)}, np.random.default_rng(9).normal(size=n))
        base = worlds.run(scenario, 1)
        same = {key: np.repeat(value[:, :1], n, axis=1) for key, value in base.values.items()}
        found.append(dataclasses.replace(base, cases=cases, values={**same, "revenue": values}))
    return found


def standard(values):
    return (values - values.mean()) / values.std()


FLOOR = "site.building_rate"


def test_a_goal_made_of_one_number_says_so_in_table_and_words():
    made = histories(200, lambda drawn, noise: 100.0 + 40.0 * standard(drawn[FLOOR]) + 10.0 * noise)
    goals, rank, places = sensitivity(made)
    for answer in (goals, rank):
        assert_sound(answer)
    rows = [dict(zip(goals.columns, row, strict=True)) for row in goals.rows]
    assert rows[0]["number"] == FLOOR and rows[0]["named"] == "yes" and rows[0]["tag"] == "D"
    assert rows[0]["index"] == pytest.approx(16 / 17, abs=0.06)
    assert rows[0]["index_low90"] < rows[0]["index"] < rows[0]["index_high90"]
    assert rows[0]["median_change"] > 60.0 and rows[0]["median_change_low90"] > 30.0
    assert rows[0]["chance_low"] < 0.2 and rows[0]["chance_high"] > 0.8
    assert rows[0]["deviation_known"] < 0.45 * rows[0]["deviation"]
    assert sum(row["named"] == "yes" for row in rows) <= 2
    assert "counting the floor space that is built each year" in goals.words.en
    assert "统计每年新建成的载体" in goals.words.zh and "[D]" in goals.words.zh
    assert set(column(rank, "change")) == {"same"}
    assert "does the best policy change beyond chance" in rank.words.en
    assert len(places.rows) == 2 * len(rank.rows)


def test_a_best_policy_that_hangs_on_an_assumption_is_named():
    def other(drawn, noise):
        return 100.0 + 5.0 * noise + 20.0 * standard(drawn[FLOOR])

    rank = sensitivity(histories(150, lambda _, noise: 101.0 + 5.0 * noise, other))[1]
    row = dict(zip(rank.columns, rank.rows[0], strict=True))
    assert (row["number"], row["change"], row["best_low"], row["best_high"]) == (FLOOR, "changes", "one", "other")
    assert row["lead_low_low90"] > 0.0 and row["lead_high_low90"] > 0.0 and row["tau"] == -1.0
    assert "really changes with" in rank.words.en and "Under no number" not in rank.words.en
    assert "确实随之改变" in rank.words.zh
    assert "次序" not in rank.words.zh or "先后次序随之变动" in rank.words.zh, "of two, the first place is the order"


@pytest.mark.parametrize(
    ("n", "change", "zh", "en"),
    [
        (
            10,
            "changes",
            "第一名会随上面点名的数改变；但 10 个方案的整体次序",
            "The first place changes with the numbers named above; the order",
        ),
        (10, "same", "各方案的整体次序，随任何一个数都还看不出", "With no number does the order of the policies as a whole"),
        (2, "changes", "", ""),
    ],
)
def test_the_first_place_and_the_order_as_a_whole_do_not_contradict_each_other(n, change, zh, en):
    found = SimpleNamespace(
        table=SimpleNamespace(policies=[None] * n), numbers=[SimpleNamespace(change=change, order_moves=False)]
    )
    for language, start in (("zh", zh), ("en", en)):
        told = sensitivity_words._order(found, language)
        assert told.startswith(start) and bool(told) == bool(start)


@pytest.mark.parametrize("n", [1, 2, 12, 40])
def test_noise_ties_and_few_runs_name_nothing(n):
    for of in (lambda _, noise: 100.0 + noise, lambda _, noise: 100.0 + 0.0 * noise):
        for answer in sensitivity(histories(n, of))[:2]:
            assert_sound(answer)
            if n < 30 or answer.key == "sensitivity_ranking":
                assert not {"yes", "changes"} & {cell for row in answer.rows for cell in row}


def test_one_policy_and_no_goal_are_answered():
    made = histories(40, lambda drawn, noise: 10.0 * standard(drawn[FLOOR]) + noise, at_least=0.0)
    (only,) = sensitivity(made[:1])
    assert_sound(only)
    scenario = dataclasses.replace(made[0].cases[0].scenario, targets=())
    bare = dataclasses.replace(made[0], cases=tuple(dataclasses.replace(c, scenario=scenario) for c in made[0].cases))
    goals = goals_of(bare)
    assert goals[0].target.measure == "firms" and goals[0].numbers[0].chances is None
    assert_sound(sensitivity([bare])[0])
    settled = worlds.without(scenario, {name: fixed(f.assumption.default).default for name, f in parameter_facts().items()})
    still = dataclasses.replace(made[0], cases=tuple(dataclasses.replace(c, scenario=settled) for c in made[0].cases))
    assert sensitivity([still])[0].words.en


def test_tags_stay_when_a_scenario_is_written_out_whole(tmp_path):
    from wutong.experiments.reading import resolve_scenario
    from wutong.experiments.reading.explaining import explained as written

    path = tmp_path / "whole.yaml"
    path.write_text(written(resolve_scenario("baseline"), "en"), encoding="utf-8")
    own, again = ([Case(read_scenario(name), NOTHING, r) for r in range(3)] for name in ("baseline", str(path)))
    assert {u.name: u.tag for u in uncertain_in(own)} == {u.name: u.tag for u in uncertain_in(again)}


@pytest.mark.parametrize("name", list_scenarios())
def test_the_numbers_of_every_shipped_scenario_can_be_read_back_and_named(name):
    scenario = read_scenario(name)
    found = uncertain_in([Case(scenario, NOTHING, r) for r in range(3)])
    names = [u.name for u in found]
    assert len(names) == len(set(names)) > 100
    shocks = {f"shocks.{s.key}.{kind}" for s in scenario.shocks for kind in ("demand", "entry") if _ranged(getattr(s, kind))}
    assert shocks <= set(names)
    for u in found:
        assert np.isfinite(u.values).all()
        assert any("\u4e00" <= c <= "\u9fff" for c in u.label.zh + way_of(u, "zh"))
        assert not any("\u4e00" <= c <= "\u9fff" for c in (u.label.en + way_of(u, "en")).replace("亿元", ""))


def _ranged(assumption):
    return assumption.high > assumption.low
