"""What every anchor and lab brought: what must be run for it, and the answer, with both accounts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.attribution_words import said
from wutong.experiments.answers.both_accounts import Attribution, Interaction, find, members_of
from wutong.experiments.answers.member_account import account_of
from wutong.experiments.answers.support import per_support
from wutong.experiments.goals import mean_difference
from wutong.experiments.results import RUN_COLUMNS, TRAJECTORY_COLUMNS, Row
from wutong.experiments.wording import shown_unit
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Anchor, Case, Scenario
from wutong.model.units import quarter_name

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
COLUMNS: dict[str, Column] = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "policy": Column(RUN_COLUMNS["policy"]),
    "kind": Column(Label("种类：anchor 龙头，lab 实验室，pair 两者之间", "Kind: anchor, lab, or pair of them")),
    "name": Column(Label("龙头或实验室", "Anchor or lab")),
    "title_zh": Column(Label("中文名称", "Name in Chinese")),
    "title_en": Column(Label("英文名称", "Name in English")),
    "account": Column(
        Label(
            "算法：lineage 按来源，without 与没有它的同一批模拟相比，others 两者之差即对其他企业的影响，"
            "support 每亿元扶持，purse 地方留成税收、收支累计与可追回的扶持，together 两者同在时多带来的",
            "Account: lineage; without, the same worlds without it; others, their difference, which is its effect on all others; "
            "support, per 亿元 of support; purse, local tax, balance so far, support that could be claimed back; "
            "together, what one brings more where the other is there too",
        )
    ),
    "measure": Column(TRAJECTORY_COLUMNS["measure"]),
    "part": Column(
        Label(
            "部分：all 合计，own 自身，first_round 第一轮，later_rounds 后续各轮，upstream 上游，downstream 下游，"
            "elsewhere 其余环节；entry、followers、spin_offs、anchors、exits 为其他企业的变化途径；余为园区感受",
            "Part: all, own, first_round, later_rounds, upstream, downstream, elsewhere; entry, followers, spin_offs, anchors "
            "and exits are the ways in which other firms changed; the rest is what the park felt",
        )
    ),
    "quarter": Column(TRAJECTORY_COLUMNS["quarter"]),
    "unit": Column(TRAJECTORY_COLUMNS["unit"]),
    "n": Column(Label("配对数", "Pairs of runs"), "runs"),
    "mean": Column(TRAJECTORY_COLUMNS["mean"], "see unit"),
    "mean_low": Column(Label("平均值 90% 区间下限", "Mean, low end of its 90 % interval"), "see unit"),
    "mean_high": Column(Label("平均值 90% 区间上限", "Mean, high end of its 90 % interval"), "see unit"),
    **{name: Column(TRAJECTORY_COLUMNS[name], "see unit") for name in ("q05", "q25", "q50", "q75", "q95")},
}
SIGNALS = {"local_orders": "亿元/year", "turned_away": "firms", "hires_missed": "persons", "knowledge": "1"}


# ── What must be run ─────────────────────────────────────────────────────────────────────────────────────────────────
def without(scenario: Scenario, *names: str) -> Scenario:
    """The same scenario with anchors or labs taken away in its first quarter; the start and all draws stay as they are.

    One that has not opened never does; one that operates closes, and what it brought before the start stays.

    Raises
    ------
    ValueError
        If nothing is named, or the park has no anchor or lab of a name.
    """
    park, gone = scenario.park, set(names)
    known = [member.key for member in members_of(park)]
    if unknown := sorted(gone - set(known)):
        raise ValueError(f"park {park.name} has no anchor or lab named {', '.join(unknown)}; known are {', '.join(known)}")
    if not names:
        raise ValueError("nothing is named that should be taken away")
    anchors = tuple(replace(a, closes=park.start + 1) if a.key in gone else a for a in park.anchors)
    labs = tuple(replace(lab, closes=park.start + 1) if lab.key in gone else lab for lab in park.labs)
    labels = [find(park, name).label for name in names]
    title = Label(
        f"{scenario.title.zh}（没有{'、'.join(label.zh for label in labels)}）",
        f"{scenario.title.en} (without {', '.join(label.en for label in labels)})",
    )
    taken = replace(park, anchors=anchors, labs=labs)
    return replace(scenario, name=f"{scenario.name}_without_{'_and_'.join(names)}", title=title, park=taken)


def worlds_for(scenario: Scenario, names: Sequence[str], together: Sequence[tuple[str, str]] = ()) -> tuple[Scenario, ...]:
    """Everything to be run: the scenario, one without each name, and one without both of each pair."""
    wanted = dict.fromkeys([*names, *(name for pair in together for name in pair)])
    return (scenario, *(without(scenario, name) for name in wanted), *(without(scenario, *pair) for pair in together))


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────────────────────
def attribution(found: Sequence[Attribution], interactions: Sequence[Interaction] = (), *, quarter: int | None = None) -> Answer:
    """Both accounts of every anchor and lab, quarter by quarter, and what they say at one quarter.

    Parameters
    ----------
    quarter : of the sentences; the last of the run where it is None or lies outside
    """
    rows = [row for one in found for row in _rows_of(one)] + [row for pair in interactions for row in _rows_of_pair(pair)]
    return Answer("attribution", COLUMNS, tuple(rows), said(found, interactions, quarter))


def _rows_of(one: Attribution) -> Iterator[Row]:
    kind = "anchor" if isinstance(one.member, Anchor) else "lab"
    who = (kind, one.member.key, one.label.zh, one.label.en)
    for account, measure, part, unit, values in _series(one):
        first = 1 if one.ran_already and account in ("without", "others") else 0  # it is there on both sides at the start
        yield from _rows(one.case, one.present, (*who, account, measure, part), unit, values[first:])
    yield from _ratios(one, who)


def _series(one: Attribution) -> Iterator[tuple[str, str, str, str, Floats]]:
    """Account, measure, part, unit and values of every series of an anchor or lab."""
    facts = one.present.facts
    for quantity, account in one.accounts.items():
        unit = shown_unit(facts[quantity])
        parts: dict[str, Floats] = {"all": account.lineage, "first_round": account.first, "later_rounds": account.later}
        if isinstance(one.member, Anchor):
            parts |= {"own": account.own, "upstream": account.upstream, "downstream": account.downstream}
        yield from (("lineage", quantity, part, unit, values) for part, values in parts.items())
        if account.difference is not None and account.others is not None:
            yield "without", quantity, "all", unit, account.difference
            yield from (("without", quantity, part, unit, values) for part, values in account.beside.items())
            yield "others", quantity, "all", unit, account.others
    yield "lineage", "value_added", "all", shown_unit(facts["value_added"]), one.value_added
    yield from (("others", "firms", part, "firms", values) for part, values in one.channels.items())
    yield from (("others", part, part, SIGNALS[part], values) for part, values in one.signals.items())
    yield "support", "support", "all", "亿元", one.support
    if one.n:
        purse = account_of(one)
        yield "purse", "local_tax", "all", shown_unit(facts["local_tax"]), purse.local_tax
        yield "purse", "net_balance", "all", "亿元", purse.summed
        yield "purse", "clawback", "own", "亿元", purse.clawback


def _ratios(one: Attribution, who: tuple[str, ...]) -> Iterator[Row]:
    """What stands against a 亿元 of support so far, by both accounts: gains since the start over what was paid."""
    for quantity, account in one.accounts.items():
        unit = f"{one.present.facts[quantity].unit} / 亿元"
        for part, values in (("lineage", account.lineage), ("without", account.difference)):
            for row in range(one.present.n_quarters + 1) if values is not None else ():
                assert values is not None
                found = per_support(values[row] - values[0], one.support[row])
                if found is not None:
                    where = (one.case.scenario.name, one.case.policy.name, *who, "support", quantity, part)
                    ends = (found.low, found.high) if found.n > 1 else (None, None)
                    yield (*where, quarter_name(one.present.start + row), unit, found.n, found.value, *ends, *(None,) * 5)


def _rows(case: Case, history: History, who: tuple[str, ...], unit: str, values: Floats) -> Iterator[Row]:
    n, names = values.shape[1], (case.scenario.name, case.policy.name)
    for row, series in enumerate(values, history.n_quarters + 1 - len(values)):
        where = (*names, *who, quarter_name(history.start + row), unit, n)
        if n == 0:
            yield (*where, *(None,) * 8)
            continue
        mean = mean_difference(series)
        ends = (mean.low, mean.high) if mean.n else (None, None)
        yield (*where, float(series.mean()), *ends, *np.quantile(series, QUANTILES).tolist())


def _rows_of_pair(pair: Interaction) -> Iterator[Row]:
    labels = (f"{pair.one.label.zh} × {pair.other.label.zh}", f"{pair.one.label.en} × {pair.other.label.en}")
    who = ("pair", f"{pair.one.key}+{pair.other.key}", *labels, "together")
    for quantity, values in pair.values.items():
        yield from _rows(pair.case, pair.present, (*who, quantity, "all"), shown_unit(pair.present.facts[quantity]), values)
