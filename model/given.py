"""What one world is given: its park and what it drew for it, its parameters, its levers by quarter, and room for its record."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.units import QUARTERS_PER_YEAR

SEGMENT: np.dtype[Any] = np.dtype(
    [
        *((name, np.bool_) for name in ("office", "through_funnel", "branch_plant")),
        *((name, np.int64) for name in ("first_of_industry", "spin_off_segment", "buyer_segment", "partner_kind")),
        *(
            (name, np.float64)
            for name in (
                "lag_factor",
                "project_investment",
                "floor_per_head",
                "growth",
                "productivity",
                "productivity_growth",
                "value_added_share",
                "localisable_share",
                "local_capacity_share",
                "pool_trend",
                "tax_kept",
                "monthly_rent",
            )
        ),
    ],
    align=True,
)


class Given(NamedTuple):
    """What does not change during a run; arrays by segment are of shape (n_segments,), of zones without the own plants."""

    n_segments: int
    n_zones: int  # the last is the projects' own plants
    n_anchors: int  # named in the park
    start: int  # quarter at whose end the state is given
    segment: Any  # records, see SEGMENT
    buys: Any  # (buying segment, selling segment), share of the buyer's revenue
    supplied_by: Any  # (n_segments, n_segments), 1 where the column supplies the row
    direction: Any  # (n_segments, n_segments), where the column stands to the row
    houses: Any  # (n_segments, n_zones)
    recruit_weight: Any  # cumulative share
    kind_shares: Any  # (n_kinds, n_segments), cumulative share
    kind_partners: Any  # (n_kinds,)
    lab_fields: Any  # (n_labs, n_segments)
    lab_fields_summed: Any  # the same, cumulative
    lab_university: Any  # (n_labs,)
    floor_when: Any  # quarter, zone and area of floor space under way whatever the policy
    floor_zone: Any
    floor_area: Any  # m2
    demand_shift: Any  # (n_years, n_segments), growth that shocks add [1/year]
    pool_factor: Any  # (n_years, n_segments), firms looking for a site, relative to a year without shocks


class Levers(NamedTuple):
    """Effects of the policy by quarter, and the levels that single firms are paid by; in a rule those of the quarter."""

    park: Any  # records of shape (n_quarters,), in a rule (1,)
    segment: Any  # records of shape (n_quarters, n_segments), in a rule (n_segments,)
    floor: Any  # (n_quarters, n_zones - 1), m2 that become ready


class Record(NamedTuple):
    """What is recorded, row 0 the start; in a rule the row of the quarter.  Fields are those of model.measures."""

    segment: Any  # (n_quarters + 1, n_segments), in a rule (n_segments,)
    zone: Any  # (n_quarters + 1, n_zones - 1)
    anchor: Any  # (n_quarters + 1, n_anchors + 1): those without a name are the last, together
    lab: Any  # (n_quarters + 1, n_labs)
    park: Any  # (n_quarters + 1, 1)


@compiled
def levers_at(levers: Levers, step: int) -> Levers:
    """Levers in the step-th simulated quarter, the first being 1."""
    return Levers(levers.park[step - 1 : step], levers.segment[step - 1], levers.floor[step - 1])


@compiled
def record_at(record: Record, step: int) -> Record:
    """Room for the record of the step-th simulated quarter; the start is 0."""
    return Record(record.segment[step], record.zone[step], record.anchor[step], record.lab[step], record.park[step])


@compiled
def calendar_row(given: Given, quarter: int) -> int:
    """Position of a quarter's calendar year in the tables by year, whose last row is free of shocks."""
    return min(quarter // QUARTERS_PER_YEAR - given.start // QUARTERS_PER_YEAR, len(given.demand_shift) - 1)


class Parameters(NamedTuple):
    """What the world drew for the parameters of each rule: arrays of one record, see model.assumptions."""

    outside: Any
    anchors: Any
    attraction: Any
    spin_off: Any
    orders: Any
    growth: Any
    knowledge: Any
    exit: Any
    site: Any
    accounts: Any
    newcomers: Any
    levers: Any
