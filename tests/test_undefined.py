"""Undefined is undefined: a share of nothing is empty, not drawn, not counted, not judged and not compared."""

from __future__ import annotations

import csv
import dataclasses

import hires
import numpy as np
import pytest
import worlds

from wutong.experiments import answer, defined, goals, intervals, plots, results
from wutong.experiments.answers.attainment import goals_in_depth
from wutong.experiments.answers.comparison import comparison
from wutong.experiments.answers.conditions import levels_by_band
from wutong.experiments.answers.effect import effect_of
from wutong.experiments.answers.reaching import goals_by_year
from wutong.experiments.answers.robust_choice import robustness, yardstick_of
from wutong.experiments.answers.robustness import grid, share_over
from wutong.experiments.answers.verdicts import State, judge, separated
from wutong.experiments.documents.plausibility import Check
from wutong.experiments.documents.readings import Reading
from wutong.experiments.goals import Share, attainment, joint, mean_difference
from wutong.experiments.report.goals import Judged
from wutong.model.scenario import Basis
from wutong.model.units import NEVER, quarter

NAN = hires.UNDEFINED
PARTLY = [1.0, NAN, 0.95, NAN, 0.5, NAN, NAN, NAN, 1.0, NAN, NAN, NAN]  # three of four that want hires meet nine in ten
YEAR = dataclasses.replace(hires.GOAL, key="hires_met_2023", basis=Basis.YEAR)


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ── Statistics ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("values", "n", "mean", "median"),
    [([1.0, NAN, 3.0], 2, 2.0, 2.0), ([NAN, NAN, NAN], 0, NAN, NAN), ([], 0, NAN, NAN), ([0.0, 0.0, 6.0], 3, 2.0, 0.0)],
)
def test_statistics_are_those_of_the_defined(values, n, mean, median):
    values = np.array(values)
    found = [int(defined.count(values)), float(defined.mean(values)), defined.median(values)]
    assert found == pytest.approx([n, mean, median], nan_ok=True)
    assert np.array_equal(defined.quantiles(values[None], (0.5,)), [[median]], equal_nan=True)


def test_statistics_without_gaps_are_numpys_own_bits():
    values = np.random.default_rng(1).normal(size=(7, 40))
    assert np.array_equal(defined.quantiles(values, (0.05, 0.5)), np.quantile(values, (0.05, 0.5), axis=-1))
    assert np.array_equal(defined.mean(values, axis=0), values.mean(axis=0))


def test_the_ends_of_an_axis_leave_out_what_is_not_drawn():
    gaps = np.array([NAN, 2.0, -1.0])
    assert (defined.lowest(gaps), defined.highest(gaps), defined.highest(np.full(3, NAN))) == (-1.0, 2.0, 0.0)


# ── Goals ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("goal", [hires.GOAL, YEAR])
def test_a_goal_is_judged_over_the_runs_in_which_it_is_defined(goal):
    found = attainment(hires.history(PARTLY, goals=(goal,)), goal)
    assert (found.share.count, found.share.n, found.judged, found.n_undefined) == (3, 4, True, 8)
    assert found.median == pytest.approx(0.975) and found.shortfall == 0.0
    assert (found.reached.count, found.reached.n, found.median_first < NEVER) == (3, 4, True)
    assert found.share == goals.wilson(3, 4)


def test_a_goal_that_is_defined_nowhere_cannot_be_judged_and_the_words_say_why():
    history = hires.history([NAN] * 5)
    found = attainment(history, hires.GOAL)
    assert found.covered and not found.judged and found.share.n == 0 and np.isnan(found.median)
    assert (found.reached.n, found.median_first) == (0, NEVER)
    zh, en = (answer.answer([history], language) for language in ("zh", "en"))
    assert "无法判定的目标：招工满足率。其指标是比值，各次模拟中分母都为零，没有数值。" in zh
    assert "Cannot be judged, because the measure is a ratio whose denominator is 0 in every run: Hires met." in en
    for made in (goals_in_depth([history]), goals_by_year([history])):
        assert "无法判定的目标" in made.words.zh and "Cannot be judged" in made.words.en
        assert all(value == value for row in made.rows for value in row), "no NaN in a table"
    assert "期限" not in zh and "do not cover" not in en


