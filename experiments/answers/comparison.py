"""The comparison of policies: what each changes against the baseline, paired by replication on the same draws.

Everything is a difference between two runs that share their chance and their sampled assumptions, so that what remains is the
policy.  A run without its partner (one of the two failed) is left out and counted.  ``intervals`` explains the two kinds of
interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from wutong.experiments import intervals as of
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.comparison_words import words
from wutong.experiments.answers.line_up import LineUp, line_up
from wutong.experiments.answers.series import Series, sense, series_of
from wutong.experiments.defined import count, mean
from wutong.experiments.intervals import CONFIDENCE
from wutong.experiments.results import RUN_COLUMNS, TRAJECTORY_COLUMNS, Cell, Row
from wutong.model.facts import Floats, Label
from wutong.model.history import History

EDGE = {"low": "下限", "high": "上限"}
WORLDS = (0.05, 0.25, 0.50, 0.75, 0.95)


def _ends(key: str, zh: str, en: str, unit: str = "see unit") -> dict[str, Column]:
    """Columns of the 50 % and 90 % interval of something."""
    return {
        f"{key}_{end}{percent}": Column(
            Label(f"{zh}，{percent}% 区间{EDGE[end]}", f"{en}, {end} end of its {percent} % interval"), unit
        )
        for percent in (50, 90)
        for end in EDGE
    }


_BETTER = ("优于基准的运行占比", "Share of runs in which it is better than the baseline")
_BEST = ("在全部方案中最好的运行占比（并列平分）", "Share of runs in which it is the best of all policies (ties shared)")
COLUMNS: Mapping[str, Column] = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "baseline": Column(Label("基准方案", "Baseline policy")),
    "policy": Column(RUN_COLUMNS["policy"]),
    "measure": Column(TRAJECTORY_COLUMNS["measure"]),
    "scope": Column(TRAJECTORY_COLUMNS["scope"]),
    "date": Column(Label("时点：年份为全年值，季度为季末值", "Date: a year for its value, a quarter for the value at its end")),
    "target": Column(Label("以此判定的目标", "Goals that are judged on it")),
    "unit": Column(TRAJECTORY_COLUMNS["unit"]),
    "pairs": Column(Label("配对数，两边都有数值的", "Pairs of runs, defined on both sides"), "pairs"),
    "unpaired": Column(Label("因缺少配对而剔除的运行数", "Runs left out because their partner failed or is missing"), "runs"),
    "baseline_mean": Column(Label("基准方案的平均值", "Mean under the baseline"), "see unit"),
    "mean": Column(Label("平均差", "Mean difference"), "see unit"),
    **_ends("mean", "平均差", "Mean difference"),
    "median": Column(Label("差值的中位数", "Median difference"), "see unit"),
    **_ends("median", "差值的中位数", "Median difference"),
    "world_q05": Column(Label("各次运行差值的 5% 分位数", "5 % quantile of the difference over runs"), "see unit"),
    "world_q25": Column(Label("各次运行差值的 25% 分位数", "25 % quantile of the difference over runs"), "see unit"),
    "world_q75": Column(Label("各次运行差值的 75% 分位数", "75 % quantile of the difference over runs"), "see unit"),
    "world_q95": Column(Label("各次运行差值的 95% 分位数", "95 % quantile of the difference over runs"), "see unit"),
    "better": Column(Label(*_BETTER), "share"),
    **_ends("better", *_BETTER, "share"),
    "equal": Column(Label("与基准完全相同的运行占比", "Share of runs in which it equals the baseline"), "share"),
    "common": Column(Label("全部方案共有且都有数值的运行数", "Runs that all policies have in common, all defined"), "runs"),
    "best": Column(Label(*_BEST), "share"),
    **_ends("best", *_BEST, "share"),
    "pairing_gain": Column(
        Label("配对的节省：不配对时需要的运行数是现在的几倍", "How many times as many runs unpaired ones would need"), "1"
    ),
}
N_DIFFERENCE = 1 + 4 + 1 + 4 + 4  # cells from the mean to the spread over worlds


def comparison(histories: Sequence[History], baseline: str | None = None) -> Answer:
    """What each policy of one scenario changes against the baseline, in every measure, in total and by industry, over time.

    Parameters
    ----------
    histories : of one scenario, one a policy; they may hold different replications
    baseline : name of a policy; the first if None

    Raises
    ------
    ValueError
        If there is no such policy, or the histories do not belong to one scenario and span.
    """
    lined = line_up(histories, baseline)
    rows = tuple(row for series in series_of(lined.base) for row in _rows(lined, series))
    return Answer("comparison", COLUMNS, rows, words(lined))


def _rows(lined: LineUp, series: Series) -> Iterator[Row]:
    values = [series.values(h) for h in lined.histories]
    best = _best(lined, values, sense(series.measure))
    about = [
        (lined.base.cases[0].scenario.name, lined.baseline, h.cases[0].policy.name, series.measure, series.scope)
        for h in lined.histories
    ]
    own_mean, own_n = mean(values[0]).tolist(), count(values[0]).tolist()
    columns = _columns(lined, values, sense(series.measure))
    for d, (date, target) in enumerate(zip(series.dates, series.targets, strict=True)):
        when = (date, target, series.unit)
        base_mean = own_mean[d] if own_n[d] else None
        alone = (own_n[d], 0, base_mean, *(None,) * (N_DIFFERENCE + 6), *best[0][d], None)
        yield (*about[0], *when, *alone)
        for who, opponent, found, wins in zip(about[1:], lined.opponents, columns, best[1:], strict=True):
            n_pairs, *told, gain = found[d]
            yield (*who, *when, n_pairs, opponent.unpaired, base_mean, *told, *wins[d], gain)


def _columns(lined: LineUp, values: Sequence[Floats], sign: int) -> list[list[list[Cell]]]:
    """Cells of every opponent by date: the pairs, and from the mean difference to the share of ties and the gain of pairing.

    Opponents with equally many pairs are computed together.
    """
    nothing: list[Cell] = [0, *[None] * (N_DIFFERENCE + 7)]
    found = [[nothing] * len(values[0]) for _ in lined.opponents]
    for n in {o.n_pairs for o in lined.opponents} - {0}:
        members = [i for i, o in enumerate(lined.opponents) if o.n_pairs == n]
        before = np.array([values[0][:, lined.opponents[i].here] for i in members])
        after = np.array([values[i + 1][:, lined.opponents[i].there] for i in members])
        for i, cells in zip(members, _cells(before, after, sign), strict=True):
            found[i] = cells
    return found


def _cells(before: Floats, after: Floats, sign: int) -> list[list[list[Cell]]]:
    """Cells by opponent and date, from values of shape (n_opponents, n_dates, n_pairs); undefined pairs are left out."""
    differences = after - before
    if np.isnan(differences).any():
        return [[_cell(b, a, sign) for b, a in zip(*rows, strict=True)] for rows in zip(before, after, strict=True)]
    n, levels = differences.shape[-1], (of.HALF, CONFIDENCE)
    ordered = np.sort(differences, axis=-1)
    spread = np.quantile(ordered, WORLDS, axis=-1)
    parts = [differences.mean(axis=-1), *_ends_of(of.mean_intervals(differences, levels))]
    parts += [spread[2], *_ends_of([of.median_interval(ordered, level) for level in levels])]
    parts += [spread[0], spread[1], spread[3], spread[4]]
    unknown = np.full(differences.shape[:-1], np.nan)
    parts += [unknown] * 5 if sign == 0 else _share((sign * differences > 0.0).mean(axis=-1), n)
    parts += [(differences == 0.0).mean(axis=-1), of.pairing_gains(before, after)]
    cells = np.moveaxis(np.array(parts), 0, -1)
    told = cells.astype(object)
    told[~np.isfinite(cells)] = None
    out: list[list[list[Cell]]] = told.tolist()
    return [[[n, *cell] for cell in by_date] for by_date in out]


def _cell(before: Floats, after: Floats, sign: int) -> list[Cell]:
    """Cells of one opponent and date, from values of shape (n_pairs,), some of them undefined."""
    known = ~np.isnan(after - before)
    if not known.any():
        return [0, *[None] * (N_DIFFERENCE + 7)]
    return _cells(before[None, None, known], after[None, None, known], sign)[0][0]


def _ends_of(intervals: Sequence[of.Interval]) -> list[Floats]:
    return [end for interval in intervals for end in (interval.low, interval.high)]


def _share(share: Floats, n: int) -> list[Floats]:
    inner, outer = of.share_interval(share, n, of.HALF), of.share_interval(share, n)
    return [share, inner.low, inner.high, outer.low, outer.high]


def _best(lined: LineUp, values: Sequence[Floats], sign: int) -> list[list[tuple[Cell, ...]]]:
    """Number of common worlds and share of them in which each policy is best, with intervals, by policy and date."""
    shares, counts = lined.best_shares(values, sign or 1)

    def cell(share: float, n: int) -> tuple[Cell, ...]:
        return (n, *(np.array(_share(np.array(share), n)).tolist() if sign and n else (None,) * 5))

    return [[cell(share, n) for share, n in zip(own, counts.tolist(), strict=True)] for own in shares.tolist()]
