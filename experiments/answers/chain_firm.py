"""One more firm in a segment, checked against the same worlds without it: what the chain map's arithmetic cannot see.

The arithmetic takes the gap as given and the firm at full output; the runs let it grow into its size and compete with local
suppliers for orders, people and floor space.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.answers import Answer, Column
from wutong.experiments.answers.chain_links import chain_at, newcomer
from wutong.experiments.answers.effect import Effect, Outcome, both, change_text, effect_columns, effect_of, paired_values
from wutong.experiments.results import RUN_COLUMNS
from wutong.model.facts import Label, fixed
from wutong.model.history import History
from wutong.model.scenario import Anchor, Scenario, Status
from wutong.model.units import quarter_name

EXTRA = "one_more_firm"
COLUMNS = {
    "scenario": Column(RUN_COLUMNS["scenario"]),
    "segment": Column(Label("环节", "Segment")),
    "quarter": Column(Label("季度，取季末", "Quarter, at its end")),
    "measure": Column(Label("指标", "Measure")),
    "scope": Column(Label("范围", "Scope")),
    "unit": Column(Label("单位", "Unit")),
    "arithmetic": Column(Label("按当时缺口和满产推算", "By arithmetic, from the gap then and full output"), "see unit"),
    **effect_columns(Label("与没有这家企业的同一批模拟相比的变化", "Change against the same runs without the firm")),
}
FOLLOWED = (  # measure, and whether of the segment alone
    ("local_orders", True),
    ("unmet_demand", True),
    ("revenue", True),
    ("revenue", False),
    ("employees", False),
)


def with_firm(scenario: Scenario, segment: str, revenue: float, jobs: float, opens: int) -> Scenario:
    """The scenario with one more firm that opens for sure in a quarter; it draws no partners, so that it alone is seen.

    Parameters
    ----------
    revenue, jobs : at full output [亿元/year, persons]; :func:`average_firm` gives those of an average firm

    Raises
    ------
    KeyError
        If the park has no such segment.
    ValueError
        If it would open before it can be built.
    """
    found = next((s for s in scenario.park.segments if s.key == segment), None)
    if found is None:
        raise KeyError(f"no segment {segment!r}; there are {', '.join(s.key for s in scenario.park.segments)}")
    signed = scenario.park.start + 1
    if opens <= signed:
        raise ValueError(f"the firm signs in {quarter_name(signed)} and opens later than that")
    one = fixed(1.0)
    label = both(lambda language: _title(found.label.in_language(language), language))
    money = (fixed(revenue), fixed(revenue), fixed(jobs), one)  # the contract stands for a plant of its own size
    anchor = Anchor(EXTRA, label, segment, None, Status.PLANNED, signed, opens, *money, punctual=True)
    park = dataclasses.replace(scenario.park, anchors=(*scenario.park.anchors, anchor))
    title = both(lambda language: f"{scenario.title.in_language(language)} + {label.in_language(language)}")
    return dataclasses.replace(scenario, name=f"{scenario.name}__{EXTRA}_{segment}", title=title, park=park)


def _title(segment: str, language: str) -> str:
    return f"再来一家{segment}企业" if language == "zh" else f"one more firm in {wording.lower_first(segment)}"


def average_firm(history: History, segment: str, quarter: int) -> tuple[float, float] | None:
    """Median over runs of revenue [亿元/year] and jobs of an average firm of a segment; None where no run has one."""
    found = chain_at(history, quarter)
    keys = [s.key for s in history.cases[0].scenario.park.segments]
    more = newcomer(found, keys.index(segment)) if found is not None else None
    return (float(np.median(more.revenue)), float(np.median(more.jobs))) if more is not None and more.revenue.size else None


def firm_worth(without: History, present: History, segment: str, quarter: int) -> Answer:
    """What one more firm of a segment changed by a quarter, beside what the arithmetic of the present gap says.

    Parameters
    ----------
    without, present : the same replications of a scenario and of :func:`with_firm`
    """
    chain, keys = chain_at(without, quarter), [s.key for s in without.cases[0].scenario.park.segments]
    won = newcomer(chain, keys.index(segment)).orders if chain is not None else np.empty(0)
    said = float(won.mean()) if won.size else None
    expected = {("local_orders", True): said, ("unmet_demand", True): None if said is None else -said}
    effects = {}
    for measure, own in FOLLOWED:
        outcome = Outcome(measure, quarter, segment if own else "all")
        before, after = paired_values((without, present), outcome)
        effects[measure, own] = (outcome, effect_of(after - before))
    name = present.cases[0].scenario.name
    rows = tuple(
        (name, segment, quarter_name(quarter), o.measure, o.scope, o.unit(without), expected.get(key), *effect.cells)
        for key, (o, effect) in effects.items()
    )
    told = [effects["local_orders", True], effects["unmet_demand", True], effects["revenue", False]]
    return Answer("firm_worth", COLUMNS, rows, both(lambda language: _words(without, segment, told, said, language)))


def _words(without: History, segment: str, told: Sequence[tuple[Outcome, Effect]], said: float | None, language: str) -> str:
    zh, n = language == "zh", told[0][1].n
    changes = [f"{o.name(without, language)}{'平均' if zh else ': '}{change_text(e, o.unit(without), language)}" for o, e in told]
    label = wording.scope_label(without.cases[0].scenario.park, segment, language)
    guess = wording.amount(said, "亿元/year", language) if said is not None else ""
    if zh:
        tail = f"单按当时的缺口和满产推算，可得本地订单 {guess}（平均）。" if guess else ""
        return f"{_title(label, 'zh')}，与没有它的同一批模拟逐次配对（{n} 对）：{'；'.join(changes)}。{tail}"
    tail = f" By arithmetic, from the gap then and full output, it would win {guess} on average." if guess else ""
    return f"With {_title(label, 'en')}, paired with the same runs without it ({n} pairs): {'; '.join(changes)}.{tail}"
