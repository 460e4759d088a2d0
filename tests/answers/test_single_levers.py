"""Single levers: equal cost, the order of the tornado, dose and response, and what is known of each effect."""

from __future__ import annotations

import dataclasses

import made_up
import numpy as np
import pytest
import worlds
from made_up import END, FIRST, NOTHING, REVENUE, assert_sound, column, history

from wutong.experiments.answers.doses import dose_response, doses_of, falling_returns, saturated_from
from wutong.experiments.answers.effect import Outcome
from wutong.experiments.answers.evidence import Basis, known_of
from wutong.experiments.answers.lever_policies import dose_policies, equal_cost_policies, lever_of, lever_policy
from wutong.experiments.answers.single_levers import lead_over, tornado, tornado_bars
from wutong.experiments.equal_cost import yearly_cost
from wutong.model.facts import Tag
from wutong.model.lever_table import check_policy
from wutong.model.levers import LEVERS

MONEY = 3.0


def bases(n=40, seed=1):
    return np.random.default_rng(seed).normal(1000.0, 100.0, n)


def lever_runs(base, effects, cost=MONEY, sd=1.0):
    """Runs of one lever each, whose effect on every world is the given one plus noise."""
    found = []
    for i, (lever, effect) in enumerate(effects.items()):
        noise = np.random.default_rng(50 + i).normal(0.0, sd, len(base))
        found.append(history(base + effect + noise, lever_policy(lever, 1.0, FIRST), cost))
    return found


# ── Equal cost ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_lever_is_set_where_it_costs_the_sum_or_at_its_bound():
    per_level = {k: (1.5 if i % 3 == 0 else 40.0) / lever.high for i, (k, lever) in enumerate(LEVERS.items())}
    asked = []

    def cost_of(policy):
        asked.append(policy)
        level = policy.settings[0].level
        return per_level[lever_of(policy)] * level * (1.0 + 0.1 * level / LEVERS[lever_of(policy)].high)

    found = equal_cost_policies(each(cost_of), MONEY, FIRST)
    assert [e.lever for e in found] == list(LEVERS)
    for i, one in enumerate(found):
        assert one.spent == (i % 3 != 0)
        assert one.cost == pytest.approx(MONEY, rel=3e-3) if one.spent else one.cost == pytest.approx(1.65)
        assert one.policy.settings[0].level == LEVERS[one.lever].high or one.spent
        check_policy(one.policy, worlds.toy_park())
    assert len({e.policy.name for e in found}) == len(LEVERS)
    assert len(asked) <= 5 * len(LEVERS)


def each(cost_of):
    return lambda policies: [cost_of(policy) for policy in policies]


def test_a_lever_that_costs_nothing_ends_at_a_level_and_says_so():
    (free,) = equal_cost_policies(each(lambda policy: 0.0), MONEY, FIRST, ["space"])
    assert not free.spent
    assert free.cost == 0.0


def test_on_the_model_a_talent_programme_costs_what_is_asked():
    scenario = worlds.toy_scenario(quarters=9)

    def cost_of(policy):
        return yearly_cost(worlds.run(scenario, 4, policy), scenario.end)

    found = equal_cost_policies(each(cost_of), 0.5, worlds.FIRST, ["talent_programme", "delivery_service"])
    assert found[0].spent
    assert found[0].cost == pytest.approx(0.5, rel=5e-3)
    assert not found[1].spent
    assert found[1].policy.settings[0].level == 1.0


# ── Tornado ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_tornado_ranks_what_costs_the_sum_and_sets_the_rest_apart():
    base = bases()
    equal = lever_runs(base, {"talent_programme": 5.0, "landing_subsidy": 12.0, "lab_funding": -7.0, "tax_relief": 0.0})
    small = lever_runs(base, {"delivery_service": 30.0, "transfer_support": 1.0}, cost=0.3)
    lost = lever_policy("space", 10.0, FIRST)
    answer = tornado(history(base), [*equal, *small], REVENUE, MONEY, planned=[lost])
    assert_sound(answer)
    ranked = ["landing_subsidy", "talent_programme", "tax_relief", "lab_funding", "delivery_service", "transfer_support", "space"]
    assert column(answer, "lever") == ranked
    assert column(answer, "spent") == ["yes"] * 4 + ["no"] * 3
    assert column(answer, "n") == [40] * 6 + [0]
    assert column(answer, "mean")[-1] is None
    assert column(answer, "cost")[0] == pytest.approx(3.0)
    assert column(answer, "per_money")[4] == pytest.approx(column(answer, "mean")[4] / 0.3)
    zh, en = answer.words.zh, answer.words.en
    assert "平均效果居首的是落户补助" in zh
    assert "与其余各项都分得出高低" in zh
    assert "4 项一起看，平均变化与零分不开的有税收返还" in zh
    assert "平均起反作用的有实验室经费" in zh
    assert "超过居首者的有 1 项：项目落地服务（花 0.3 亿元）" in zh
    assert "成果转化支持用到上限也花不满" in zh
    assert "无法判断的有载体建设" in zh
    assert "landing subsidy comes first on average" in en
    assert "not a finding" in en