def test_the_words_say_in_how_many_runs_a_goal_is_defined():
    history = hires.history(PARTLY)
    zh, en = (answer.answer([history], language) for language in ("zh", "en"))
    assert "（只有 4/12 次模拟有数值）" in zh and "(defined in 4 of 12 runs)" in en
    assert "(defined in 4 of 12 runs)" in answer.terminal_table([history], "en", width=300)
    assert "defined in" not in answer.answer([hires.history([1.0, 0.5])], "en")


def test_all_goals_together_are_judged_where_all_are_defined():
    history = hires.history(PARTLY)
    firms = dataclasses.replace(hires.GOAL, key="firms", measure="firms", at_least=1.0)
    both = [attainment(history, target) for target in (hires.GOAL, firms)]
    assert (joint(both).count, joint(both).n) == (3, 4)


def test_bands_count_the_defined_worlds_alone():
    found = attainment(hires.history(PARTLY), hires.GOAL)
    assert sum(band.share.n for band in goals.by_band(found, np.arange(12.0))) == 4
    assert sum(level.share.n for level in levels_by_band(found, np.arange(12.0), fewest=4)) == 4


def test_the_value_is_reached_among_the_worlds_that_had_one_so_far():
    found = attainment(hires.history([1.0, 0.5], first=3), hires.GOAL)
    by = [found.reached_by(worlds.START + row) for row in (2, 3)]
    assert [(share.count, share.n) for share in by] == [(0, 0), (1, 2)]


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_undefined_cell_is_empty_and_n_counts_the_defined(tmp_path):
    history = hires.history(PARTLY, goals=(hires.GOAL, YEAR))
    results.write_tables(tmp_path, [history], {id(case): f"r{i}" for i, case in enumerate(history.cases)})
    rows = [r for r in read_csv(tmp_path / "trajectories.csv") if (r["measure"], r["scope"]) == ("hiring_share", worlds.PARTS)]
    assert (rows[0]["q50"], rows[0]["mean"], rows[0]["n"]) == ("", "", "0")
    assert (rows[-1]["q50"], rows[-1]["mean"], rows[-1]["n"]) == ("0.975", "0.8625", "4")
    runs = read_csv(tmp_path / "runs.csv")
    for name in (f"hiring_share.{worlds.PARTS}.2023Q4", f"hiring_share.{worlds.PARTS}.2023"):
        assert [run[name] for run in runs[:3]] == ["1", "", "0.95"]
    assert {(r["judged"], r["attained"], r["n"]) for r in read_csv(tmp_path / "summary.csv")} == {("yes", "3", "4")}
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv"))
    assert "nan" not in text.replace("finance", "")


def test_the_report_shows_the_median_of_the_defined():
    history = hires.history(PARTLY)
    assert Judged(history, attainment(history, hires.GOAL)).reading.value == pytest.approx(0.975)
    nowhere = hires.history([NAN, NAN])
    assert Judged(nowhere, attainment(nowhere, hires.GOAL)).reading.value is None


# ── Differences ──────────────────────────────────────────────────────────────────────────────────────────────────────
GAPS = np.array([NAN, 1.0, 2.0, NAN, 4.0])


def test_a_pair_that_is_undefined_on_either_side_is_no_pair():
    whole = GAPS[~np.isnan(GAPS)]
    assert mean_difference(GAPS) == mean_difference(whole)
    assert effect_of(GAPS) == effect_of(whole)
    assert judge(GAPS) is judge(whole)
    assert intervals.replications_needed(GAPS) == intervals.replications_needed(whole)
    assert intervals.ratio_of_means(GAPS, np.arange(1.0, 6.0)) == intervals.ratio_of_means(whole, np.array([2.0, 3.0, 5.0]))
    assert float(intervals.pairing_gains(GAPS, 2.0 * GAPS)) == float(intervals.pairing_gains(whole, 2.0 * whole))
    assert mean_difference(np.array([1.0, NAN])).n == 0 and judge(np.full(4, NAN)) is State.UNKNOWN
    assert judge(np.array([0.0, NAN, 0.0])) is State.TIE


def test_intervals_of_rows_with_unequal_gaps_are_those_of_each_row():
    rows = np.stack([GAPS, np.arange(5.0), np.full(5, NAN)])
    found = intervals.mean_interval(rows)
    for i, row in enumerate(rows):
        alone = intervals.mean_interval(defined.defined(row))
        assert (found.low[i], found.high[i]) == (float(alone.low), float(alone.high))


def compared(before, after):
    answer_ = comparison([hires.history(before, "a"), hires.history(after, "b")])
    rows = [dict(zip(answer_.columns, row, strict=True)) for row in answer_.rows]
    own = [r for r in rows if r["policy"] == "b" and r["target"] == hires.GOAL.key]
    return own[0], answer_.words


