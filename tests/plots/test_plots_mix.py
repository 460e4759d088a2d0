"""The picture of a mix: shares and mixes are those of the answer, costs those of the runs, dots the levers in use."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from made_up import END, REVENUE, column, history, policy
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.effect import Outcome
from wutong.experiments.answers.mixed import mixed, telling
from wutong.experiments.answers.mixes import mix, subset_policies
from wutong.experiments.equal_cost import yearly_cost
from wutong.model.levers import LEVERS

LANGUAGES = ("zh", "en")


def runs(whole, n=12):
    """Runs of every part of a mix: lever i alone brings 10 i, half lost where two neighbours meet; each costs 0.5 亿元 a year."""
    levers, found = list(LEVERS), []
    for part in subset_policies(whole):
        inside = sorted(levers.index(s.lever) for s in part.settings)
        worth = sum(10.0 * (i + 1) for i in inside) - sum(5.0 for a, b in itertools.pairwise(inside) if b == a + 1)
        noise = np.random.default_rng(len(inside)).normal(0.0, 3.0, n)
        found.append(history(np.random.default_rng(9).normal(1000.0, 80.0, n) + worth + noise, part, 0.5 * len(inside)))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_levers", [2, 3, 5, 7])
def test_bars_are_the_shares_and_the_mixes_of_the_answer(n_levers, language):
    whole = policy(*tuple(LEVERS)[:n_levers])
    histories = runs(whole)
    figure = plots.mix(whole, histories, REVENUE, language)
    assert_readable(figure)
    given = mix(whole, histories, REVENUE)
    shares = [mean for mean, kind in zip(column(given, "mean"), column(given, "kind"), strict=True) if kind == "share"]
    shown = telling(mixed(whole, histories, REVENUE))
    bars = [patch.get_width() for patch in figure.axes[0].patches]
    assert len(bars) == n_levers + len(shown)
    factor = bars[0] / shares[0]
    assert bars[:n_levers] == pytest.approx([share * factor for share in shares])
    assert sorted(bars[n_levers:]) == pytest.approx(sorted(one.effect.mean * factor for one in shown))
    assert bars[-1] == pytest.approx(sum(shares) * factor), "the whole stands last"


def test_every_mix_of_few_levers_is_shown_and_of_many_the_single_ones_the_best_and_the_whole():
    few, many = policy(*tuple(LEVERS)[:3]), policy(*tuple(LEVERS)[:5])
    assert len(telling(mixed(few, runs(few), REVENUE))) == 7
    found = mixed(many, runs(many), REVENUE)
    shown = telling(found)
    assert [len(one.levers) for one in shown] == [1] * 5 + [2, 3, 4, 5]
    best = max((one for one in found if len(one.levers) == 3), key=lambda one: one.effect.mean)
    assert shown[6] is best


def test_costs_are_those_of_the_runs():
    whole = policy(*tuple(LEVERS)[:2])
    histories = runs(whole)
    by_levers = {one.levers: one.cost for one in mixed(whole, histories, REVENUE)}
    both = next(h for h in histories if len(h.cases[0].policy.settings) == 2)
    assert by_levers[tuple(LEVERS)[:2]] == pytest.approx(yearly_cost(both, END))
    words = [text for text, _ in shown_texts(plots.mix(whole, histories, REVENUE, "zh"))]
    assert sum("亿元" in word or "万元" in word for word in words) >= 3


def test_without_the_runs_of_a_part_there_is_no_picture():
    whole = policy(*tuple(LEVERS)[:2])
    with pytest.raises(ValueError, match="cannot be taken apart"):
        plots.mix(whole, runs(whole)[:-1], REVENUE, "en")
    with pytest.raises(ValueError, match="cannot be taken apart"):
        plots.mix(whole, runs(whole, 1), REVENUE, "en")
    assert mixed(whole, runs(whole)[1:], Outcome("revenue", END)) == ()
