"""The comparison: paired, exact where it must be, and honest about what it cannot tell."""

from __future__ import annotations

import dataclasses

import made_runs
import numpy as np
import pytest
import synthetic
import worlds

from wutong.experiments.answers.comparison import comparison
from wutong.experiments.answers.line_up import line_up
from wutong.experiments.answers.separation import separation
from wutong.experiments.answers.verdicts import MINIMUM, State, judge, separated
from wutong.model.measures import MEASURES
from wutong.model.scenario import LeverSetting

DIFFERENCE = ("mean", "mean_low50", "mean_high50", "mean_low90", "mean_high90", "median", "world_q05", "world_q95")


def table(answer):
    assert {len(row) for row in answer.rows} <= {len(answer.columns)}
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def rows_of(answer, policy, measure="firms", scope="all", date="2023Q4"):
    keys = {"policy": policy, "measure": measure, "scope": scope, "date": date}
    return [r for r in table(answer) if all(r[k] == v for k, v in keys.items())]


def two(difference, n=40):
    base = 100.0 + np.random.default_rng(1).normal(0.0, 30.0, n)
    return [made_runs.history("base", base), made_runs.history("other", base + difference)]


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_row_says_what_the_pairs_say():
    gain = np.random.default_rng(2).normal(5.0, 2.0, 40)
    (row,) = rows_of(comparison(two(gain)), "other")
    assert row["mean"] == pytest.approx(gain.mean())
    assert row["median"] == pytest.approx(np.median(gain))
    assert [row[f"world_q{q}"] for q in ("05", "25", "75", "95")] == pytest.approx(np.quantile(gain, (0.05, 0.25, 0.75, 0.95)))
    assert row["better"] == (gain > 0).mean()
    assert (row["equal"], row["pairs"], row["unpaired"], row["target"], row["unit"]) == (0.0, 40, 0, "firms_2023", "firms")
    assert row["mean_low90"] < row["mean_low50"] < row["mean"] < row["mean_high50"] < row["mean_high90"]
    assert row["mean_high90"] - row["mean_low90"] < row["world_q95"] - row["world_q05"]  # of the mean, not of a world
    assert row["pairing_gain"] > 100


def test_every_measure_scope_and_date_is_there_and_a_year_is_named_by_its_kind():
    found = table(comparison(synthetic.histories(2, 10)))
    places = {(r["measure"], r["scope"], r["date"]) for r in found}
    assert ("firms", "software", "2025Q4") in places
    assert ("revenue", "software", "2025") in places
    assert ("exits", "all", "2030") in places
    assert ("lever_cost", "seed_fund", "2023") in places
    assert ("occupancy", "valley", "2030") in places
    assert not [p for p in places if p[1] == "software.products"]
    goals = {t for r in found for t in r["target"].split("+") if t}
    assert goals == {t.key for t in synthetic.targets() if t.by <= synthetic.END}
    assert {r["date"] for r in found if r["target"] == "connected_2027"} == {"2027"}


@pytest.mark.parametrize(("measure", "sign"), [("firms", 1), ("exits", -1)])
def test_better_has_the_sense_of_the_measure_and_the_best_shares_add_up(measure, sign):
    rng = np.random.default_rng(3)
    base = rng.normal(100.0, 5.0, 30)
    histories = [made_runs.history(name, base + rng.normal(shift, 3.0, 30)) for name, shift in (("a", 0), ("b", 1), ("c", 6))]
    date = "2023Q4" if measure == "firms" else "2023"
    rows = [rows_of(comparison(histories), p, measure, date=date)[0] for p in "abc"]
    assert sum(r["best"] for r in rows) == pytest.approx(1.0)
    assert (rows[2]["best"] > rows[0]["best"]) == (sign > 0)
    assert (rows[2]["better"] > 0.5) == (sign > 0)
    assert all(r["best_low90"] <= r["best_low50"] <= r["best"] <= r["best_high50"] <= r["best_high90"] for r in rows)


def test_ties_for_the_best_are_shared():
    base = np.arange(10.0)
    histories = [made_runs.history("a", base), made_runs.history("b", base + 1), made_runs.history("c", base + 1)]
    assert [rows_of(comparison(histories), p)[0]["best"] for p in "abc"] == [0.0, 0.5, 0.5]


# ── Exactness ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_null_lever_changes_nothing_anywhere():
    scenario = worlds.toy_scenario(quarters=10)
    null = worlds.policy(LeverSetting("landing_subsidy", 0.0, worlds.FIRST), name="null")
    answer = comparison([worlds.run(scenario, 6), worlds.run(scenario, 6, null)])
    own = [r for r in table(answer) if r["policy"] == "null"]
    assert len(own) > 300
    for row in own:
        if row["pairs"] == 0:
            assert MEASURES[row["measure"]].ratio and all(row[k] is None for k in (*DIFFERENCE, "equal")), row
            continue
        assert [row[k] for k in (*DIFFERENCE, "equal")] == [0.0] * 8 + [1.0], row
        assert row["better"] in (0.0, None)
        assert row["pairing_gain"] is None
    assert "完全相同" in answer.words.zh and "a tie, not a small difference" in answer.words.en