def test_policies_are_compared_over_the_pairs_in_which_both_are_defined():
    row, _ = compared([0.5, NAN, 0.5, 0.5, NAN, 0.4], [0.7, 0.9, NAN, 0.8, NAN, 0.5])
    assert (row["pairs"], row["common"], row["unpaired"], row["better"]) == (3, 3, 0, 1.0)
    assert row["mean"] == pytest.approx((0.2 + 0.3 + 0.1) / 3) and row["baseline_mean"] == pytest.approx(0.475)
    assert row["best"] == 1.0


def test_nothing_in_common_is_said_not_compared():
    row, words = compared([0.5, NAN, 0.5, NAN], [NAN, 0.9, NAN, 0.9])
    assert (row["pairs"], row["common"], row["mean"], row["best"]) == (0, 0, None, None)
    assert "没有数值，无从比较" in words.zh and "undefined and not compared" in words.en


def test_a_policy_is_not_settled_on_pairs_that_say_nothing():
    before, after = hires.history([0.5, NAN, 0.5, NAN], "a"), hires.history([0.7, NAN, 0.9, NAN], "b")
    (found,) = separated([before, after], hires.GOAL, minimum=2)
    assert found.n_pairs == 2


def test_robustness_keeps_the_replications_that_all_define():
    runs = [hires.history([0.5, NAN, 0.5, 0.6], "a"), hires.history([0.7, 0.9, NAN, 0.8], "b")]
    table = grid(runs, hires.GOAL)
    assert table.n_worlds == 2 and not np.isnan(table.values).any()
    assert [w.tolist() for w in table.worlds[0]] == [[0, 3], [0, 3]]
    assert all(value == value for made in robustness(runs) for row in made.rows for value in row)
    never = [hires.history([0.5, NAN], "a"), hires.history([NAN, 0.9], "b")]
    with pytest.raises(ValueError, match="undefined in every replication"):
        grid(never, hires.GOAL)
    assert yardstick_of(never).measure == "revenue"


def test_a_share_over_scenarios_leaves_out_what_cannot_be_said():
    assert share_over(np.array([[[1.0, NAN, 1.0], [NAN, NAN, NAN]]])) == (goals.wilson(2, 2), Share(0, 0, 0.0, 1.0))


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_undefined_stretch_is_not_drawn_and_the_picture_says_so(language):
    history = hires.history(PARTLY, first=3)
    figure = plots.trajectory([history], "hiring_share", worlds.PARTS, language)
    lines = [line.get_xydata() for line in figure.axes[0].lines if len(line.get_xydata()) == hires.QUARTERS + 1]
    assert len(lines) == 1 and np.isnan(lines[0][:3, 1]).all() and not np.isnan(lines[0][3:, 1]).any()
    shown = " ".join(text.get_text() for text in figure.texts)
    assert ("没有数值的时段不画" if language == "zh" else "nothing is drawn") in shown
    for drawn in (
        plots.attainment([history], language),
        plots.attainment([hires.history([NAN, NAN])], language),
        plots.industries([history], "hiring_share", language),
        plots.trajectory([hires.history([NAN, NAN])], "hiring_share", worlds.PARTS, language),
        plots.differences([history, hires.history(PARTLY[::-1], "b")], "hiring_share", worlds.PARTS, language),
        plots.differences([history, hires.history([NAN] * 12, "b")], "hiring_share", worlds.PARTS, language),
    ):
        drawn.canvas.draw()


def test_a_goal_that_cannot_be_judged_says_so_in_its_panel():
    figure = plots.attainment([hires.history([NAN, NAN])], "en")
    assert any("nothing to divide by" in text.get_text() for text in figure.texts)


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_plausible_band_is_judged_over_the_defined():
    check = Check(Reading("Hires met", "all", "share", np.array([0.5, NAN, 2.0, 0.6, NAN])), 0.0, 1.0, "a share")
    assert check.outside == pytest.approx(1.0 / 3.0) and check.verdict == "often outside"
    assert Check(Reading("Hires met", "all", "share", np.full(3, NAN)), 0.0, 1.0, "a share").verdict == "undefined"


def test_a_run_to_2022_has_no_year_to_divide():
    assert attainment(hires.history([1.0]), dataclasses.replace(YEAR, by=quarter("2022Q4"))).share.n == 0
