"""Pictures of single levers and of the chain: readable, and drawn from the answers' own numbers."""

from __future__ import annotations

import dataclasses

import made_up
import made_up_chain
import numpy as np
import pytest
import worlds
from made_up import END, FIRST, REVENUE, history
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments.answers.chain import chain_links
from wutong.experiments.answers.doses import doses_of
from wutong.experiments.answers.effect import Outcome
from wutong.experiments.answers.lever_policies import dose_policies, lever_policy
from wutong.experiments.answers.single_levers import tornado_bars
from wutong.experiments.plots.chain import SHOWN_SHARE, chain, square
from wutong.experiments.plots.dose import dose
from wutong.experiments.plots.tornado import tornado
from wutong.model.facts import Label
from wutong.model.levers import LEVERS

MONEY = 3.0


def lever_runs(n_levers, sign=1.0):
    base = np.random.default_rng(1).normal(1000.0, 100.0, 20)
    runs = []
    for i, lever in enumerate(list(LEVERS)[:n_levers]):
        noise = np.random.default_rng(i).normal(0.0, 4.0, 20)
        cost = MONEY if i % 2 == 0 else 0.3
        runs.append(history(base + sign * (20.0 - 5.0 * i) + noise, lever_policy(lever, LEVERS[lever].high, FIRST), cost))
    return history(base), runs


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("n_levers", [0, 1, 2, 12])
def test_the_tornado_is_readable_and_shows_the_answer(n_levers, language):
    base, runs = lever_runs(n_levers)
    planned = [lever_policy("incubator_places", 2000.0, FIRST), lever_policy("seed_fund", 5.0, FIRST)]
    figure = tornado(base, runs, REVENUE, MONEY, language, planned)
    assert_readable(figure)
    bars = [b for b in tornado_bars(base, runs, REVENUE, MONEY, planned) if b.effect.known]
    drawn = [patch.get_width() for patch in figure.axes[0].patches]
    factor = drawn[0] / bars[0].effect.mean if bars else 1.0
    assert factor == pytest.approx(1.0 if language == "zh" else 0.1 if bars else 1.0)
    assert drawn == pytest.approx([factor * b.effect.mean for b in bars])
    ends = [tuple(line.get_xdata()) for line in figure.axes[0].lines[1:]]
    assert len(ends) == 2 * len(bars)
    heights = [patch.get_y() for patch in figure.axes[0].patches]
    assert heights == sorted(heights, reverse=True)
    hollow = [patch.get_facecolor() == (1.0, 1.0, 1.0, 1.0) for patch in figure.axes[0].patches]
    assert hollow == [not b.spent for b in bars]


def test_the_tornado_shows_losses_left_of_nothing():
    base, runs = lever_runs(4, -1.0)
    figure = tornado(base, runs, REVENUE, MONEY, "zh")
    assert_readable(figure)
    assert figure.axes[0].get_xlim()[0] < 0.0
    assert any(text.startswith("−") and "至" in text for text, _ in shown_texts(figure))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("levels", [(0.1,), (0.01, 0.02, 0.05, 0.1, 0.2), tuple(np.linspace(0.01, 0.2, 14))])
def test_the_dose_response_curve_is_readable_and_shows_the_answer(levels, language):
    base = np.random.default_rng(1).normal(1000.0, 100.0, 20)
    runs = []
    for i, policy in enumerate(dose_policies("landing_subsidy", levels, FIRST)):
        level = policy.settings[0].level
        noise = np.random.default_rng(i).normal(0.0, 2.0, 20)
        runs.append(history(base + 200.0 * min(level, 0.05) + noise, policy, 90 * level))
    figure = dose(history(base), runs, REVENUE, language)
    assert_readable(figure)
    curve = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    found = doses_of(history(base), runs, REVENUE)
    assert list(curve.get_xdata()) == pytest.approx([0.0, *levels])
    ratio = {round(y / d.effect.mean, 6) for y, d in zip(curve.get_ydata()[1:], found, strict=True)}
    assert len(ratio) == 1


def test_a_dose_without_pairs_is_an_empty_picture_and_without_levels_none():
    base = np.array([1000.0])
    runs = [history(base + 1.0, p, 1.0) for p in dose_policies("seed_fund", (1.0, 2.0), FIRST)]
    figure = dose(history(base), runs, REVENUE, "zh")
    assert_readable(figure)
    with pytest.raises(ValueError, match="one level at least"):
        dose(history(base), [], REVENUE, "zh")
    assert_readable(tornado(history(base), runs[:1], Outcome("firms", END + 4), MONEY, "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_chain_map_is_readable_and_shows_the_answer(language):
    made = made_up_chain.history()
    figure = chain(made, made_up_chain.NOW, language)
    assert_readable(figure)
    matrix, cover = figure.axes[:2]
    links = chain_links(made, made_up_chain.NOW)
    keys = list(made_up_chain.LABELS)
    pairs = list(zip(matrix.patches[0::2], matrix.patches[1::2], strict=True))
    shares = [abs(low.get_height()) / (abs(low.get_height()) + abs(high.get_height())) for low, high in pairs]
    assert sorted(shares) == pytest.approx(sorted(row[6] / row[5] for row in links.rows))
    assert sorted(round(low.get_x() + low.get_width() / 2) for low, _ in pairs) == sorted(keys.index(r[4]) for r in links.rows)
    bars = [patch.get_width() for patch in cover.patches]
    assert bars == pytest.approx([40 / 60, 20 / 60, 0.0, 1.0])
    words = {text for text, _ in shown_texts(figure)}
    assert {made_up_chain.LABELS[k].in_language(language) for k in keys} <= words
    assert ({"60", "20"} if language == "zh" else {"6,000", "2,000"}) <= words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_long_names_do_not_run_into_the_matrix(language):
    made = made_up_chain.history()
    park = made.cases[0].scenario.park
    long = Label(
        "智能网联新能源汽车关键零部件与先进材料一体化配套服务环节", "Key components and advanced materials for connected vehicles"
    )
    segments = tuple(dataclasses.replace(s, label=long) for s in park.segments)
    scenario = dataclasses.replace(made.cases[0].scenario, park=dataclasses.replace(park, segments=segments))
    cases = tuple(dataclasses.replace(c, scenario=scenario) for c in made.cases)
    assert_readable(chain(dataclasses.replace(made, cases=cases), made_up_chain.NOW, language))


def test_squares_grow_with_demand_and_the_date_must_be_covered():
    sides = [square(x) for x in (0.05, 0.5, 5.0, 50.0, 500.0)]
    assert sides == sorted(set(sides))
    assert square(0.1) > square(0.0999)
    assert SHOWN_SHARE < 0.02
    with pytest.raises(ValueError, match="2040Q1"):
        chain(made_up_chain.history(), made_up_chain.LATE, "zh")
    assert_readable(chain(worlds.run(worlds.toy_scenario(), 1), worlds.FIRST, "zh"))
    assert made_up.NOTHING.settings == ()
