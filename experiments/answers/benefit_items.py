"""The lines of an account of costs and benefits: what each reads in every world of a run.

Direct, supplier and induced follow impact studies.  Supplier is what anchors brought: their followers and what span off from
them.  Direct is all else in the park: the anchors, the entrants that are paid, other entrants and spin-offs.  Induced jobs lie
outside the park; they are shown apart and added to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers.money import RATES, amounts, present_value, spans, whole_run
from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, History, Kind
from wutong.model.levers import LEVERS
from wutong.model.ratios import ratio


@dataclass(frozen=True)
class Item:
    """One line: ``values`` gives what it reads in each world, of shape (n_worlds,); NaN where it reads nothing.

    ``difference_only``: its level says nothing, only how much it changes.
    """

    key: str
    label: Label
    part: str
    period: str
    unit: str
    values: Callable[[History], Floats]
    difference_only: bool = False


FUNNEL = ("signed", "started", "opened")
LABELS = {
    "cancelled_projects": Label("流失项目（已签约，既未投产也不在途）", "Projects lost: signed, neither opened nor under way"),
    "leak_to_start": Label("签约到开工的漏损（个数）", "Leak from signing to start, of projects"),
    "leak_to_opening": Label("开工到投产的漏损（个数）", "Leak from start to opening, of projects"),
    "leak_to_start_investment": Label("签约到开工的漏损（合同额）", "Leak from signing to start, of contract value"),
    "leak_to_opening_investment": Label("开工到投产的漏损（合同额）", "Leak from start to opening, of contract value"),
    "new_above_scale_firms": Label("规上企业净增", "Above-scale firms gained since the start"),
    "local_tax_summed": Label("累计地方留成税收", "Local tax, summed"),
    "net_balance_summed": Label("累计财政净额", "Net fiscal balance, summed"),
    "net_balance_value": Label("财政净额现值", "Net fiscal balance, present value"),
    "displaced": Label("从其他园区转移来的企业", "Entrants displaced from rival parks"),
    "jobs": Label("就业", "Jobs"),
    "revenue_parts": Label("营业收入", "Revenue"),
    "firms_parts": Label("企业", "Firms"),
}


def items(histories: Sequence[History]) -> tuple[Item, ...]:
    """All lines that the measures of these runs allow, in the order in which they are read."""
    base = histories[0]
    return (*_costs(histories), *_funnel(base), *_yields(base), *_fiscal(base), *_vocabulary(base))


def _sum(measure: str, members: Sequence[str] | None = None) -> Callable[[History], Floats]:
    """Sum over the run of a flow."""
    return lambda h: np.asarray(h.total(measure, members)[1:].sum(axis=0))


def _money(measure: str, first: int, stop: int, members: Sequence[str] | None = None) -> Callable[[History], Floats]:
    """Money of the rows from ``first`` to before ``stop`` [亿元]."""
    return lambda h: np.asarray(amounts(h.total(measure, members))[first - 1 : stop - 1].sum(axis=0))


def used_levers(histories: Sequence[History]) -> tuple[str, ...]:
    """Levers that cost anything in any of the runs."""
    spent = [h.values["lever_cost"].any(axis=(0, 1)) for h in histories]
    return tuple(key for key, used in zip(histories[0].axes[Axis.LEVER], np.any(spent, axis=0), strict=True) if used)


def _costs(histories: Sequence[History]) -> Iterator[Item]:
    base = histories[0]
    label = base.facts["lever_cost"].label
    whole = (1, base.n_quarters + 1)
    for part in ("all", *used_levers(histories)):
        members = None if part == "all" else (part,)
        own = label if part == "all" else Label(f"{label.zh}：{_lever(part).zh}", f"{label.en}: {_lever(part).en}")
        for span in spans(base):
            yield Item("lever_cost", own, part, span.name, "亿元", _money("lever_cost", span.first, span.stop, members))
        yield Item("lever_cost_summed", own, part, whole_run(base), "亿元", _money("lever_cost", *whole, members))


def _lever(key: str) -> Label:
    return LEVERS[key].label if key in LEVERS else Label(key, key)


def _funnel(base: History) -> Iterator[Item]:
    run = whole_run(base)
    for what, unit in (("projects", "projects"), ("investment", "亿元")):
        names = [f"{stage}_{what}" for stage in FUNNEL]
        if not all(name in base.facts for name in names):
            continue
        for name in names:
            yield Item(name, base.facts[name].label, "all", run, unit, _sum(name))
        tail = "" if what == "projects" else "_investment"
        for key, above, below in (("leak_to_start", names[1], names[0]), ("leak_to_opening", names[2], names[1])):
            yield Item(key + tail, LABELS[key + tail], "all", run, "share", _leak(above, below))
    if "pipeline_projects" in base.facts and "signed_projects" in base.facts:
        yield Item("cancelled_projects", LABELS["cancelled_projects"], "all", run, "projects", _lost)


def _leak(above: str, below: str) -> Callable[[History], Floats]:
    def values(history: History) -> Floats:
        top, bottom = (history.total(name)[1:].sum(axis=0) for name in (above, below))
        return 1.0 - ratio(top, bottom)

    return values


def _lost(history: History) -> Floats:
    """Projects that were under way or signed, and neither opened nor are under way at the end, of shape (n_worlds,)."""
    under_way = history.total("pipeline_projects")
    signed, opened = (history.total(name)[1:].sum(axis=0) for name in ("signed_projects", "opened_projects"))
    return np.asarray(under_way[0] + signed - opened - under_way[-1])


def _yields(base: History) -> Iterator[Item]:
    """What a planner is asked for at the end: output and tax per mu, above-scale firms, dependence, displacement."""
    if "above_scale_firms" in base.facts:
        label, end = LABELS["new_above_scale_firms"], base.quarters[-1]
        yield Item("new_above_scale_firms", label, "all", end, "firms", _gained("above_scale_firms"))
    measures = ("firms", "employees", "revenue", "value_added", "revenue_per_mu", "tax_per_mu", "largest_anchor_share")
    for measure in (*measures, "local_sourcing_share"):
        if measure in base.facts:
            yield Item(measure, base.facts[measure].label, "all", *_when(base, measure), _at_end(measure))
    if "rivals_entrants" in base.facts:
        label, run = LABELS["displaced"], whole_run(base)
        yield Item("displaced", label, "all", run, "firms", lambda h: -_sum("rivals_entrants")(h), difference_only=True)


def _when(base: History, measure: str) -> tuple[str, str]:
    """Period and unit of what :func:`_at_end` reads."""
    fact, years = base.facts[measure], base.yearly(measure)[0]
    if fact.kind is Kind.STOCK or not years:
        return base.quarters[-1], fact.unit
    return str(years[-1]), fact.unit.removesuffix("/year") if fact.kind is Kind.RATE else fact.unit


def _at_end(measure: str) -> Callable[[History], Floats]:
    """A stock at the end of the run; else the value of the last whole calendar year, or of the last quarter without one."""

    def values(history: History) -> Floats:
        years, found = history.yearly(measure)
        level = history.facts[measure].kind is Kind.STOCK or not years
        return np.asarray(history.total(measure)[-1] if level else found[-1])

    return values


def _gained(measure: str) -> Callable[[History], Floats]:
    def values(history: History) -> Floats:
        series = history.total(measure)
        return np.asarray(series[-1] - series[0])

    return values


def _fiscal(base: History) -> Iterator[Item]:
    """Local tax and net balance: by year, summed to the end of each year, and their worth at the start."""
    for measure in ("local_tax", "net_balance"):
        label = base.facts[measure].label
        for span in spans(base):
            yield Item(measure, label, "all", span.name, "亿元", _money(measure, span.first, span.stop))
        for span in spans(base):
            end = base.quarters[span.stop - 1]
            yield Item(f"{measure}_summed", LABELS[f"{measure}_summed"], "all", end, "亿元", _money(measure, 1, span.stop))
    for rate in RATES:
        yield Item("net_balance_value", LABELS["net_balance_value"], f"{rate:.0%}", whole_run(base), "亿元", _value_at(rate))


def _value_at(rate: float) -> Callable[[History], Floats]:
    return lambda h: present_value(h.total("net_balance"), rate)


def _vocabulary(base: History) -> Iterator[Item]:
    """Jobs, firms and revenue as direct and supplier; induced jobs and local orders apart."""
    parts = (
        ("jobs", "employees", "brought_employees"),
        ("firms_parts", "firms", "brought_firms"),
        ("revenue_parts", "revenue", "brought_revenue"),
    )
    for key, whole, brought in parts:
        if brought in base.facts:
            when = _when(base, brought)
            yield Item(key, LABELS[key], "direct", *when, _less(whole, brought))
            yield Item(key, LABELS[key], "supplier", *when, _at_end(brought))
    for key, measure, part in (("jobs", "induced_jobs", "induced"), ("local_orders", "local_orders", "supplier")):
        if measure in base.facts:
            label = LABELS.get(key, base.facts[measure].label)
            yield Item(key, label, part, *_when(base, measure), _at_end(measure))


def _less(whole: str, part: str) -> Callable[[History], Floats]:
    return lambda h: _at_end(whole)(h) - _at_end(part)(h)