def test_a_tie_is_said_as_a_tie():
    base = bases()
    same, twin = lever_runs(base, {"landing_subsidy": 0.0, "tax_relief": 0.0}, sd=0.0)
    answer = tornado(history(base), [same, twin], REVENUE, MONEY)
    assert_sound(answer)
    assert column(answer, "mean") == column(answer, "low") == column(answer, "high") == [0.0, 0.0]
    assert "逐次完全相同" in answer.words.zh
    assert "分不出高低" in answer.words.zh
    assert "exactly the same in every pair" in answer.words.en
    close = tornado(history(base), lever_runs(base, {"landing_subsidy": 3.0, "tax_relief": 3.1}, sd=4.0), REVENUE, MONEY)
    assert "分不出高低" in close.words.zh
    assert "cannot be told from" in close.words.en


def test_unpaired_runs_are_left_out_and_counted():
    base = bases(10)
    other = history(base[2:] + 4.0, lever_policy("landing_subsidy", 0.03, FIRST), MONEY, replications=range(2, 10))
    answer = tornado(history(base), [other], REVENUE, MONEY)
    assert column(answer, "n") == [8]
    assert column(answer, "unpaired") == [2]
    assert column(answer, "mean") == pytest.approx([4.0])


def test_levers_are_compared_in_the_worlds_that_both_ran_in():
    base = bases(10)
    gain = np.arange(10.0) ** 2
    policies = [lever_policy(lever, 1.0, FIRST) for lever in ("landing_subsidy", "tax_relief")]
    kept = [[r for r in range(10) if r != lost] for lost in (3, 7)]
    runs = [history((base + gain)[k], p, MONEY, k) for k, p in zip(kept, policies, strict=True)]
    one, other = tornado_bars(history(base), runs, REVENUE, MONEY)
    assert lead_over(one, other) == pytest.approx(np.zeros(8))
    assert len(one.differences) == len(other.differences) == 9


@pytest.mark.parametrize("case", ["one run", "no pairs", "beyond the runs", "nothing ran"])
def test_where_nothing_can_be_known_the_words_say_so(case):
    base, policy = bases(4), lever_policy("landing_subsidy", 0.03, FIRST)
    outcome = Outcome("revenue", END + 8) if case == "beyond the runs" else REVENUE
    others = {
        "one run": [history(base[:1] + 1.0, policy, MONEY)],
        "no pairs": [history(base + 1.0, policy, MONEY, replications=range(50, 54))],
        "beyond the runs": [history(base + 1.0, policy, MONEY)],
        "nothing ran": [],
    }[case]
    answer = tornado(history(base), others, outcome, MONEY, planned=[policy])
    assert_sound(answer)
    assert column(answer, "mean") == [None]
    assert "没有一项工具" in answer.words.zh
    assert "无法判断的有落户补助" in answer.words.zh
    assert "Not known for want of paired runs: landing subsidy" in answer.words.en


def test_policies_of_several_levers_are_refused():
    with pytest.raises(ValueError, match="moves 2 levers"):
        tornado_bars(history(bases()), [history(bases(), made_up.policy("seed_fund", "space"))], REVENUE, MONEY)
    with pytest.raises(ValueError, match="twice"):
        tornado_bars(history(bases(4)), [history(bases(2), lever_policy("space", 1.0, FIRST), 1.0, [3, 3])], REVENUE, MONEY)


def test_intervals_of_the_tornado_cover_the_truth():
    hits, inner = 0, 0
    for seed in range(200):
        draws = np.random.default_rng(seed)
        base = draws.lognormal(7.0, 0.5, 25)
        other = base + 6.0 + 0.02 * (base - np.exp(7.125)) + draws.normal(0.0, 8.0, 25)
        run = history(other, lever_policy("landing_subsidy", 0.03, FIRST), MONEY)
        effect = tornado_bars(history(base), [run], REVENUE, MONEY)[0].effect
        hits += effect.low <= 6.0 <= effect.high
        inner += effect.lower <= 6.0 <= effect.upper
    assert 170 <= hits <= 190
    assert 80 <= inner <= 120


