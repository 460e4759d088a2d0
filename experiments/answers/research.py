"""What the labs that open with the start or later bring through the four stages of research, before any picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.experiments import wording
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.research_measures import FINISHED
from wutong.model.scenario import Lab
from wutong.model.units import quarter_name, year_of

ALL = Label("全部实验室", "All labs")


@dataclass(frozen=True)
class Pipeline:
    """Runs with the labs that open in the year of their start or later."""

    history: History
    new: tuple[Lab, ...]
    language: str

    @property
    def since(self) -> int:
        """Year from which on labs count as new."""
        return year_of(self.history.start)

    def names(self) -> tuple[str, str]:
        """What all labs and the new ones are called."""
        zh, en = f"{self.since} 年起启用的 {len(self.new)} 个", f"{len(self.new)} of them open in {self.since} or later"
        return ALL.in_language(self.language), Label(zh, en).in_language(self.language)


def pipeline(history: History, language: str) -> Pipeline:
    """The runs of a park with labs.

    Raises
    ------
    ValueError
        If it has none.
    """
    labs = history.cases[0].scenario.park.labs
    if not labs:
        raise ValueError("the park has no lab")
    return Pipeline(history, tuple(lab for lab in labs if year_of(lab.opened) >= year_of(history.start)), language)


def goal_dates(history: History) -> list[int]:
    """The dates of the goals that the runs cover, each once, the earliest first [quarter]."""
    last = history.start + history.n_quarters
    return sorted({target.by for target in history.cases[0].scenario.targets if history.start <= target.by <= last})


def brought_by(p: Pipeline, by: int) -> Floats:
    """Projects of the new labs that passed scale-up from the start to a date, of shape (n_worlds,)."""
    series = p.history.total(FINISHED, [lab.key for lab in p.new])
    return np.asarray(series[: by - p.history.start + 1].sum(axis=0))


def sentence(p: Pipeline) -> str:
    """What the new labs brought to scale by the first goal's date; nothing where there is no new lab or no date."""
    dates = goal_dates(p.history)
    if not dates or not p.new:
        return ""
    low, middle, high = (wording.number(float(q)) for q in np.quantile(brought_by(p, dates[0]), (0.05, 0.5, 0.95)))
    when, name = quarter_name(dates[0]), p.names()[1]
    if p.language == "zh":
        return f"{name}实验室到 {when} 累计通过产业放大的项目：中位数 {middle} 个（90% 区间 {low}{wording.DASH}{high}）。"
    inside = f"(90% interval {low}{wording.DASH}{high})"
    return f"Labs that open in {p.since} or later have brought a median of {middle} projects {inside} to scale by {when}."
