"""What a policy costs for each job, firm and 亿元 more; how many of those paid would have come anyway; when it pays back.

A cost per unit is a ratio of two mean differences with Fieller's interval.  Where the interval of the effect holds zero there is
nothing to divide by: no number is given, and the state says so.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from wutong.experiments import intervals as of
from wutong.experiments.answers.evidence import pays_entrants
from wutong.experiments.answers.line_up import LineUp, Opponent
from wutong.experiments.answers.money import amounts, payback_year, whole_run
from wutong.experiments.goals import Share, wilson
from wutong.experiments.intervals import CONFIDENCE, Ratio
from wutong.model.facts import Floats, Label, Mask
from wutong.model.history import Axis, History
from wutong.model.scenario import Policy
from wutong.model.units import NEVER, STEP_YEARS


class Finding(enum.StrEnum):
    """What can be said of a cost per unit of effect."""

    TOLD = "told"
    CANNOT_BE_TOLD = "cannot_be_told"  # the interval of the effect holds zero
    LOSES = "loses"  # the policy costs money and the effect is below zero
    SAVES = "saves"  # the policy costs less than the baseline
    FREE = "free"  # it costs neither more nor less
    NONE = "none"  # there is nothing of the kind: nobody is paid, or no pair


@dataclass(frozen=True)
class PerUnit:
    """A ratio of two means with its 50 % and 90 % intervals; without numbers unless it is told."""

    key: str
    label: Label
    unit: str
    period: str
    finding: Finding
    half: Ratio
    most: Ratio


@dataclass(frozen=True)
class Payback:
    """Share of the pairs in which the summed balance is back at zero by the end, and the year by which half are, if they are."""

    share: Share
    median_year: int | None


COSTS: Mapping[str, tuple[Label, str]] = {
    "firms": (Label("每增加一家企业的政策成本", "Cost per extra firm"), "亿元/firm"),
    "employees": (Label("每增加一个岗位的政策成本", "Cost per extra job"), "亿元/job"),
    "revenue": (Label("每增加 1 亿元收入的政策成本", "Cost per extra 亿元 of revenue"), "亿元/亿元"),
    "value_added": (Label("每增加 1 亿元增加值的政策成本", "Cost per extra 亿元 of value added"), "亿元/亿元"),
}
JOB_YEAR = (Label("每增加一个岗位年的政策成本", "Cost per extra job-year"), "亿元/job-year")
ANYWAY = Label("领取扶持的新进企业中没有政策也会来的比例", "Supported entrants that would have come anyway")


def costs_per_unit(lined: LineUp, opponent: Opponent) -> Iterator[PerUnit]:
    """Cost over the run per firm and job at its end, and per job-year, revenue and value added summed over the run."""
    end, run = lined.base.quarters[-1], whole_run(lined.base)
    cost = opponent.difference(spent(lined.base), spent(opponent.history))
    for measure, (label, unit) in COSTS.items():
        summed = measure in ("revenue", "value_added")
        read = _summed if summed else _at_end
        effect = opponent.difference(read(lined.base, measure), read(opponent.history, measure))
        yield _per_unit(f"cost_per_{measure}", label, (unit, run if summed else end), cost, effect)
    years = opponent.difference(_summed(lined.base, "employees"), _summed(opponent.history, "employees"))
    yield _per_unit("cost_per_job_year", JOB_YEAR[0], (JOB_YEAR[1], run), cost, years)


def spent(history: History) -> Floats:
    """Cost of all levers over the run, of shape (n_worlds,) [亿元]."""
    return np.asarray(amounts(history.total("lever_cost")).sum(axis=0))


def _at_end(history: History, measure: str) -> Floats:
    return np.asarray(history.total(measure)[-1])


def _summed(history: History, measure: str) -> Floats:
    """A yearly level summed over the run: level times years, of shape (n_worlds,)."""
    return np.asarray(history.total(measure)[1:].sum(axis=0) * STEP_YEARS)


def _per_unit(key: str, label: Label, unit_and_period: tuple[str, str], cost: Floats, effect: Floats) -> PerUnit:
    finding = _finding(cost, effect)
    told = finding is Finding.TOLD
    half, most = (of.ratio_of_means(cost, effect, c) if told else of.CANNOT_BE_TOLD for c in (of.HALF, CONFIDENCE))
    if told and most is of.CANNOT_BE_TOLD:
        finding, half = Finding.CANNOT_BE_TOLD, most
    return PerUnit(key, label, *unit_and_period, finding, half, most)


def _finding(cost: Floats, effect: Floats) -> Finding:
    if cost.size < 2:
        return Finding.NONE
    if not cost.any():
        return Finding.FREE
    costs, works = of.mean_interval(cost), of.mean_interval(effect)
    if float(costs.high) < 0.0:
        return Finding.SAVES
    if not works.told_apart:
        return Finding.CANNOT_BE_TOLD
    return Finding.LOSES if float(works.high) < 0.0 else Finding.TOLD


# ── Who would have come anyway ───────────────────────────────────────────────────────────────────────────────────────
def anyway_share(lined: LineUp, opponent: Opponent) -> PerUnit:
    """Of the firms that came while and where entrants were paid, the share that also comes in the world without the policy.

    Paired worlds draw the same newcomers, a policy adds to them and a settlement keeps the first; so of the firms of a segment
    the smaller count of the two worlds came anyway.  Counts are summed over the quarters of the settings, so that a firm that
    merely comes earlier is not called new.
    """
    base, other, run = lined.base, opponent.history, whole_run(lined.base)
    paid = paid_where(other)
    if not paid.any() or opponent.n_pairs < 2:
        return PerUnit("anyway_share", ANYWAY, "share", run, Finding.NONE, of.CANNOT_BE_TOLD, of.CANNOT_BE_TOLD)
    without, supported = _came(base, paid)[opponent.here], _came(other, paid)[opponent.there]
    anyway, all_paid = np.minimum(without, supported).sum(axis=1), supported.sum(axis=1)
    half, most = (_within_one(of.ratio_of_means(anyway, all_paid, c)) for c in (of.HALF, CONFIDENCE))
    finding = Finding.CANNOT_BE_TOLD if most is of.CANNOT_BE_TOLD else Finding.TOLD
    return PerUnit("anyway_share", ANYWAY, "share", run, finding, half, most)


def paid_where(history: History) -> Mask:
    """Where and when a policy pays entrants, of shape (n_quarters + 1, n_segments)."""
    segments = history.axes[Axis.SEGMENT]
    quarters = history.start + np.arange(history.n_quarters + 1)
    found = np.zeros((len(quarters), len(segments)), np.bool_)
    for setting in history.cases[0].policy.settings:
        if pays_entrants(setting.lever) and setting.level > 0.0:
            when = (quarters >= setting.start) & (quarters <= setting.end) & (quarters > history.start)
            found |= when[:, None] & np.array([not setting.segments or key in setting.segments for key in segments])
    return found


def _came(history: History, where: Mask) -> Floats:
    """Firms that opened there and then, through any channel, of shape (n_worlds, n_segments)."""
    opened = sum(values for key, values in history.values.items() if key.startswith("entrants_"))
    return np.asarray((opened * where[:, None, :]).sum(axis=0))


def _within_one(ratio: Ratio) -> Ratio:
    if ratio.value is None or ratio.low is None or ratio.high is None:
        return ratio
    return Ratio(ratio.value, max(ratio.low, 0.0), min(ratio.high, 1.0))


def ends_early(policy: Policy, end: int) -> tuple[str, ...]:
    """Levers that promise money to entrants and whose setting ends within the run, in the order of the policy.

    The accounts charge a promise only while its setting runs: what is still owed to those who came stays uncounted, while they
    stay and count.  Such a policy looks cheaper than it is.
    """
    return tuple(dict.fromkeys(s.lever for s in policy.settings if pays_entrants(s.lever) and s.level > 0.0 and s.end < end))


# ── Payback ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def payback(history: History, extra: Floats) -> Payback | None:
    """When an account is back at zero for good; None where it never leaves zero in any pair.

    Parameters
    ----------
    extra : yearly rate of a balance less that of the baseline, of shape (n_quarters + 1, n_pairs), the start in row 0; of the
        whole park, or of one anchor where the runs record an account of each
    """
    if extra.shape[1] == 0 or not extra[1:].any():
        return None
    years = np.sort(payback_year(history, extra))
    middle = int(years[(years.size - 1) // 2])
    return Payback(wilson(int((years < NEVER).sum()), years.size), middle if middle < NEVER else None)
