"""Pictures of the scorecard and of a hindcast's PIT: places, marks and counts are those of the results."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import synthetic
from test_plots_pictures import assert_readable, shown_texts

from wutong.experiments import plots
from wutong.experiments.answers import Answer
from wutong.experiments.evidence.scorecard import COLUMNS, VERDICTS, Kind, Verdict
from wutong.experiments.hindcast.scoring import Score
from wutong.experiments.plots import pit
from wutong.experiments.plots.scorecard import MARKS, REACH, lines_of
from wutong.model.facts import Label
from wutong.model.units import quarter

LANGUAGES = ("zh", "en")
LONG = (
    "成熟园区软件与高技术服务企业自第一年至第六年的存活率，不含迁出与合并的企业",
    "Survival of offices from the first to the sixth year without those that moved away",
)


def row(kind, quantiles, verdict, target=(10.0, 20.0), name=("事实", "A fact")):
    values = dict.fromkeys(COLUMNS)
    values |= {"fact": "x", "kind": kind.value, "label_zh": name[0], "label_en": name[1], "n": 12, "source": "made up"}
    values |= {"target_low": target[0], "target_high": target[1], "verdict": verdict.value}
    values |= dict(zip(("q05", "q50", "q95"), quantiles, strict=True))
    return tuple(values[key] for key in COLUMNS)


CARD = Answer(
    "scorecard",
    COLUMNS,
    (
        row(Kind.EMERGENT, (12.0, 15.0, 22.0), Verdict.INSIDE),
        row(Kind.EMERGENT, (1.0, 8.0, 11.0), Verdict.TOUCHES, name=LONG),
        row(Kind.CALIBRATED, (900.0, 1000.0, 1100.0), Verdict.MISSES),
        row(Kind.IMPOSED, (None, None, None), Verdict.MISSES),
    ),
    Label("", ""),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_stand_where_the_median_lies_in_the_target_and_tell_the_verdict_by_shape(language):
    figure = plots.scorecard(CARD, language)
    assert_readable(figure)
    (axes,) = figure.axes
    shapes = [shape for shape, _ in MARKS.values()]
    assert len(set(shapes)) == 3
    marks = [(line.get_marker(), float(line.get_xdata()[0])) for line in axes.lines if line.get_marker() in shapes]
    assert [shape for shape, _ in marks] == [MARKS[v][0] for v in (Verdict.INSIDE, Verdict.TOUCHES, Verdict.MISSES)]
    assert [x for _, x in marks][:2] == pytest.approx([0.0, -1.4])
    assert 0.0 < marks[2][1] < REACH, "a median beyond the picture keeps its mark beside the arrow"
    arrows = [line.get_marker() for line in axes.lines if line.get_marker() in ("<", ">")]
    assert arrows == [">"]
    bars = [line for line in axes.lines if line.get_marker() == "None"]
    assert list(bars[0].get_xdata()) == pytest.approx([-0.6, 1.4])
    assert len(axes.patches) == len(CARD.rows), "a fact without a value keeps its target"
    words = [text for text, _ in shown_texts(figure)]
    assert {VERDICTS[v].in_language(language) for v in Verdict} <= set(words)
    assert "900–1,100" in " ".join(words) and any(text.startswith("15 (12–22)") for text in words)


def test_lines_are_those_of_the_table():
    lines = lines_of(CARD, "en")
    assert [line.kind for line in lines] == [Kind.EMERGENT, Kind.EMERGENT, Kind.CALIBRATED, Kind.IMPOSED]
    assert lines[0].quantiles == (12.0, 15.0, 22.0) and lines[3].quantiles is None
    assert (lines[0].place(10.0), lines[0].place(20.0)) == (-1.0, 1.0)


def found(places):
    """A hindcast of which only the PIT of every value is known."""
    subjects = (("firms", "all"), ("revenue", "vehicles.connected"))
    scores = [
        Score(subjects[i % 2], quarter("2024Q4"), 1.0, 1.0, 1.0, 0.1, 0.1, float(p), inside_50=True, inside_90=True, rules=None)
        for i, p in enumerate(places)
    ]
    return SimpleNamespace(projection=SimpleNamespace(scenario=synthetic.scenario(), cutoff=quarter("2022Q4")), scores=scores)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 7, 120])
def test_bars_count_the_values_and_dots_are_the_values(n, language):
    places = np.random.default_rng(n).uniform(0.0, 1.0, n)
    figure = plots.pit_histogram(found(places), language)
    assert_readable(figure)
    bars, dots = figure.axes
    heights = [patch.get_height() for patch in bars.patches if patch.get_facecolor()[3] > 0.5]
    n_bins = 5 if n < 50 else 10
    assert heights == list(np.histogram(places, n_bins, (0.0, 1.0))[0])
    assert sorted(x for line in dots.lines for x in line.get_xdata()) == pytest.approx(sorted(places))
    expected = next(line for line in bars.lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] == n / n_bins)
    assert list(expected.get_ydata()) == [n / n_bins] * 2


def test_the_band_of_a_bar_is_that_of_a_binomial_count():
    low, high = pit.inner(100, 0.1)
    draws = np.random.default_rng(3).binomial(100, 0.1, 20_000)
    assert (low, high) == (5, 15)
    assert ((draws >= low) & (draws <= high)).mean() >= 0.9
    assert pit.inner(1, 0.2) == (0, 1)
    with pytest.raises(ValueError, match="no held-back value"):
        plots.pit_histogram(found([]), "en")