def test_equal_settings_under_two_names_are_a_tie_and_said_so():
    scenario = worlds.toy_scenario(quarters=10)
    setting = LeverSetting("landing_subsidy", 0.2, worlds.FIRST)
    runs = [worlds.run(scenario, 6)]
    runs += [
        worlds.run(scenario, 6, dataclasses.replace(worlds.policy(setting, name=n), title=made_runs.policy(n).title))
        for n in "ab"
    ]
    assert line_up(runs).same == ((1, 2),)
    answer = comparison(runs)
    assert "“方案a”与“方案b”在每一次运行、每一项指标上完全相同" in answer.words.zh
    assert "“Policy a” and “Policy b” are exactly equal in every run and every measure" in answer.words.en
    goal = dataclasses.replace(made_runs.GOAL, by=worlds.START + 10)
    rows = [r for r in table(separation(runs, goal)) if r["one"] == "a"]
    assert [(r["other"], r["state"], r["mean"], r["needed"]) for r in rows] == [("b", "tie", 0.0, None)]


def test_runs_in_single_precision_give_the_same_answer_and_the_same_ties():
    base = 100.0 + np.random.default_rng(1).normal(0.0, 30.0, 40)
    histories = [made_runs.history("base", base), made_runs.history("a", base), made_runs.history("b", base + 0.5)]
    stored = [dataclasses.replace(h, values={k: v.astype(np.float32) for k, v in h.values.items()}) for h in histories]
    exact, kept = rows_of(comparison(histories), "b")[0], rows_of(comparison(stored), "b")[0]
    assert [kept[k] for k in DIFFERENCE] == pytest.approx([exact[k] for k in DIFFERENCE], abs=1e-4)
    assert rows_of(comparison(stored), "a")[0]["equal"] == 1.0
    assert separated(stored, made_runs.GOAL)[0].state is State.TIE


# ── Missing runs ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_failed_runs_are_left_out_in_pairs_and_counted():
    values = np.arange(10.0)
    base = made_runs.history("base", values)
    other = made_runs.history("other", values[3:] + 2.0, range(3, 10))
    third = made_runs.history("third", values[:8] + 1.0, range(8))
    answer = comparison([base, other, third])
    rows = {p: rows_of(answer, p)[0] for p in ("other", "third")}
    assert (rows["other"]["pairs"], rows["other"]["unpaired"], rows["other"]["mean"]) == (7, 3, 2.0)
    assert (rows["third"]["pairs"], rows["third"]["unpaired"], rows["third"]["common"]) == (8, 2, 5)
    assert rows["other"]["baseline_mean"] == pytest.approx(values.mean())
    assert "另有 5 次运行因缺少配对而剔除" in answer.words.zh
    assert "5 runs without a partner are left out" in answer.words.en


def test_pairs_are_found_whatever_the_order_of_the_runs():
    values = np.random.default_rng(0).normal(0.0, 100.0, 12)
    turned = made_runs.history("other", (values + 3.0)[::-1], range(11, -1, -1))
    (row,) = rows_of(comparison([made_runs.history("base", values), turned]), "other")
    assert (row["world_q05"], row["world_q95"]) == pytest.approx((3.0, 3.0))


def test_without_pairs_or_with_a_single_one_nothing_is_claimed():
    base = made_runs.history("base", np.array([1.0, 2.0]))
    apart = comparison([base, made_runs.history("other", np.array([5.0]), range(7, 8))])
    (row,) = rows_of(apart, "other")
    assert (row["pairs"], row["unpaired"], row["mean"], row["better"]) == (0, 3, None, None)
    assert "不足两次，无法比较" in apart.words.zh and "fewer than two pairs" in apart.words.en
    lone = comparison([base, made_runs.history("other", np.array([5.0]), range(1))])
    (row,) = rows_of(lone, "other")
    assert (row["pairs"], row["mean"], row["mean_low90"], row["mean_high90"], row["pairing_gain"]) == (1, 4.0, None, None, None)
    assert "领先" not in lone.words.zh and "better" not in lone.words.en
    for words in (apart.words.zh, apart.words.en, lone.words.zh, lone.words.en):
        assert "nan" not in words.lower() and "inf" not in words.lower()
    alone = comparison([base])
    assert alone.words.en.startswith("There is only one policy")
    assert len(rows_of(alone, "base")) == 1


