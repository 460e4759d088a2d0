"""The labs' picture: stages, passes, stock and firms are those of the runs, with the goals at their dates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers.research import brought_by, goal_dates, pipeline, sentence
from wutong.experiments.plots.fan import moment
from wutong.model.facts import Label
from wutong.model.research_measures import FINISHED, UNDER_WAY
from wutong.model.scenario import Basis, Status, Target

LANGUAGES = ("zh", "en")
BY = worlds.START + 13
GOAL = Target("parts", Label("零部件", "Parts"), "firms", (worlds.PARTS,), 24.0, BY, Basis.LEVEL, "made up")
LATE = dataclasses.replace(GOAL, key="late", by=worlds.START + 400)


@pytest.fixture(scope="module")
def toy():
    park = worlds.toy_park()
    (lab,) = park.labs
    new = dataclasses.replace(
        lab, key="new_lab", label=Label("新实验室", "New lab"), status=Status.STARTED, opened=worlds.START + 2
    )
    scenario = worlds.toy_scenario(dataclasses.replace(park, labs=(lab, new)), quarters=24)
    return worlds.run(dataclasses.replace(scenario, title=Label("试验园区", "Try-out park"), targets=(GOAL, LATE)), 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_the_medians_of_all_labs_and_of_the_new_ones(toy, language):
    figure = plots.knowledge_pipeline(toy, language)
    assert_readable(figure)
    assert len(figure.axes) == 8
    for axes, measure in zip(figure.axes, UNDER_WAY, strict=False):
        curves = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) > 2]
        wanted = [np.median(toy.total(measure, members), axis=1) for members in (None, ["new_lab"])]
        assert [list(c) for c in curves] == [list(w) for w in wanted]
        assert curves[0][0] > 0.0 and curves[1][0] == 0.0, "what is not open yet has nothing under way"
    years, finished = toy.yearly(FINISHED)
    line = next(line for line in figure.axes[5].lines if len(line.get_xdata()) == len(years))
    assert list(line.get_ydata()) == list(np.median(finished, axis=1))
    assert list(line.get_xdata()) == [year + 1.0 for year in years]


@pytest.mark.parametrize("language", LANGUAGES)
def test_goals_stand_at_their_dates_and_the_note_counts_what_new_labs_brought_by_then(toy, language):
    assert goal_dates(toy) == [BY]
    figure = plots.knowledge_pipeline(toy, language)
    for axes in figure.axes:
        upright = {float(line.get_xdata()[0]) for line in axes.lines if len(set(line.get_xdata())) == 1}
        assert upright == {moment(toy.start), moment(BY)}
    by_then = toy.total(FINISHED, ["new_lab"])[: BY - toy.start + 1].sum(axis=0)
    found = pipeline(toy, language)
    assert list(brought_by(found, BY)) == list(by_then)
    told = sentence(found)
    assert f"{np.median(by_then):g}" in told and "2025Q4" in told
    assert told.replace(" ", "") in "".join(t for t, _ in shown_texts(figure)).replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_park_without_new_labs_has_one_series_and_without_labs_no_picture(language):
    history = worlds.run(worlds.toy_scenario(quarters=3), 1)
    figure = plots.knowledge_pipeline(history, language)
    assert_readable(figure)
    assert sum(len(set(line.get_xdata())) > 1 for line in figure.axes[0].lines) == 1
    assert sentence(pipeline(history, language)) == ""
    park = dataclasses.replace(worlds.toy_park(), labs=())
    with pytest.raises(ValueError, match="no lab"):
        plots.knowledge_pipeline(worlds.run(worlds.toy_scenario(park, quarters=3), 1), language)
