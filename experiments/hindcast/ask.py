"""``hindcast``: one park, one cut-off, its projection, its scores and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.beginning import is_dated
from wutong.experiments.hindcast.levels import N_PAST, Extent
from wutong.experiments.hindcast.projection import SHARE_KEPT, Projection, project
from wutong.experiments.hindcast.scoring import Score, Summary, scores, summaries
from wutong.experiments.hindcast.words import told
from wutong.experiments.runner import Progress, silent
from wutong.model.facts import Label
from wutong.model.history import Axis
from wutong.model.measures import MEASURES
from wutong.model.scenario import Observed, Scenario
from wutong.model.units import QUARTERS_PER_YEAR, quarter, year_of

AHEAD_YEARS = 10  # that are projected where nothing was seen after the cut-off


@dataclass(frozen=True)
class Hindcast:
    """A projection, what was seen after its cut-off, and how the two compare."""

    projection: Projection
    held: tuple[Observed, ...]
    scores: Sequence[Score]
    summaries: Sequence[Summary]
    words: Label


def hindcast(  # noqa: PLR0913 - the options of the command
    scenario: Scenario,
    until: int,
    observed: Sequence[Observed] | None = None,
    *,
    n: int = 200,
    seed: int = 1,
    jobs: int = 1,
    n_past: int = N_PAST,
    progress: Progress = silent,
) -> Hindcast:
    """A park projected from the end of a year on, and scored against what was seen later.

    Parameters
    ----------
    until : the last year whose observed values are used; of a park that names anchors, the year of its start
    observed : all of them, in place of those of the park's file; values after the cut-off serve the scores alone
    n_past : worlds that are run through the past, at least ten times as many as are asked for, of which the nearest tenth is kept
    n : of these, worlds that are projected

    Raises
    ------
    BadInputError
        If the park cannot be begun at the cut-off, or every run fails.
    """
    cutoff = cutoff_of(scenario, until)
    points = [p for p in (scenario.park.observed if observed is None else observed) if MEASURES[p.measure].axis is Axis.SEGMENT]
    held = tuple(point for point in points if point.quarter > cutoff)
    end = max((point.quarter for point in held), default=cutoff + AHEAD_YEARS * QUARTERS_PER_YEAR)
    end += -(end + 1) % QUARTERS_PER_YEAR  # to the end of its year
    asked = list(dict.fromkeys((point.measure, point.scope) for point in held))
    extent = Extent(end, n, seed, jobs, max(n_past, round(n / SHARE_KEPT)))
    projection = project(scenario, points, cutoff, asked, extent, progress)
    found = scores(projection, held)
    together = summaries(found)
    return Hindcast(projection, held, found, together, _with_zeros(told(projection, together), points))


def cutoff_of(scenario: Scenario, until: int) -> int:
    """The end of a year; of a park that names anchors and starts in it, its start.

    Raises
    ------
    BadInputError
        If it is no year.
    """
    if is_dated(scenario.park) and year_of(scenario.park.start) == until:
        return scenario.park.start  # within the year, and it can stand nowhere else
    try:
        return quarter(f"{until:04d}Q4")
    except ValueError:
        raise BadInputError(Label(f"“{until}”不是年份，例如 1999", f"{until} is no year such as 1999")) from None


def _with_zeros(words: Label, points: Sequence[Observed]) -> Label:
    """The words, and how many observed values of zero they leave out."""
    n_zero = sum(not point.value > 0.0 for point in points)
    if not n_zero:
        return words
    zh = f"\n\n有 {n_zero} 个观测值为零，没有用到，也没有计分：误差按比例计，零无从计起。"
    en = f"\n\n{n_zero} observed values are zero: neither used nor scored, as errors are proportional."
    return Label(words.zh + zh, words.en + en)
