"""Costs and benefits of each policy against the baseline, with intervals by pairs, in the vocabulary of impact studies.

Costs and tax are those of the model's accounts.  Tax grows with nominal revenue while the prices of levers stay those of 2022,
so a present value at a real rate flatters a policy that is paid now and taxed later; the rates of 3 to 8 % show how much hangs
on it.  Nothing beyond the end of the run is counted.

An account of each single anchor (what it was promised, what tax it brought, what is clawed back if it leaves) is not recorded by
the runs.  Once it is, ``benefit_ratios.payback`` takes its balance as it takes that of the park.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from wutong.experiments import intervals as of
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.benefit_items import Item, items
from wutong.experiments.answers.benefit_ratios import PerUnit, anyway_share, costs_per_unit, payback
from wutong.experiments.answers.benefits_words import words
from wutong.experiments.answers.comparison import COLUMNS as COMPARED
from wutong.experiments.answers.comparison import WORLDS
from wutong.experiments.answers.line_up import LineUp, Opponent, line_up
from wutong.experiments.answers.money import whole_run
from wutong.experiments.intervals import CONFIDENCE
from wutong.experiments.results import Cell, Row
from wutong.model.facts import Floats, Label
from wutong.model.history import History

KEPT = ("scenario", "baseline", "policy")
COLUMNS: Mapping[str, Column] = {
    **{key: COMPARED[key] for key in KEPT},
    "item": Column(Label("科目", "Item")),
    "title_zh": Column(Label("科目名称（中文）", "Title in Chinese")),
    "title_en": Column(Label("科目名称（英文）", "Title in English")),
    "part": Column(
        Label(
            "部分：all 合计，政策工具，direct 直接，supplier 配套，induced 诱发，或贴现率",
            "Part: all, a lever, direct, supplier, induced, or the rate of discount",
        )
    ),
    "period": Column(Label("时期：年份、季度末或整个模拟期", "Period: a year, the end of a quarter, or the whole run")),
    "unit": COMPARED["unit"],
    "pairs": COMPARED["pairs"],
    "unpaired": COMPARED["unpaired"],
    "baseline_mean": COMPARED["baseline_mean"],
    "policy_mean": Column(Label("本方案的平均值", "Mean under the policy"), "see unit"),
    "mean": Column(
        Label("平均差；比值为两个平均值之比", "Mean difference; of a cost per unit or a share, the ratio of two means"),
        "see unit",
    ),
    **{key: column for key, column in COMPARED.items() if key.startswith("mean_")},
    "median": COMPARED["median"],
    **{key: column for key, column in COMPARED.items() if key.startswith("world_")},
    "state": Column(
        Label(
            "比值的状态：told 给出，cannot_be_told 分母可能为零，不给数，loses 花钱而减少，saves 比基准省钱，"
            "free 无新增成本，none 无此项",
            "Of a ratio: told; cannot_be_told (its divisor may be zero: no number); loses (costs and reduces); saves (costs less "
            "than the baseline); free (no cost of its own); none (nothing of the kind)",
        )
    ),
}


def benefits(histories: Sequence[History], baseline: str | None = None) -> Answer:
    """What each policy of one scenario costs and brings against the baseline.

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
    lines = items(lined.histories)
    read = [line.values(lined.base) for line in lines]
    rows = tuple(row for opponent in lined.opponents for row in _account(lined, opponent, lines, read))
    return Answer("benefits", COLUMNS, rows, words(lined))


def _account(lined: LineUp, opponent: Opponent, lines: Sequence[Item], read: Sequence[Floats]) -> Iterator[Row]:
    who = (lined.base.cases[0].scenario.name, lined.baseline, opponent.name)
    counted = (opponent.n_pairs, opponent.unpaired)
    for line, before in zip(lines, read, strict=True):
        about = (line.key, line.label.zh, line.label.en, line.part, line.period, line.unit)
        n_pairs, *cells = _difference(opponent, before, line)
        yield (*who, *about, n_pairs, opponent.unpaired, *cells, None)
    for ratio in (*costs_per_unit(lined, opponent), anyway_share(lined, opponent)):
        about = (ratio.key, ratio.label.zh, ratio.label.en, "all", ratio.period, ratio.unit)
        yield (*who, *about, *counted, *_ratio(ratio))
    yield from ((*who, *about, *counted, *cells, None) for about, cells in _payback(lined, opponent))


def _difference(opponent: Opponent, before: Floats, line: Item) -> tuple[Cell, ...]:
    """Pairs defined on both sides, means of both, then the difference with its intervals and its spread over worlds."""
    after = line.values(opponent.history)
    differences = opponent.difference(before, after)
    known = ~np.isnan(differences)
    if not known.any():
        return (0, *(None,) * 12)
    differences = differences[known]
    intervals = of.mean_intervals(differences, (of.HALF, CONFIDENCE))
    ends = [float(end) for i in intervals for end in (i.low, i.high)]
    low, lower, middle, upper, high = (float(q) for q in np.quantile(differences, WORLDS))
    levels = (float(before[opponent.here][known].mean()), float(after[opponent.there][known].mean()))
    levels = (math.nan, math.nan) if line.difference_only else levels
    told = (*levels, float(differences.mean()), *ends, middle, low, lower, upper, high)
    return (differences.size, *(c if math.isfinite(c) else None for c in told))


def _ratio(ratio: PerUnit) -> tuple[Cell, ...]:
    half, most = ratio.half, ratio.most
    return (None, None, most.value, half.low, half.high, most.low, most.high, *(None,) * 5, ratio.finding.value)


PAID_BACK = Label("到期末财政净额已收回的运行占比", "Share of runs in which the fiscal balance is paid back by the end")
PAID_BACK_YEAR = Label("半数运行收回的年份；空为期末未达半数", "Year by which half the runs are paid back; empty if fewer are")


def _payback(lined: LineUp, opponent: Opponent) -> Iterator[tuple[tuple[Cell, ...], tuple[Cell, ...]]]:
    extra = opponent.difference(lined.base.total("net_balance"), opponent.history.total("net_balance"))
    found, run = payback(lined.base, extra), whole_run(lined.base)
    if found is None:
        return
    share = found.share
    half = of.share_interval(np.array(share.value), share.n, of.HALF)
    shown = (None, None, share.value, float(half.low), float(half.high), share.low, share.high)
    yield ("paid_back", PAID_BACK.zh, PAID_BACK.en, "all", run, "share"), (*shown, *(None,) * 5)
    year = (*(None,) * 7, found.median_year, *(None,) * 4)
    yield ("payback_year", PAID_BACK_YEAR.zh, PAID_BACK_YEAR.en, "all", run, "calendar year"), year
