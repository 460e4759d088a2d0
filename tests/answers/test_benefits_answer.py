"""Costs and benefits: sums that must meet, shares that are known, and no number where there is none."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import worlds

from wutong.experiments import intervals
from wutong.experiments.answers import money
from wutong.experiments.answers.benefit_ratios import ends_early, paid_where, payback
from wutong.experiments.answers.benefits import benefits
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.lever_costs import FUND_FEE
from wutong.model.scenario import LeverSetting
from wutong.model.units import NEVER

QUARTERS = 13  # 2022Q4 to 2025Q4
FUND = LeverSetting("seed_fund", 2.0, worlds.FIRST)
LANDING = LeverSetting("landing_subsidy", 0.2, worlds.FIRST)


@cache
def run(*settings: LeverSetting, name: str = "none", n: int = 12, quarters: int = QUARTERS) -> History:
    chosen = dataclasses.replace(worlds.policy(*settings, name=name), title=Label(f"方案{name}", f"Policy {name}"))
    return worlds.run(worlds.toy_scenario(quarters=quarters), n, chosen)


@cache
def account(*settings: LeverSetting) -> list[dict[str, object]]:
    answer = benefits([run(), run(*settings, name="a")])
    assert {len(row) for row in answer.rows} == {len(answer.columns)}
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def lines(rows, item, part="all"):
    return [r for r in rows if r["item"] == item and r["part"] == part]


# ── Sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_costs_by_year_and_by_lever_add_up_to_the_whole():
    rows = account(FUND, LANDING)
    years = lines(rows, "lever_cost")
    assert [r["period"] for r in years] == ["2022Q4", "2023", "2024", "2025"]
    (whole,) = lines(rows, "lever_cost_summed")
    assert whole["period"] == "2022Q4-2025Q4"
    assert sum(r["mean"] for r in years) == pytest.approx(whole["mean"])
    parts = [r for r in rows if r["item"] == "lever_cost_summed" and r["part"] != "all"]
    assert {r["part"] for r in parts} == {"seed_fund", "landing_subsidy"}
    assert sum(r["mean"] for r in parts) == pytest.approx(whole["mean"])


def test_the_cost_of_a_fund_is_what_its_terms_say():
    scenario = worlds.without(worlds.toy_scenario(quarters=QUARTERS), {"levers.seed_recovery": 0.25})
    runs = [worlds.run(scenario, 3), worlds.run(scenario, 3, worlds.policy(FUND, name="a"))]
    answer = benefits(runs)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    found = {r["period"]: r["mean"] for r in lines(rows, "lever_cost", "seed_fund")}
    yearly = 2.0 * (1.0 - 0.25 + FUND_FEE)
    assert found == pytest.approx({"2022Q4": yearly / 4, "2023": yearly, "2024": yearly, "2025": yearly})


def test_the_balance_is_tax_less_cost_and_its_value_falls_with_the_rate():
    rows = account(FUND)
    for balance, tax, cost in zip(*(lines(rows, i) for i in ("net_balance", "local_tax", "lever_cost")), strict=True):
        assert balance["mean"] == pytest.approx(tax["mean"] - cost["mean"])
    (last,) = (r for r in lines(rows, "net_balance_summed") if r["period"] == "2025Q4")
    assert last["mean"] == pytest.approx(sum(r["mean"] for r in lines(rows, "net_balance")))
    worth = [next(r["mean"] for r in lines(rows, "net_balance_value", f"{p}%")) for p in (3, 5, 8)]
    assert last["mean"] < worth[0] < worth[1] < worth[2] < 0.0  # a loss weighs less the later it counts


def test_projects_do_not_vanish():
    history = run(LANDING, name="a")
    rows = account(LANDING)
    levels = {k: lines(rows, k)[0]["policy_mean"] for k in ("signed_projects", "opened_projects", "cancelled_projects")}
    under_way = history.total("pipeline_projects")
    left = under_way[0].mean() + levels["signed_projects"] - levels["opened_projects"] - levels["cancelled_projects"]
    assert left == pytest.approx(under_way[-1].mean())
    assert levels["cancelled_projects"] >= 0.0
    assert 0.0 < lines(rows, "leak_to_opening")[0]["policy_mean"] < 1.0


@pytest.mark.parametrize(("item", "whole"), [("jobs", "employees"), ("firms_parts", "firms"), ("revenue_parts", "revenue")])
def test_direct_and_supplier_make_the_whole_and_induced_jobs_stand_apart(item, whole):
    rows = account(LANDING)
    parts = [lines(rows, item, part)[0] for part in ("direct", "supplier")]
    assert sum(r["mean"] for r in parts) == pytest.approx(lines(rows, whole)[0]["mean"])
    assert parts[0]["unit"] == lines(rows, whole)[0]["unit"]
    assert len(lines(rows, "jobs", "induced")) == 1


# ── Ratios ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_cost_per_unit_is_cost_over_effect_or_no_number():
    rows = account(LANDING)
    cost = lines(rows, "lever_cost_summed")[0]["mean"]
    told = 0
    for item, effect in (("cost_per_firms", "firms"), ("cost_per_employees", "employees")):
        (row,), (by,) = lines(rows, item), lines(rows, effect)
        if row["state"] == "told":
            told += 1
            assert row["mean"] == pytest.approx(cost / by["mean"])
            assert row["mean_low90"] <= row["mean"] <= row["mean_high90"]
        else:
            assert row["mean"] is row["mean_low90"] is None
    assert told


def made(cost, jobs):
    """Two runs that differ in cost [亿元/year] and in jobs at the end, of shape (n_worlds,)."""
    base = run()
    n = len(base.cases)
    levers, segments = base.values["lever_cost"].copy(), base.values["employees"].copy()
    levers[1:, :, 0] += np.broadcast_to(cost, n)
    segments[1:, :, 0] += np.broadcast_to(jobs, n)
    balance = base.values["net_balance"].copy()
    balance[1:, :, 0] -= np.broadcast_to(cost, n)
    values = {**base.values, "lever_cost": levers, "employees": segments, "net_balance": balance}
    return [base, dataclasses.replace(run(name="a"), values=values)]


NOISE = np.array([-50.0, 50.0] * 6)


@pytest.mark.parametrize(
    ("cost", "jobs", "state", "says"),
    [
        (4.0, 200.0 + 0.1 * NOISE, "told", "每增加一个岗位的累计政策成本：“方案a” "),
        (4.0, NOISE, "cannot_be_told", "就业差别可能为零，每个岗位的成本说不清"),
        (4.0, -200.0 + 0.1 * NOISE, "loses", "花了钱而岗位减少"),
        (-4.0, 200.0, "saves", "比基准少花钱"),
        (0.0, 200.0, "free", "没有新增成本"),
    ],
)
def test_the_cost_of_a_job_is_told_only_where_it_can_be(cost, jobs, state, says):
    answer = benefits(made(cost, jobs))
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    (row,) = lines(rows, "cost_per_employees")
    assert row["state"] == state
    assert says in answer.words.zh
    assert (row["mean"] is not None) == (state == "told")
    if state == "told":
        assert row["mean"] == pytest.approx(4.0 * QUARTERS / 4 / 200.0)


# ── Anyway, payback, early ends ──────────────────────────────────────────────────────────────────────────────────────
def test_money_that_moves_nobody_pays_for_those_who_come_anyway():
    deaf = worlds.without(
        worlds.toy_scenario(quarters=QUARTERS), {"attraction.support_weight": 0.0, "anchors.support_weight": 0.0}
    )
    answer = benefits([worlds.run(deaf, 6), worlds.run(deaf, 6, worlds.policy(LANDING, name="a"))])
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    (row,) = lines(rows, "anyway_share")
    assert (row["mean"], row["mean_low90"], row["mean_high90"]) == (1.0, 1.0, 1.0)


def test_the_share_that_comes_anyway_is_what_support_leaves_of_it():
    """With a fixed weight b and the support s of a segment, generic entry rises by exp(b s), so exp(-b s) comes anyway."""
    held = {"attraction.support_weight": 2.5, "attraction.creation_share": 1.0, "attraction.copying": 0.0}
    scenario = worlds.without(worlds.plain(worlds.toy_park(()), 24), worlds.NO_FEEDBACK, worlds.NO_EXIT, held)
    fleet = dataclasses.replace(LANDING, segments=(worlds.FLEET,))
    runs = [worlds.run(scenario, 24), worlds.run(scenario, 24, worlds.policy(fleet, name="a"))]
    answer = benefits(runs)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    (row,) = lines(rows, "anyway_share")
    came = [h.total("entrants_attracted", (worlds.FLEET,))[1:].sum(axis=0).mean() for h in runs]
    assert row["mean"] == pytest.approx(came[0] / came[1], abs=0.01)
    assert row["mean_low90"] <= row["mean"] <= row["mean_high90"] <= 1.0


def test_nobody_is_paid_without_a_lever_that_pays():
    assert lines(account(FUND), "anyway_share")[0]["state"] == "none"
    history = run(dataclasses.replace(LANDING, end=worlds.FIRST + 1, segments=(worlds.FLEET,)), name="a")
    where = np.argwhere(paid_where(history))
    assert where.tolist() == [[1, worlds.SEGMENTS.index(worlds.FLEET)], [2, worlds.SEGMENTS.index(worlds.FLEET)]]


@pytest.mark.parametrize(
    ("yearly", "year"),
    [
        ([-4.0] * 5 + [4.0] * 8, 2025),  # -5 by 2023Q4, back at zero with 2025Q1
        ([-4.0] * 13, NEVER),
        ([4.0] * 13, 2022),
        ([4.0] * 5 + [-8.0] * 8, NEVER),  # in the black for a while does not count
    ],
)
def test_payback_is_the_year_from_which_the_balance_stays_whole(yearly, year):
    extra = np.array([0.0, *yearly])[:, None]
    assert money.payback_year(run(), extra).tolist() == [year]
    found = payback(run(), extra)
    assert (found.share.count, found.median_year) == (int(year < NEVER), year if year < NEVER else None)
    assert payback(run(), np.zeros((14, 3))) is None
    assert payback(run(), np.zeros((14, 0))) is None


def test_present_value_follows_the_annuity():
    assert money.present_value(np.full((41, 2), 3.0), 0.0) == pytest.approx([30.0, 30.0])
    quarter = 1.05**-0.25
    exact = 0.75 * 1.05**-0.125 * (1 - quarter**40) / (1 - quarter)
    assert money.present_value(np.full((41, 1), 3.0), 0.05) == pytest.approx([exact])


def test_what_is_still_owed_after_an_early_end_is_said():
    early = dataclasses.replace(LANDING, end=worlds.FIRST + 3)
    end = worlds.START + QUARTERS
    assert ends_early(worlds.policy(early, FUND), end) == ("landing_subsidy",)
    assert ends_early(worlds.policy(LANDING, dataclasses.replace(FUND, end=worlds.FIRST)), end) == ()
    words = benefits([run(), run(early, name="a")]).words
    assert "“方案a”的落户补助在模拟期内提前结束" in words.zh and "看上去比实际便宜" in words.zh
    assert "it looks cheaper than it is" in words.en
    assert "提前结束" not in benefits([run(), run(LANDING, name="a")]).words.zh


def test_of_many_policies_names_and_ranges_are_read_out():
    levels = (0.05, 0.10, 0.15, 0.20)
    runs = [run(), *(run(dataclasses.replace(LANDING, level=v), name=f"{v:.0%}") for v in levels)]
    words = benefits(runs).words
    assert "最低的是" in words.zh and "最高的是" in words.zh
    assert "（“方案5%”、“方案10%”、“方案15%”、“方案20%”）" in words.zh
    assert len(words.zh) < 700


# ── Nothing to tell ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("n", [1, 2])
def test_few_pairs_give_words_and_no_numbers_that_are_not_known(n):
    answer = benefits([run(n=n), run(LANDING, name="a", n=n)])
    for cell in (c for row in answer.rows for c in row if isinstance(c, float)):
        assert np.isfinite(cell)
    for words in (answer.words.zh, answer.words.en):
        assert "nan" not in words.lower() and "inf " not in words.lower()


def test_a_null_lever_costs_and_brings_exactly_nothing():
    answer = benefits([run(), run(dataclasses.replace(LANDING, level=0.0), name="a")])
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    plain = [r for r in rows if r["state"] is None and not str(r["item"]).startswith("payback")]
    assert {r["mean"] for r in plain} == {0.0}
    assert {r["state"] for r in rows} == {None, "free", "none"}
    assert "完全相同" in answer.words.zh


def test_a_run_shorter_than_a_year_has_no_year_to_read():
    answer = benefits([run(quarters=2), run(LANDING, name="a", quarters=2)])
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    assert [r["period"] for r in lines(rows, "revenue")] == ["2023Q1"]
    assert [r["period"] for r in lines(rows, "lever_cost")] == ["2022Q4", "2023Q1"]


def test_intervals_of_the_table_are_those_of_the_pairs():
    (row,) = lines(account(LANDING), "firms")
    gain = run(LANDING, name="a").total("firms")[-1] - run().total("firms")[-1]
    inside = intervals.mean_interval(gain)
    assert (row["mean_low90"], row["mean_high90"]) == pytest.approx((float(inside.low), float(inside.high)))
