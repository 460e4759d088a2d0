"""Pictures of answers: they show what the tables say, and nothing overlaps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import synthetic
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.comparison import comparison
from wutong.experiments.intervals import mean_interval
from wutong.experiments.plots import style
from wutong.model.scenario import Policy

LANGUAGES = ("zh", "en")


def with_costs(history, yearly):
    """The made-up policy at a cost [亿元/year] that differs from world to world."""
    n_rows, n_worlds, _ = history.values["lever_cost"].shape
    spread = np.random.default_rng(1).normal(1.0, 0.1, n_worlds)
    cost = np.zeros((n_rows, n_worlds, 2))
    cost[1:, :, 0] = yearly * spread
    return dataclasses.replace(history, values={**history.values, "lever_cost": cost})


def policies(n_policies, n_worlds=20):
    """Made-up policies, more than there are colours if asked for."""
    found = [with_costs(h, 0.7 * i) for i, h in enumerate(synthetic.histories(min(n_policies, 5), n_worlds))]
    for i in range(5, n_policies):
        model = found[i % 5]
        name = Policy(f"more_{i}", model.cases[0].policy.title, ())
        cases = tuple(dataclasses.replace(c, policy=name) for c in model.cases)
        values = {key: v * (1.0 + 0.002 * i * (key != "lever_cost")) for key, v in model.values.items()}
        found.append(dataclasses.replace(model, cases=cases, values=values))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_policies", [2, 3, 5, 14])
def test_paired_differences_are_readable(n_policies, language):
    assert_readable(plots.differences(policies(n_policies), "revenue", "software", language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_policies", [2, 5, 14])
def test_costs_and_effects_are_readable(n_policies, language):
    assert_readable(plots.cost_effect(policies(n_policies), "employees", "all", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bands_and_bars_are_those_of_the_comparison(language):
    histories = policies(3)
    figure = plots.differences(histories, "firms", "software", language)
    answer = comparison(histories)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    for axes, policy in zip(figure.axes, ("as_announced", "recruit"), strict=True):
        (row,) = (
            r for r in rows if (r["policy"], r["measure"], r["scope"], r["date"]) == (policy, "firms", "software", "2030Q4")
        )
        median = max(axes.lines, key=lambda line: len(set(line.get_ydata())))
        assert float(median.get_ydata()[-1]) == pytest.approx(row["median"])
        outer = axes.collections[0].get_paths()[0].vertices
        end = outer[outer[:, 0] == outer[:, 0].max()][:, 1]
        assert (end.min(), end.max()) == pytest.approx((row["world_q05"], row["world_q95"]))
        bar = axes.collections[-1].get_segments()[0]
        assert (bar[0][1], bar[1][1]) == pytest.approx((row["mean_low90"], row["mean_high90"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_points_are_those_of_the_account(language):
    histories = policies(3)
    figure = plots.cost_effect(histories, "firms", "all", language)
    costs = [h.total("lever_cost")[1:].sum(axis=0).mean() / 4 for h in histories]
    firms = [h.total("firms")[-1].mean() for h in histories]
    factor = 1.0 if language == "zh" else 0.1 if max(costs) >= 10.0 else 100.0
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    for i, dot in enumerate(dots, 1):
        assert float(dot.get_xdata()[0]) == pytest.approx(factor * (costs[i] - costs[0]))
        assert float(dot.get_ydata()[0]) == pytest.approx(firms[i] - firms[0])
        gain = histories[i].total("firms")[-1] - histories[0].total("firms")[-1]
        up = figure.axes[0].collections[2 * i - 1].get_segments()[0]
        inside = mean_interval(gain)
        assert (up[0][1], up[1][1]) == pytest.approx((float(inside.low), float(inside.high)))


def test_the_zero_line_is_thick_only_where_the_mean_is_told_apart():
    base, other = policies(2)
    figure = plots.differences([base, other], "firms", "all", "en")
    thick = next(line for line in figure.axes[0].lines if line.get_linewidth() == 2.4)
    told = mean_interval(other.total("firms") - base.total("firms")).told_apart
    assert np.array_equal(~np.isnan(thick.get_ydata()), told)
    assert not told[:5].any() and told[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_baseline_is_named_and_a_policy_keeps_its_colour(language):
    histories = policies(4)
    figure = plots.differences(histories, "firms", "all", language, baseline="recruit")
    words = " ".join(text for text, _ in shown_texts(figure))
    assert synthetic.POLICIES["recruit"].in_language(language) in words
    colours = [axes.collections[0].get_facecolor()[0][:3].tolist() for axes in figure.axes]
    expected = [style.pen_of(i).colour for i in (0, 1, 3)]
    assert [f"#{''.join(f'{round(255 * c):02x}' for c in colour)}" for colour in colours] == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_ties_single_pairs_and_missing_pairs_are_drawn_and_said(language):
    base, other = policies(2)
    named = Policy("same", synthetic.POLICIES["recruit"], ())
    same = dataclasses.replace(base, cases=tuple(dataclasses.replace(c, policy=named) for c in base.cases))
    apart = dataclasses.replace(other, cases=tuple(dataclasses.replace(c, replication=c.replication + 99) for c in other.cases))
    figure = plots.differences([base, same, apart], "firms", "all", language)
    assert_readable(figure)
    words = " ".join(text for text, _ in shown_texts(figure))
    assert ("完全相同" if language == "zh" else "exactly as under the baseline") in words
    assert ("不足两次" if language == "zh" else "fewer than two pairs") in words
    assert_readable(plots.cost_effect([base, same], "firms", "all", language))
    with pytest.raises(ValueError, match="two pairs"):
        plots.cost_effect([base, apart], "firms", "all", language)
    with pytest.raises(ValueError, match="second policy"):
        plots.differences([base], "firms", "all", language)
