"""A park of which nothing is known but some figures: firms, employees and revenue, in one scope each.

All else is that of any park: one segment in offices, ranges pooled over the parks of many countries.  Revenue is in any currency,
as only its growth counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wutong.experiments.errors import BadInputError
from wutong.experiments.pooled.priors import any_park
from wutong.model.facts import Assumption, Label, fixed
from wutong.model.scenario import Industry, Observed, Park, Pipeline, Plant, Scenario, Segment, Zone
from wutong.model.units import QUARTERS_PER_YEAR

USUAL_STAFF = 20.0  # of a firm, where no employees were seen (design choice)
PER_HEAD = 0.01  # 亿元 a head to which revenue is scaled: its unit does not matter
SOURCE = "design choice: a park of which nothing is known"
KEY = "park"


@dataclass(frozen=True)
class Value:
    """A figure seen of the park."""

    measure: str
    quarter: int
    value: float


def bare_scenario(name: str, values: Sequence[Value], cutoff: int) -> Scenario:
    """A scenario of a park of which only these values are known.

    Raises
    ------
    BadInputError
        If no number of firms was seen up to the cut-off.
    """
    firms, staff, revenue = (_last(values, measure, cutoff) for measure in ("firms", "employees", "revenue"))
    if firms is None:
        zh, en = f"{name}：截止日期之前没有企业数", f"{name}: no number of firms was seen up to the cut-off"
        raise BadInputError(Label(f"{zh}；请改用更晚的 --until", f"{en}: take a later --until"))
    heads = staff if staff is not None else USUAL_STAFF * firms
    factor = 1.0 if revenue is None else PER_HEAD * heads / revenue
    observed = tuple(
        Observed(v.measure, "all", v.quarter, v.value * (factor if v.measure == "revenue" else 1.0), name) for v in values
    )
    park = _park(name, cutoff + QUARTERS_PER_YEAR, firms, heads, observed)  # dated later: all its file says is that of any park
    return Scenario(name, Label(name, name), park, cutoff + 2 * QUARTERS_PER_YEAR, {}, ())


def _last(values: Iterable[Value], measure: str, cutoff: int) -> float | None:
    seen = [v for v in values if v.measure == measure and v.quarter <= cutoff]
    return max(seen, key=lambda v: v.quarter).value if seen else None


def _park(name: str, start: int, firms: float, staff: float, observed: tuple[Observed, ...]) -> Park:
    pooled, label = any_park(), Label(name, name)
    segment = Segment(
        key=f"{KEY}.firms",
        industry=KEY,
        label=label,
        sector=KEY,
        plant=Plant.OFFICE,
        firms=fixed(firms),
        staff=fixed(staff),
        revenue_per_head=fixed(PER_HEAD),
        growth=pooled.growth,
        productivity_growth=pooled.productivity,
        entry=pooled.entry,
        entry_per_firm=True,
        through_funnel=False,
        value_added_share=fixed(0.3, SOURCE),
        localisable_share=fixed(0.0),
        local_capacity_share=fixed(0.0),
        size_spread=1.3,
        branch_plant=False,
        spin_off_segment=f"{KEY}.firms",
    )
    return Park(
        name=KEY,
        label=label,
        start=start,
        industries=(Industry(KEY, label, fixed(0.0)),),
        segments=(segment,),
        zones=(Zone(KEY, label, (Plant.OFFICE,), fixed(1.0), Assumption(0.9, 0.75, 0.97, source=SOURCE)),),
        purchases=((0.0,),),
        partner_kinds=(),
        anchors=(),
        labs=(),
        pipeline=Pipeline((), fixed(1.0), SOURCE),
        constraints=(),
        observed=observed,
    )
