"""The picture of sensitivity: what is drawn is what was found, in both languages, for strong, weak and too few runs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.sensitivity import goals_of
from wutong.experiments.answers.uncertain import uncertain_in
from wutong.experiments.plots.sensitivity import NONE, SHOWN, SOURCED, UNSOURCED
from wutong.model.facts import Label
from wutong.model.scenario import Basis, Target


def goal(n, at_least=900.0, strength=50.0):
    """A goal whose measure follows one number without a source and one with."""
    target = Target(
        "parts",
        Label("配套收入", "Revenue of parts makers"),
        "revenue",
        (worlds.PARTS,),
        at_least,
        worlds.START + 2,
        Basis.LEVEL,
        "",
    )
    scenario = dataclasses.replace(worlds.toy_scenario(quarters=2), title=Label("试验", "Try-out"), targets=(target,))
    base = worlds.run(scenario, n)
    drawn = {u.name: u.values for u in uncertain_in(base.cases)}
    values = np.full((3, n, 5), 900.0)
    for name, sign in (("site.building_rate", 1.0), ("growth.people", -1.0)):
        values[-1, :, 1] += strength * sign * (drawn[name] - drawn[name].mean()) / max(drawn[name].std(), 1e-9)
    values[-1, :, 1] += 20.0 * np.random.default_rng(1).normal(size=n)
    return goals_of(dataclasses.replace(base, values={**base.values, "revenue": values}))[0]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("n", [12, 120])
def test_it_is_readable_and_shows_the_medians_of_the_strongest(n, language):
    found = goal(n)
    figure = plots.sensitivity_dots(found, language)
    assert_readable(figure)
    words = " ".join(text for text, _ in shown_texts(figure))
    if n < 30:
        assert ("模拟次数太少" if language == "zh" else "Too few runs") in words
        return
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == 2 * SHOWN
    assert sorted(m.number.name for m in found.named[:2]) == ["growth.people", "site.building_rate"]
    wanted = [e.value for m in found.numbers[:SHOWN] for e in m.medians[:2]]
    assert [float(dot.get_xdata()[0]) for dot in dots] == pytest.approx([v * (1.0 if language == "zh" else 0.1) for v in wanted])
    colours = [dot.get_color() for dot in dots[::2]]
    assert set(colours[:2]) == {UNSOURCED, SOURCED} and NONE in colours[2:]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_nothing_moves_it_says_so(language):
    figure = plots.sensitivity_dots(goal(60, at_least=0.0, strength=0.0), language)
    assert_readable(figure)
    words = [text for text, _ in shown_texts(figure)]
    assert sum(("与偶然分不开" if language == "zh" else "not told from chance") == w for w in words) >= SHOWN - 1