# ── What is known ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_known_is_read_from_the_declared_facts():
    for lever in LEVERS:
        known = known_of(lever)
        assert all(fact.tag in (Tag.DESIGN, Tag.MEMORY) for fact in known.assumed)
        assert (known.basis is Basis.RULES) == (not known.parameters)
        if known.basis in (Basis.SOURCED, Basis.PARTLY):
            assert known.sources
    names = {fact.name for fact in known_of("supplier_matching").parameters}
    assert names == {"levers.matching_follow", "levers.matching_lead", "levers.matching_local", "levers.coached_exit"}
    assert known_of("transfer_support").basis is Basis.ASSUMED
    assert known_of("space").basis is Basis.RULES
    assert {f.name for f in known_of("landing_subsidy").parameters} == {"attraction.support_weight", "anchors.support_weight"}
    with pytest.raises(KeyError):
        known_of("magic")


# ── Dose and response ────────────────────────────────────────────────────────────────────────────────────────────────
LEVELS = (0.02, 0.04, 0.08, 0.16)


def curve(shape, n=40, sd=0.5):
    base = bases(n)
    policies = dose_policies("landing_subsidy", (0.0, *LEVELS[::-1]), FIRST)
    assert [p.settings[0].level for p in policies] == list(LEVELS)
    runs = []
    for i, policy in enumerate(policies):
        level = policy.settings[0].level
        noise = np.random.default_rng(i).normal(0.0, sd, n)
        runs.append(history(base + shape(level) + noise, policy, 100 * level))
    return history(base), runs


@pytest.mark.parametrize(
    ("shape", "limit", "falls", "zh", "en"),
    [
        (lambda x: 100.0 * min(x, 0.04), 0.04, True, "超过 4%以后", "Beyond 4% no further gain"),
        (lambda x: 100.0 * x, None, False, "看不出饱和", "No saturation can be seen"),
        (lambda x: 50.0 * x**0.5, None, True, "每加一分的效果越小", "brings less at high levels"),
        (lambda x: 0.0, None, False, "都看不出平均变化", "No level shows"),
    ],
)
def test_a_dose_response_curve_says_where_it_saturates(shape, limit, falls, zh, en):
    base, runs = curve(shape)
    doses = doses_of(base, runs[::-1], REVENUE)
    assert [d.level for d in doses] == list(LEVELS)
    for i, d in enumerate(doses):
        assert d.effect.mean == pytest.approx(shape(d.level), abs=0.3)
        assert d.effect.mean == pytest.approx(sum(e.step.mean for e in doses[: i + 1]))
    found = saturated_from(doses)
    assert (found.level if found else None) == limit
    assert falling_returns(doses) == falls
    answer = dose_response(base, runs, REVENUE)
    assert_sound(answer)
    assert zh in answer.words.zh
    assert en in answer.words.en
    assert column(answer, "cost") == pytest.approx([100 * x for x in LEVELS])
    assert column(answer, "policy") == [f"landing_subsidy_at_{x:g}" for x in LEVELS]


def test_many_close_levels_do_not_hide_a_slow_rise():
    base = bases(30)
    levels = tuple(round(0.005 * k, 3) for k in range(1, 21))
    policies = dose_policies("landing_subsidy", levels, FIRST)
    draws = [np.random.default_rng(i).normal(0.0, 3.0, 30) for i in range(20)]
    runs = [history(base + 100.0 * min(x, 0.06) + d, p, 1.0) for x, d, p in zip(levels, draws, policies, strict=True)]
    doses = doses_of(history(base), runs, REVENUE)
    assert sum(d.step.told_apart for d in doses) < 8  # no single step tells
    assert 0.035 <= saturated_from(doses).level <= 0.06


def test_doses_without_pairs_and_of_several_levers():
    base, runs = curve(lambda x: x)
    single = [history(r.values["revenue"][-1, :1, 0], r.cases[0].policy, 1.0) for r in runs]
    for given in (single, []):
        answer = dose_response(history(bases(1)), given, REVENUE)
        assert_sound(answer)
        assert "没有可配对的运行" in answer.words.zh
    mixed = [runs[0], history(bases(), lever_policy("space", 1.0, FIRST))]
    with pytest.raises(ValueError, match="several"):
        doses_of(base, mixed, REVENUE)
    with pytest.raises(ValueError, match=r"outside 0 to 0\.2"):
        dose_policies("landing_subsidy", (0.1, 0.3), FIRST)
    one = dose_response(base, runs[:1], REVENUE)
    assert_sound(one)
    assert len(one.rows) == 1


def test_an_outcome_names_its_measure_scope_and_date():
    base = history(bases(3))
    assert REVENUE.name(base, "zh") == "2023 年底全园区营业收入"
    assert Outcome("firms", END, "software").name(base, "en") == "operating firms (software), the end of 2023"
    assert REVENUE.unit(base) == "亿元/year"
    assert NOTHING.settings == ()
    with pytest.raises(KeyError):
        Outcome("firms", END, "bakeries").read(base)
    park_wide = dataclasses.replace(base, values={**base.values, "lever_cost": base.values["lever_cost"] + 1.0})
    assert Outcome("lever_cost", END, "space").read(park_wide) == pytest.approx([1.0] * 3)
