"""Robustness: regret against hand-computed tables, ties, coverage, and what a ranking rests on."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import worlds

from wutong.experiments.answers import effects, robustness
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.effects import bands_of, effects_of, rests_on
from wutong.experiments.answers.ranking import ranking
from wutong.experiments.answers.robust_choice import robustness as answers
from wutong.experiments.answers.robust_choice import yardstick_of
from wutong.experiments.answers.robustness import best_in, grid, max_regret, mean_regret, outcome, ranks, regrets, share_over
from wutong.experiments.goals import attainment, wilson
from wutong.experiments.runner import run_cases
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label, Tag, fixed
from wutong.model.levers import LEVERS
from wutong.model.scenario import Basis, Case, LeverSetting, Policy, Target

FIRST = worlds.FIRST
NAMES = {"none": "维持", "a": "甲", "b": "乙", "c": "丙"}


def policy(name, *levers):
    return Policy(name, Label(NAMES[name], name), tuple(LeverSetting(lever, LEVERS[lever].high, FIRST) for lever in levers))


BASE = worlds.run(worlds.toy_scenario(quarters=2), 1)
YARDSTICK = Target("goal", Label("收入", "Revenue"), "revenue", (worlds.PARTS,), 100.0, worlds.START + 2, Basis.LEVEL, "")


def made_up(values, *levers):
    """Histories whose yardstick reads given values: scenario → policy → one value a world."""
    found = []
    for name, row in values.items():
        scenario = dataclasses.replace(BASE.cases[0].scenario, name=name, title=Label(name, name), targets=(YARDSTICK,))
        for chosen, numbers in row.items():
            shape = np.zeros((3, len(numbers), 5))
            shape[-1, :, 1] = numbers
            own = policy(chosen, *(levers if chosen != "none" else ()))
            cases = tuple(Case(scenario, own, r) for r in range(len(numbers)))
            found.append(dataclasses.replace(BASE, cases=cases, values={**BASE.values, "revenue": shape}))
    return found


HAND = {
    "calm": {"none": (1.0, 3.0), "a": (4.0, 6.0), "b": (2.0, 8.0)},  # means 2, 5, 5
    "storm": {"none": (1.0, 1.0), "a": (0.0, 2.0), "b": (3.0, 5.0)},  # means 1, 1, 4
}


# ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_regret_is_what_a_hand_computes():
    table = grid(made_up(HAND), YARDSTICK)
    found = regrets(table)
    assert [[r.mean for r in row] for row in found] == [[3.0, 0.0, 0.0], [3.0, 3.0, 0.0]]
    by_policy = list(zip(*found, strict=True))
    assert [mean_regret(row).mean for row in by_policy] == [3.0, 1.5, 0.0]
    assert [max_regret(row).mean for row in by_policy] == [3.0, 3.0, 0.0]
    assert ranks(table.means[0]).tolist() == [3, 1, 1]
    assert best_in(table).sum(axis=(0, 2)).tolist() == [0, 1, 3]
    assert all(r.low <= r.mean <= r.high for row in found for r in row)
    assert share_over(best_in(table))[0] == wilson(0, 2)


def test_the_worst_case_and_the_shares_that_suffice_are_in_the_words_and_the_table():
    half = {s: {p: tuple(40.0 * v for v in values) for p, values in row.items()} for s, row in HAND.items()}
    table, ranked = answers(made_up(half, "seed_fund"), YARDSTICK)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    whole = {r["policy"]: r for r in rows if r["scenario"] == "all"}
    for row in rows:
        if row["scenario"] != "all":
            values = half[row["scenario"]][row["policy"]]
            assert row["all_goals"] == np.mean([v >= 100.0 for v in values])
            assert row["half_goals"] == np.mean([v >= 50.0 for v in values])
    assert whole["b"]["rank"] == 1
    assert "“乙”的结果最高：“storm”下平均 160 亿元" in table.words.zh
    assert "“none”" in table.words.en and "in no scenario" in table.words.en
    assert ranked.key == "robustness_effects"


def test_a_certain_order_is_certain_and_a_tie_is_a_tie():
    draws = np.random.default_rng(3)
    noise = draws.normal(size=40)
    clear = made_up({"one": {"none": noise, "a": noise + 5.0, "b": noise + 4.0 + 0.1 * draws.normal(size=40)}})
    (table, _) = answers(clear)
    assert "“甲”的平均遗憾最小" in table.words.zh
    assert "确定大于零" in table.words.zh and "分不出高下" not in table.words.zh
    same = made_up({"one": {"none": noise, "a": noise}, "two": {"none": noise, "a": noise}})
    (table, ranked) = answers(same)
    assert "不分高下" in table.words.zh and "a tie" in table.words.en
    assert all(row[list(table.columns).index("rank")] == 1 for row in table.rows)
    assert ranked.rows == ()


def test_noise_is_not_taken_for_an_order():
    draws = np.random.default_rng(5)
    (table, _) = answers(made_up({"one": {p: draws.normal(50.0, 9.0, 30) for p in ("none", "a", "b")}}))
    assert "cannot be told from it" in table.words.en
    assert "certainly" not in table.words.en


def test_the_interval_of_regret_covers_the_truth():
    means, covered = {"none": 0.0, "a": 0.3, "b": 0.5, "c": 0.5}, 0
    draws = np.random.default_rng(11)
    base = made_up({"one": {name: np.zeros(2) for name in means}})
    table = grid(base, YARDSTICK)
    for _ in range(200):
        common = draws.normal(size=50)
        values = np.array([[m + common + draws.normal(size=50) for m in means.values()]])
        found = regrets(dataclasses.replace(table, values=values))[0]
        truths = [0.5 - m for m in means.values()]
        covered += all(r.low <= t + 1e-12 and t <= r.high for r, t in zip(found, truths, strict=True))
    assert covered / 200 >= 0.85  # joined intervals are wider than each alone


# ── What cannot be used ──────────────────────────────────────────────────────────────────────────────────────────────
def test_only_common_replications_and_policies_count_and_the_rest_is_counted():
    histories = made_up({**HAND, "calm": {**HAND["calm"], "c": (9.0, 9.0)}})
    short = dataclasses.replace(
        histories[0], cases=histories[0].cases[:1], values={k: v[:, :1] for k, v in histories[0].values.items()}
    )
    table = grid([short, *histories[1:]], YARDSTICK)
    assert [p.name for p in table.policies] == ["none", "a", "b"]
    assert (table.n_worlds, table.left_out) == (1, 1)
    assert table.values[1, 2].tolist() == [3.0]


def test_what_does_not_fit_is_refused_in_words():
    histories = made_up(HAND)
    with pytest.raises(ValueError, match="no policy"):
        grid([histories[0], histories[4]], YARDSTICK)
    with pytest.raises(ValueError, match="no policy"):
        grid(histories, dataclasses.replace(YARDSTICK, key="x", by=worlds.START + 99))
    moved = dataclasses.replace(
        histories[0], cases=tuple(dataclasses.replace(c, replication=c.replication + 9) for c in histories[0].cases)
    )
    with pytest.raises(ValueError, match="share no replication"):
        grid([moved, *histories[1:]], YARDSTICK)
    with pytest.raises(ValueError, match="no policy 'x'"):
        answers(histories, YARDSTICK, "x")


@pytest.mark.parametrize(
    "values",
    [
        {"one": {"none": (1.0,), "a": (2.0,)}},
        {"one": {"none": (1.0, 2.0, 4.0)}},
        {"one": {"none": (1.0,)}},
        {"one": {"none": (1.0, 2.0), "a": (2.0, 1.0)}, "two": {"none": (0.0, 0.0), "a": (0.0, 0.0)}},
    ],
)
def test_one_world_one_policy_one_scenario_are_answered_without_a_crash(values):
    for answer in answers(made_up(values, "seed_fund", "landing_subsidy"), YARDSTICK):
        cells = [c for row in answer.rows for c in row if isinstance(c, float)]
        assert all(math.isfinite(c) for c in cells)
        assert all(len(row) == len(answer.columns) for row in answer.rows)
        for words in (answer.words.zh, answer.words.en):
            assert not set(words.lower().replace(",", " ").split()) & {"nan", "inf", "none"}
    assert answers(made_up(values), YARDSTICK)[0].words.zh


def test_without_a_judged_goal_revenue_is_the_yardstick():
    histories = made_up(HAND)
    assert yardstick_of(histories) is not None and yardstick_of(histories).key == "goal"
    late = dataclasses.replace(YARDSTICK, by=worlds.START + 99)
    scenario = dataclasses.replace(histories[0].cases[0].scenario, targets=(late,))
    one = dataclasses.replace(histories[0], cases=tuple(dataclasses.replace(c, scenario=scenario) for c in histories[0].cases))
    assert yardstick_of([one]) == outcome(one, "revenue")


# ── What a ranking rests on ──────────────────────────────────────────────────────────────────────────────────────────
def test_what_a_lever_rests_on_is_found_in_the_levers_themselves():
    assert rests_on("talent_programme") == ("levers.talent_additional",)
    assert rests_on("space") == ()
    assert set(rests_on("tax_relief")) == {"levers.discount_rate", "attraction.support_weight", "anchors.support_weight"}
    for lever in LEVERS:
        assert set(rests_on(lever)) <= parameter_facts().keys()
        assert not [name for name in rests_on(lever) if name.endswith("_cost")]
    found = effects_of([policy("a", "seed_fund", "talent_programme"), policy("b", "talent_programme")])
    assert {e.name: e.assumed for e in found} == {e.name: parameter_facts()[e.name].tag is Tag.DESIGN for e in found}
    assert next(e for e in found if e.name == "levers.seed_founders").assumed
    assert not next(e for e in found if e.name == "levers.talent_additional").assumed


def test_bands_of_an_effect_are_the_worlds_that_drew_it():
    draws = drawn(worlds.cases(worlds.toy_scenario(), 100))
    effect = next(e for e in effects_of([policy("a", "talent_programme")]))
    values = draws.parameter(effect.name)
    bands = bands_of(effect, draws)
    assert [b.key for b in bands] == ["none", "low", "middle", "high"]
    assert (values[bands[0].worlds] == 0.0).all() and 8 < bands[0].worlds.size < 35
    order = [i for i in np.argsort(values) if values[i] > 0.0]
    assert [sorted(part) for part in np.array_split(order, 3)] == [b.worlds.tolist() for b in bands[1:]]
    assert sum(b.worlds.size for b in bands) == 100
    settled = drawn(worlds.cases(worlds.without(worlds.toy_scenario(), {effect.name: 0.1}), 9))
    assert bands_of(effect, settled) == ()
    absent = drawn(worlds.cases(worlds.without(worlds.toy_scenario(), {effect.name: 0.0}), 9))
    assert [b.key for b in bands_of(effect, absent)] == ["none"]


def test_a_lever_without_effect_adds_exactly_nothing_and_the_ranking_says_so():
    """Talent money works through one number: where a world drew 0 for it, policy and baseline are the same world."""
    scenario = worlds.without(worlds.toy_scenario(), {"growth.people": 40.0})
    talent = policy("a", "talent_programme")
    runs = run_cases([Case(scenario, p, r) for p in (policy("none"), talent) for r in range(80)])
    table = grid(runs.histories, outcome(runs.histories[0], "employees"))
    found = ranking(table)
    assert table.policies[found.order[0]].name == "a" and found.lead.low > 0.0
    none = next(b for b in found.bands if b.band.key == "none")
    assert (none.differences[1].mean, none.differences[1].low, none.differences[1].high) == (0.0, 0.0, 0.0)
    assert none.places.tolist() == [1, 1]
    assert none in found.uncertain()
    high = next(b for b in found.bands if b.band.key == "high")
    values = table.values[0]
    assert high.differences[1].mean == pytest.approx((values[1] - values[0])[high.band.worlds].mean())
    words = answers(runs.histories, outcome(runs.histories[0], "employees"))[0].words
    assert "“引才净新增比例”没有作用" in words.zh and "分不出高下" in words.zh
    assert "is absent" in words.en


def test_an_effect_that_scenarios_set_themselves_is_left_out_and_named():
    values = {"one": {"none": np.arange(20.0), "a": np.arange(20.0) + 1}, "two": {"none": np.arange(20.0), "a": np.arange(20.0)}}
    histories = made_up(values, "talent_programme")
    for i in (2, 3):
        scenario = dataclasses.replace(histories[i].cases[0].scenario, assumptions={"levers.talent_additional": fixed(0.2)})
        cases = tuple(dataclasses.replace(c, scenario=scenario) for c in histories[i].cases)
        histories[i] = dataclasses.replace(histories[i], cases=cases)
    found = ranking(grid(histories, YARDSTICK))
    assert [e.name for e in found.set_by_scenarios] == ["levers.talent_additional"]
    assert found.bands == ()
    assert "set these effects differently" in answers(histories, YARDSTICK)[0].words.en


def test_the_share_of_assumed_effects_stands_in_the_words():
    values = {"one": {"none": np.arange(20.0), "a": np.arange(20.0) + 3}}
    answer = answers(made_up(values, "seed_fund"), YARDSTICK)[0]
    n = len(rests_on("seed_fund"))
    assumed = [e for e in effects_of([policy("a", "seed_fund")]) if e.assumed]
    assert f"排序所依据的 {n} 个效果大小中，有 {len(assumed)} 个是假设" in answer.words.zh
    assert f"Of the {n} sizes of effects on which the ranking rests, {len(assumed)} are assumed" in answer.words.en
    assert effects.WEIGHTS.keys() and robustness.PARTS == (1.0, 0.5)
    assert attainment(made_up(values)[0], YARDSTICK).judged
