"""Maps of goals: cells are shares of the runs inside, sides are what the runs drew or what was set."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from matplotlib.patches import Rectangle
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.conditions import Tried, conditions_drawn, entry_dial
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.goal_map import FEWEST, SetSide, dose_map, drawn_map, ranked, set_map, tried_map, varying
from wutong.experiments.goals import attainment
from wutong.experiments.runner import run_cases
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.scenario import Basis, LeverSetting, Policy, Target

LANGUAGES = ("zh", "en")
GOAL = Target(
    "parts", Label("零部件企业数", "Parts makers"), "firms", (worlds.PARTS,), 24.0, worlds.START + 6, Basis.LEVEL, "made up"
)
FAR = dataclasses.replace(GOAL, at_least=100.0)


@pytest.fixture(scope="module")
def scenario():
    park = worlds.toy_park()
    segments = tuple(dataclasses.replace(s, entry=worlds.between(1.0, 30.0)) for s in park.segments)
    found = worlds.toy_scenario(dataclasses.replace(park, segments=segments), quarters=6)
    return dataclasses.replace(found, title=Label("试验园区", "Try-out park"), targets=(GOAL,))


@pytest.fixture(scope="module")
def toy(scenario):
    return worlds.run(scenario, 60)


def cells(figure):
    """Texts inside the axes, from the lower left cell on."""
    return [text.get_text() for text in figure.axes[0].texts]


def test_cells_count_the_runs_inside_their_bands(toy):
    found = drawn_map(toy, GOAL, "entry", "people")
    entry, people = (conditions_drawn(drawn(toy.cases), GOAL)[key][2] for key in ("entry", "people"))
    reached = attainment(toy, GOAL).attained
    assert found.n == 60 and found.n_attained == int(reached.sum()) > 0
    for row, (low, high) in enumerate(found.up.bands):
        for column, (left, right) in enumerate(found.across.bands):
            inside = (people >= low) & (people <= high) & (entry >= left) & (entry <= right)
            assert found.counts[row, column] == inside.sum()
            assert found.attained[row, column] == (inside & reached).sum()
            if inside.sum() >= FEWEST:
                assert found.shown[row, column] == pytest.approx(reached[inside].mean())
            else:
                assert np.isnan(found.shown[row, column])
    edges = [edge for band in found.across.bands for edge in band]
    assert edges == sorted(edges), "bands do not overlap"


def test_what_the_goal_goes_with_most_closely_stands_at_the_sides(toy):
    values = attainment(toy, GOAL).values
    conditions = varying(conditions_drawn(drawn(toy.cases), GOAL))
    order = ranked(conditions, values)
    assert order[0] == "entry", "of the toy park's conditions entry decides"
    made = {
        "same": (Label("", ""), "1", values**3),
        "against": (Label("", ""), "1", -values),
        "none": (Label("", ""), "1", values * 0),
    }
    assert set(ranked(made, values)[:2]) == {"same", "against"}
    found = drawn_map(toy, GOAL)
    assert (found.across.key, found.up.key) == tuple(order[:2])


def test_what_cannot_be_mapped_is_none_and_what_is_not_there_is_named(toy):
    late = dataclasses.replace(GOAL, by=worlds.START + 60)
    assert drawn_map(toy, late) is None
    assert drawn_map(worlds.run(toy.cases[0].scenario, 8), GOAL) is None, "two bands each need more runs"
    with pytest.raises(ValueError, match="'luck'; there are entry"):
        drawn_map(toy, GOAL, "luck")
    with pytest.raises(ValueError, match="both sides"):
        drawn_map(toy, GOAL, "entry", "entry")
    with pytest.raises(ValueError, match="'luck'"):
        set_map([(1.0, toy), (2.0, toy)], SetSide("x", Label("", ""), "1"), GOAL, "luck")
    assert dose_map(toy, [], GOAL) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("goal", [GOAL, FAR])
def test_the_picture_shows_the_map(toy, goal, language):
    found = drawn_map(toy, goal)
    figure = plots.goal_map(found, language)
    assert_readable(figure)
    written = [text for text in cells(figure) if text.endswith("%")]
    known = found.shown[~np.isnan(found.shown)]
    assert [float(text.strip("<%")) / 100 for text in written] == pytest.approx(known, abs=0.0051)
    title = figure.texts[0].get_text()
    assert ("没有一次达标" in title or "no run reaches it" in title) == (goal is FAR)
    if goal is FAR:
        assert f"n={found.counts[0, 0]}" in cells(figure)
    else:
        assert f"{found.attained[0, 0]}/{found.counts[0, 0]}" in cells(figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cells_with_too_few_runs_are_blank_and_said_to_be(toy, language):
    found = drawn_map(toy, GOAL)
    counts = found.counts.copy()
    counts[0, 0] = FEWEST - 1
    few = dataclasses.replace(found, counts=counts)
    figure = plots.goal_map(few, language)
    assert_readable(figure)
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert patches[0].get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    assert cells(figure)[0] == f"n={FEWEST - 1}"
    n, said = int(np.isnan(few.shown).sum()), "".join(text for text, _ in shown_texts(figure))
    assert f"空白 {n} 格" in said or f"{n} blank cell" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dial_stands_upright_with_a_line_where_the_declared_range_ends(scenario, language):
    dial = entry_dial(scenario, GOAL, beyond=(2.0, 3.0))
    runs = run_cases([c for step in dial.steps for c in worlds.cases(step.scenario, 13)]).histories
    found = tried_map([Tried(dial, GOAL, runs)])
    assert [low for low, _ in found.up.bands] == [step.value for step in dial.steps]
    assert found.up.is_set and found.up.n_within == 5 and found.across.key != "entry"
    assert (found.counts.sum(axis=1) == 13).all()
    figure = plots.goal_map(found, language)
    assert_readable(figure)
    assert [float(line.get_ydata()[0]) for line in figure.axes[0].lines] == [5.0]
    assert tried_map([Tried(dial, FAR, runs)]) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_levels_of_a_lever_stand_upright_from_nothing_on(toy, language):
    def under(level):
        policy = Policy(f"at_{level}", Label("试", "try"), (LeverSetting("landing_subsidy", level, worlds.FIRST),))
        return dataclasses.replace(toy, cases=tuple(dataclasses.replace(c, policy=policy) for c in toy.cases))

    found = dose_map(toy, [under(0.1), under(0.05)], GOAL)
    assert list(found.up.bands) == [(0.0, 0.0), (0.05, 0.05), (0.1, 0.1)]
    assert found.up.label == LEVERS["landing_subsidy"].label and found.counts.sum() == 180
    assert_readable(plots.goal_map(found, language))
