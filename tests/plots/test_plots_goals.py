"""Pictures of goals in depth and of robustness: what is drawn is what the answers say, in both languages, for many policies."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.depth import in_depth
from wutong.experiments.answers.last_start import LateStarts
from wutong.experiments.answers.robustness import grid, mean_regret, outcome, regrets
from wutong.experiments.goals import Difference
from wutong.experiments.wording import number
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.scenario import Basis, Policy, Target

LANGUAGES = ("zh", "en")


def goal(key, zh, en, measure, at_least, by=worlds.START + 6):
    return Target(key, Label(zh, en), measure, (worlds.PARTS,), at_least, by, Basis.LEVEL, "made up")


GOALS = (
    goal("firms", "零部件企业数", "Parts makers", "firms", 24.0),
    goal("people", "零部件从业人数", "People at parts makers", "employees", 1900.0),
    goal("late", "更晚的目标", "A later goal", "firms", 24.0, worlds.START + 60),
)


@pytest.fixture(scope="module")
def toy():
    park = worlds.toy_park()
    segments = tuple(dataclasses.replace(s, entry=worlds.between(1.0, 30.0)) for s in park.segments)
    scenario = worlds.toy_scenario(dataclasses.replace(park, segments=segments), quarters=6)
    return worlds.run(dataclasses.replace(scenario, title=Label("试验园区", "Try-out park"), targets=GOALS), 30)


def several(history, n, scenarios=1):
    """Copies of a history under policies and scenarios whose values differ by known factors."""
    found = []
    for s in range(scenarios):
        own = history.cases[0].scenario
        scenario = dataclasses.replace(own, name=f"s{s}", title=Label(f"情景{s}：龙头推迟两年", f"Scenario {s}: anchors late"))
        for p in range(n):
            title = Label(f"方案{p}：加大龙头企业招商力度", f"Policy {p}: recruit more anchor firms for the chain")
            cases = tuple(dataclasses.replace(c, scenario=scenario, policy=Policy(f"p{p}", title, ())) for c in history.cases)
            factor = 1.0 + 0.03 * ((p * 7 + s) % 5)
            values = {key: value * factor for key, value in history.values.items()}
            found.append(dataclasses.replace(history, cases=cases, values=values))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2, 12])
def test_bands_show_the_shares_of_the_answer(toy, n, language):
    histories = several(toy, n)
    figure = plots.attainment_by_band(histories, language)
    assert_readable(figure)
    assert len(figure.axes) == 2, "a date beyond the runs has no panel"
    for i, axes in enumerate(figure.axes):
        drawn = [float(line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o"]
        wanted = [band.share.value * 100 for h in histories for band in in_depth(h)[i].bands]
        assert drawn == pytest.approx(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bands_without_a_judged_goal_say_so(toy, language):
    scenario = dataclasses.replace(toy.cases[0].scenario, targets=GOALS[2:])
    history = dataclasses.replace(toy, cases=tuple(dataclasses.replace(c, scenario=scenario) for c in toy.cases))
    figure = plots.attainment_by_band([history], language)
    assert_readable(figure)
    assert figure.axes == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("n", "scenarios"), [(1, 1), (2, 1), (3, 4), (15, 6)])
def test_the_regret_table_shows_the_regrets(toy, n, scenarios, language):
    histories = several(toy, n, scenarios)
    yardstick = outcome(histories[0], "employees")
    figure = plots.regret_table(histories, language, yardstick)
    assert_readable(figure)
    found = list(zip(*regrets(grid(histories, yardstick)), strict=True))
    cells = [t.get_text() for t in figure.axes[0].texts]
    assert len(cells) == n * (scenarios + 2)
    means = sorted(mean_regret(row).mean for row in found)
    top = max(max(r.mean for r in row) for row in found)
    factor = 1.0 if top < 1e4 else 1e-4 if language == "zh" else 1e-3
    shown = [cells[i * (scenarios + 2) + scenarios] for i in range(n)]
    assert shown == [number(m * factor) for m in means], "the least mean regret comes first"


def starts_of(history, levers):
    differences = [
        {worlds.FIRST + q: Difference(9.0 - q - i, 7.0 - q - i, 11.0 - q - i, 30) for q in range(8)} for i in range(len(levers))
    ]
    return [LateStarts(lever, GOALS[0], history, d) for lever, d in zip(levers, differences, strict=True)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2, 12])
def test_late_starts_show_the_differences_and_ring_the_last(toy, n, language):
    found = starts_of(toy, list(LEVERS)[:n])
    figure = plots.late_starts(found, language)
    assert_readable(figure)
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    means = [line.get_ydata() for line in lines if len(line.get_xdata()) > 1]
    assert [list(m) for m in means] == [[d.mean for d in one.differences.values()] for one in found]
    rings = [float(line.get_ydata()[0]) for line in lines if len(line.get_xdata()) == 1]
    assert rings == [one.differences[one.last].mean for one in found if one.last is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_late_starts_beyond_the_date_say_so(toy, language):
    nothing = Difference(np.nan, -np.inf, np.inf, 0)
    figure = plots.late_starts([LateStarts("space", GOALS[2], toy, {worlds.FIRST: nothing})], language)
    assert_readable(figure)
    assert any("no pairs" in text or "配对不足" in text for text, _ in shown_texts(figure))