def test_what_cannot_be_compared_is_refused_in_words():
    base = made_runs.history("base", np.arange(3.0))
    with pytest.raises(ValueError, match="no run of policy 'x'; there are base"):
        comparison([base], "x")
    with pytest.raises(ValueError, match="stands twice"):
        comparison([base, base])
    with pytest.raises(ValueError, match="same quarters"):
        comparison(
            [worlds.run(worlds.toy_scenario(quarters=4)), worlds.run(worlds.toy_scenario(quarters=5), 2, worlds.policy(name="b"))]
        )
    with pytest.raises(ValueError, match="no run to compare"):
        comparison([])
    short = [worlds.run(worlds.toy_scenario(quarters=4), 2, worlds.policy(name=n)) for n in "ab"]
    with pytest.raises(ValueError, match="do not cover 2023Q4"):
        separation(short, made_runs.GOAL)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_words_name_the_leader_its_lead_and_who_cannot_be_told_from_it():
    rng = np.random.default_rng(6)
    base = rng.normal(100.0, 20.0, 40)
    histories = [made_runs.history("base", base)]
    histories += [
        made_runs.history(n, base + rng.normal(m, 4.0, 40)) for n, m in (("a", 9.0), ("b", 8.9), ("c", 2.0), ("d", 0.0))
    ]
    words = comparison(histories).words
    leader, rival = ("a", "b") if "“方案a”领先" in words.zh else ("b", "a")
    assert f"“方案{leader}”领先：企业数（2023 年底）平均多 " in words.zh
    assert f"，平均值与“方案{rival}”（" in words.zh
    assert "“方案c”" not in words.zh
    assert f"“Policy {leader}” leads on Firms (end 2023), by " in words.en
    assert f"its mean not told apart from that of “Policy {rival}” (" in words.en
    assert "不配对至少要" in words.zh
    assert "假设" not in words.zh  # no lever is set


def test_a_leader_by_the_mean_that_is_seldom_best_is_not_praised_for_it():
    base = np.arange(40.0)
    rare = np.where(np.arange(40) % 4 == 0, 40.0 + np.arange(40.0), 1.0)
    words = comparison(
        [made_runs.history("base", base), made_runs.history("a", base + rare), made_runs.history("b", base + 4.0)]
    ).words
    assert "“方案a”领先" in words.zh
    assert "但只在 25%（15–38%）的运行中为各方案最好，更常居首的是“方案b”，75%（62–85%）" in words.zh
    assert "but best of all in only 25% (15–38%), less often than “Policy b”, 75% (62–85%)" in words.en


def test_no_winner_is_made_up_where_there_is_none():
    rng = np.random.default_rng(8)
    base = rng.normal(100.0, 20.0, 30)
    noise = rng.normal(0.0, 4.0, 30)
    histories = [made_runs.history("base", base), made_runs.history("a", base + noise - noise.mean() + 0.2)]
    histories.append(made_runs.history("b", base - 5.0 + 0.1 * noise))
    words = comparison(histories).words
    assert "没有方案明显好于基准，“方案b”平均少 " in words.zh
    assert "“方案a”（每个方案再做约 " in words.zh and "与基准分不开" in words.zh
    assert "no policy is clearly better than the baseline" in words.en
    assert "cannot be told from the baseline" in words.en


def test_the_words_say_which_levers_rest_on_assumptions():
    base = np.arange(40.0)
    setting, sound = (LeverSetting(lever, 1.0, worlds.FIRST) for lever in ("delivery_service", "talent_programme"))
    told = comparison([made_runs.history("base", base), made_runs.history("a", base + 1, None, setting, sound)]).words
    assert "项目落地服务的效果大小至少有一部分没有可核对的研究依据" in told.zh
    assert "for delivery service, the size of some effect comes from no study" in told.en


# ── When to stop ─────────────────────────────────────────────────────────────────────────────────────────────────────
def verdict(difference, **options):
    (found,) = separated(two(difference, len(difference)), made_runs.GOAL, **options)
    return found


def test_a_run_may_stop_once_told_apart_narrow_or_tied_and_never_before_the_minimum():
    noise = np.random.default_rng(9).normal(0.0, 1.0, 100)
    noise -= noise.mean()
    clear, none = noise + 5.0, noise + 0.01
    assert verdict(clear).state is State.SEPARATED
    assert verdict(clear[: MINIMUM - 1]).state is State.OPEN
    assert verdict(clear[:10], minimum=10).settled
    assert verdict(none).state is State.OPEN and verdict(none).more > 1000
    assert verdict(none, precision=1.0).state is State.NARROW
    assert verdict(none, precision=0.1).state is State.OPEN
    assert verdict(np.zeros(100)).state is State.TIE and verdict(np.zeros(100)).more == 0
    assert verdict(np.zeros(10)).state is State.OPEN
    assert verdict(clear[:1]).state is State.UNKNOWN
    weak = noise * 3.0 + 0.55
    assert judge(weak) is State.SEPARATED
    assert verdict(weak).state is State.OPEN  # the first look already asks for more than 90 %


def test_looking_often_finds_no_difference_where_there_is_none():
    rng, called = np.random.default_rng(10), 0
    for _ in range(200):
        drawn = rng.normal(0.0, 1.0, 30 * 2**4)
        looks = [verdict(drawn[: 30 * 2**k], look=k + 1).state for k in range(5)]
        called += State.SEPARATED in looks
    assert called / 200 <= 0.13  # 10 % and its chance error; looks at a constant 90 % would call about 25 %
