"""Every pair of policies on what a goal asks for, and how many more replications would separate them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from wutong.experiments import intervals as of
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.comparison_words import separation_words
from wutong.experiments.answers.line_up import LineUp, line_up
from wutong.experiments.answers.series import goal_series, goal_values
from wutong.experiments.answers.verdicts import State, Verdict, judge
from wutong.experiments.defined import defined
from wutong.experiments.goals import pairs
from wutong.experiments.results import RUN_COLUMNS, TRAJECTORY_COLUMNS, Row
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Target

COLUMNS: Mapping[str, Column] = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "one": Column(Label("方案甲", "One policy")),
    "other": Column(Label("方案乙", "The other policy")),
    "measure": Column(TRAJECTORY_COLUMNS["measure"]),
    "scope": Column(TRAJECTORY_COLUMNS["scope"]),
    "date": Column(Label("时点", "Date")),
    "unit": Column(TRAJECTORY_COLUMNS["unit"]),
    "pairs": Column(Label("配对数", "Pairs of runs"), "pairs"),
    "mean": Column(Label("平均差，乙减甲", "Mean difference, the other less the one"), "see unit"),
    "low90": Column(Label("平均差 90% 区间下限", "Low end of its 90 % interval"), "see unit"),
    "high90": Column(Label("平均差 90% 区间上限", "High end of its 90 % interval"), "see unit"),
    "state": Column(
        Label(
            "separated 已分开，tie 完全相同，open 未分开，unknown 配对不足",
            "separated, tie (exactly equal), open, or unknown (fewer than two pairs)",
        )
    ),
    "needed": Column(
        Label(
            "共需配对数，届时有八成把握分开；空为再多也分不开",
            "Pairs in all that separate them four times in five; empty if none would",
        ),
        "pairs",
    ),
    "more": Column(Label("还需增加的配对数", "Pairs still to add"), "pairs"),
    "pairing_gain": Column(
        Label("配对的节省：不配对时需要的运行数是现在的几倍", "How many times as many runs unpaired ones would need"), "1"
    ),
}


def separation(histories: Sequence[History], target: Target, baseline: str | None = None) -> Answer:
    """Every pair of policies on what a goal asks for: told apart or not, and how many more replications it would take.

    Raises
    ------
    ValueError
        If the runs do not cover the goal's date, or do not belong to one scenario.
    """
    lined = line_up(histories, baseline)
    rows = tuple(_row(lined, target, i, j) for i, j in combinations(range(len(lined.histories)), 2))
    return Answer("separation", COLUMNS, rows, separation_words(lined, target))


def _row(lined: LineUp, target: Target, i: int, j: int) -> Row:
    one, other = lined.histories[i], lined.histories[j]
    here, there = pairs(one, other)
    before, after = goal_values(one, target)[here], goal_values(other, target)[there]
    differences, series = defined(after - before), goal_series(lined.base, target)
    about = (series.measure, series.scope, series.dates[0], series.unit, differences.size)
    names = (lined.base.cases[0].scenario.name, one.cases[0].policy.name, other.cases[0].policy.name)
    state = judge(differences)
    if state is State.UNKNOWN:
        return (*names, *about, None, None, None, state.value, None, None, None)
    verdict = Verdict("", state, differences.size, of.replications_needed(differences))
    inside = of.mean_interval(differences)
    told = (float(differences.mean()), float(inside.low), float(inside.high), state.value)
    gain = float(of.pairing_gains(before, after))
    return (*names, *about, *told, verdict.needed, verdict.more, gain if math.isfinite(gain) else None)
