"""Ranks of known truths in their posterior: are they even (simulation-based calibration, Talts et al. 2018)?

If a posterior is right, the share of its weight below the truth is evenly spread between 0 and 1 over many truths: heaped at both
ends where it is too narrow, in the middle where it is too wide, at one end where it leans.  Tested by chi-square over ten bins
and by the largest distance of the empirical distribution from the diagonal (band of Massart 1990), at 5 % over all numbers and
both tests together.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.telling import joined, listed
from wutong.experiments.wording import number
from wutong.model.facts import Floats, Label

BINS = 10
LEVEL = 0.05  # of all numbers and tests together
FEWEST = 5 * BINS  # truths
EVEN = 1.0 / 12.0  # variance of an even spread
LEANS = 3.0  # standard errors of the mean rank


class Verdict(enum.StrEnum):
    """What the ranks say of a posterior."""

    EVEN = "even"
    NARROW = "too_narrow"
    WIDE = "too_wide"
    LOW = "leans_low"  # the true number mostly lies above what the posterior says
    HIGH = "leans_high"
    OTHER = "uneven"
    UNKNOWN = "unknown"


VERDICTS: Mapping[Verdict, Label] = {
    Verdict.EVEN: Label("名次均匀，后验可信", "evenly spread ranks: the posterior says what it knows"),
    Verdict.NARROW: Label("后验过窄（过度自信）", "the posterior is too narrow (overconfident)"),
    Verdict.WIDE: Label("后验过宽（过于保守）", "the posterior is too wide"),
    Verdict.LOW: Label("后验偏低", "the posterior lies too low"),
    Verdict.HIGH: Label("后验偏高", "the posterior lies too high"),
    Verdict.OTHER: Label("名次不均匀", "the ranks are not evenly spread"),
    Verdict.UNKNOWN: Label("检验次数太少", "too few truths"),
}


@dataclass(frozen=True)
class Spread:
    """How the ranks of one number are spread.

    Attributes
    ----------
    counts : in ten bins from 0 to 1
    chi_square, prob : against even bins, and how often chance gives as much
    distance, band : largest of the empirical distribution from the diagonal, and what chance reaches
    """

    n: int
    mean: float
    deviation: float
    counts: tuple[int, ...]
    chi_square: float
    prob: float
    distance: float
    band: float
    verdict: Verdict


# ── Are they even? ───────────────────────────────────────────────────────────────────────────────────────────────────
def spreads(values: Floats) -> tuple[Spread, ...]:
    """How the ranks of shape (n_truths, n_numbers) are spread, number by number."""
    level = LEVEL / max(2 * values.shape[1], 1)
    return tuple(_spread(np.sort(column), level) for column in values.T)


def _spread(ordered: Floats, level: float) -> Spread:
    n = ordered.size
    counts = np.bincount(np.minimum((ordered * BINS).astype(np.int64), BINS - 1), minlength=BINS)
    where = tuple(int(count) for count in counts)
    if n < FEWEST:
        mean, deviation = (float(ordered.mean()), float(ordered.std())) if n else (math.nan, math.nan)
        return Spread(n, mean, deviation, where, math.nan, math.nan, math.nan, math.nan, Verdict.UNKNOWN)
    expected = n / BINS
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    steps = np.arange(n + 1) / n
    distance = float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))
    band, prob = math.sqrt(math.log(2.0 / level) / (2.0 * n)), chi_square_tail(chi_square, BINS - 1)
    even = prob >= level and distance <= band
    mean, variance = float(ordered.mean()), float(ordered.var())
    verdict = Verdict.EVEN if even else _fault(mean, variance, n)
    return Spread(n, mean, math.sqrt(variance), where, chi_square, prob, distance, band, verdict)


def _fault(mean: float, variance: float, n: int) -> Verdict:
    """What is wrong with ranks that are not even: they lean, or their spread is not that of even ranks."""
    if abs(mean - 0.5) > LEANS * math.sqrt(EVEN / n):
        return Verdict.LOW if mean > 0.5 else Verdict.HIGH
    error = math.sqrt((1.0 / 80.0 - EVEN**2) / n)  # of the variance of n even ranks
    if abs(variance - EVEN) > LEANS * error:
        return Verdict.NARROW if variance > EVEN else Verdict.WIDE
    return Verdict.OTHER


def chi_square_tail(value: float, freedom: int) -> float:
    """Chance that a chi-square passes a value: recurrence of the incomplete gamma function (Abramowitz & Stegun 6.5.22)."""
    y = max(value, 0.0) / 2.0
    a = 0.5 if freedom % 2 else 1.0
    tail = math.erfc(math.sqrt(y)) if freedom % 2 else math.exp(-y)
    while a < freedom / 2.0:
        tail += math.exp(a * math.log(y) - y - math.lgamma(a + 1.0)) if y > 0.0 else 0.0
        a += 1.0
    return min(tail, 1.0)


# ── Table and words ──────────────────────────────────────────────────────────────────────────────────────────────────
COLUMNS: Mapping[str, Column] = {
    "number": Column(Label("参数", "Number")),
    "n": Column(Label("已知真值个数", "Known truths"), "runs"),
    "mean": Column(Label("平均名次，应为 0.5", "Mean rank, 0.5 if all is well"), "1"),
    "deviation": Column(Label("名次标准差，应为 0.289", "Standard deviation of the ranks, 0.289 if all is well"), "1"),
    "chi_square": Column(Label("十格卡方值", "Chi-square over ten bins"), "1"),
    "prob": Column(Label("纯属偶然的概率", "How often chance gives as much"), "1"),
    "distance": Column(Label("经验分布与对角线的最大距离", "Largest distance of their distribution from the diagonal"), "1"),
    "band": Column(Label("偶然所能达到的距离", "Distance that chance reaches"), "1"),
    **{f"bin_{i + 1}": Column(Label(f"第 {i + 1} 格次数", f"Ranks in bin {i + 1} of ten"), "runs") for i in range(BINS)},
    "verdict": Column(
        Label(
            "判定：even 均匀，too_narrow 过窄，too_wide 过宽，leans_low 偏低，leans_high 偏高，uneven 不均匀，unknown 次数太少",
            "Even, too narrow, too wide, leans low or high, uneven, or unknown (too few)",
        )
    ),
}


def calibration_answer(names: Sequence[str], values: Floats) -> Answer:
    """The ranks of every number as a table and in words.

    Parameters
    ----------
    values : of shape (n_truths, n_numbers)
    """
    found = spreads(values)
    rows = tuple(
        (
            name,
            s.n,
            *(_cell(v) for v in (s.mean, s.deviation, s.chi_square, s.prob, s.distance, s.band)),
            *s.counts,
            s.verdict.value,
        )
        for name, s in zip(names, found, strict=True)
    )
    return Answer("ranks", COLUMNS, rows, Label(_words(names, found, "zh"), _words(names, found, "en")))


def _cell(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _words(names: Sequence[str], found: Sequence[Spread], language: str) -> str:
    zh, n = language == "zh", found[0].n if found else 0
    lead = f"以模型自身的 {n} 个已知真值检验：" if zh else f"Looked for {n} known truths of the model's own:"
    by_verdict: dict[Verdict, list[str]] = {}
    for name, spread in zip(names, found, strict=True):
        about = f"{name}（平均名次 {number(spread.mean)}）" if zh else f"{name} (mean rank {number(spread.mean)})"
        by_verdict.setdefault(spread.verdict, []).append(about)
    told = [
        f"{listed(own, language)}：{VERDICTS[verdict].zh}" if zh else f"{listed(own, language)}: {VERDICTS[verdict].en}"
        for verdict, own in by_verdict.items()
    ]
    end = "。" if zh else "."
    return joined([lead, ("；" if zh else "; ").join(told) + end], language)
