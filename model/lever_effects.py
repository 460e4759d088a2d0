"""What the levers do: named effects, and how each lever's level contributes to them.

Contributions multiply or add to a neutral value, so a lever at level 0 changes nothing, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wutong.model.facts import Floats, Ints
from wutong.model.lever_costs import LANDING_AT_OPENING, LANDING_AT_START, LANDING_CAP
from wutong.model.lever_facts import LeverParameters
from wutong.model.units import QUARTERS_PER_YEAR, STEP_YEARS

SQUARE_METRES = 1e4  # the space lever counts 万 m2


def effect(neutral: float, en: str, by: str = "park") -> Any:
    """A declared effect on the park, by segment or by zone: contributions multiply where the neutral value is 1, else add."""
    return field(metadata={"neutral": neutral, "en": en, "by": by})


@dataclass(frozen=True)
class Effects:
    """What levers do: declared effects, each on the park, by segment or by zone."""

    candidates: Floats = effect(1.0, "rate of candidates for new anchors")
    lead: Floats = effect(1.0, "partners that decide alone")
    follow: Floats = effect(1.0, "partners that follow others")
    localisable: Floats = effect(1.0, "share of purchases that local suppliers could fill", "segment")
    coached_exit: Floats = effect(1.0, "exit hazard of firms with a named customer", "segment")
    lag_cut: Floats = effect(0.0, "years off the lag of unfinished projects")
    opening: Floats = effect(1.0, "share of projects that open")
    entry: Floats = effect(1.0, "generic entry", "segment")
    support: Floats = effect(0.0, "money promised per unit of an entrant's stake", "segment")
    support_anchor: Floats = effect(0.0, "the same for an anchor", "segment")
    floor: Floats = effect(0.0, "m2 of floor space ready this quarter", "zone")
    extra_founders: Floats = effect(0.0, "spin-offs a year beyond the usual ones", "segment")
    young_exit: Floats = effect(1.0, "exit hazard of firms under three years", "segment")
    deals: Floats = effect(0.0, "firms funded a year")
    funded_exit: Floats = effect(1.0, "exit hazard of funded firms under four years")
    lab_budget: Floats = effect(0.0, "亿元 a year for the labs beyond 2022")
    people: Floats = effect(0.0, "people a year beyond the usual inflow")
    transfer_pass: Floats = effect(1.0, "pass rate of the third research stage")
    transfer_time: Floats = effect(1.0, "duration of the third research stage")
    lab_start_ups: Floats = effect(1.0, "start-ups from labs")
    incubated: Floats = effect(0.0, "places for firms under three years")
    incubator_exit: Floats = effect(1.0, "exit hazard of firms in these places")
    incubator_growth: Floats = effect(0.0, "extra growth a year of firms in these places")


@dataclass(frozen=True)
class Entrant:
    """The mean entrant of each segment, of shape (n_worlds, n_segments): what support is measured against."""

    investment: Floats  # 亿元
    payroll: Floats  # 亿元, three years
    local_tax: Floats  # 亿元/year at full output
    rent: Floats  # 亿元/year

    @property
    def stake(self) -> Floats:
        """The larger of investment and three years' payroll [亿元]; payroll stands in where firms hardly invest."""
        return np.maximum(self.investment, self.payroll)


@dataclass(frozen=True)
class LeverInputs:
    """What a lever sees when it is compiled: its level of shape (n_quarters, n_worlds, n) and what it is measured against."""

    level: Floats
    p: LeverParameters
    entrant: Entrant


# ── Effects of each lever ────────────────────────────────────────────────────────────────────────────────────────────
def present_value(rate: Floats, yearly: tuple[float, ...]) -> Floats:
    """Present value of yearly amounts paid in mid-year, of the shape of rate."""
    return np.asarray(sum(amount * (1.0 + rate) ** -(year + 0.5) for year, amount in enumerate(yearly)))


def shifted(level: Floats, quarters: Ints) -> Floats:
    """A level that works ``quarters`` later, of its own shape; quarters is of shape (n_worlds or 1,)."""
    step = np.arange(len(level))[:, None] - quarters[None, :]
    world = np.arange(level.shape[1])[None, :]
    return np.where(step[:, :, None] >= 0, level[np.maximum(step, 0), world], 0.0)


def quarters_running(active: Floats) -> Floats:
    """Quarters for which a level has been above 0 so far, of its shape."""
    return np.cumsum(active > 0.0, axis=0)


def recruitment(x: LeverInputs) -> Mapping[str, Floats]:
    delay = np.rint(x.p.recruitment_delay[:, 0] * QUARTERS_PER_YEAR).astype(np.int64)
    change = shifted(x.level, delay)
    staff = np.maximum(1.0 + change / x.p.recruitment_base, 0.0)
    return {"candidates": staff**x.p.recruitment_elasticity}


def matching(x: LeverInputs) -> Mapping[str, Floats]:
    return {
        "lead": 1.0 + x.p.matching_lead * x.level,
        "follow": 1.0 + x.p.matching_follow * x.level,
        "localisable": 1.0 + x.p.matching_local * x.level,
        "coached_exit": 1.0 - (1.0 - x.p.coached_exit) * x.level,
    }


def delivery(x: LeverInputs) -> Mapping[str, Floats]:
    first_year = x.level * (quarters_running(x.level) <= QUARTERS_PER_YEAR)
    return {
        "lag_cut": x.p.delivery_lag * x.level,
        "opening": 1.0 + x.p.delivery_opening * x.level,
        "entry": 1.0 + x.p.delivery_entry * first_year,
    }


def rent(x: LeverInputs) -> Mapping[str, Floats]:
    promised = x.entrant.rent * present_value(x.p.discount_rate, (1.0, 1.0, 1.0))
    return {
        "support": x.level * promised / x.entrant.stake,
        "young_exit": 1.0 - (1.0 - x.p.rent_exit) * x.level,
    }


def space(x: LeverInputs) -> Mapping[str, Floats]:
    return {"floor": x.level * SQUARE_METRES * STEP_YEARS}


def seed(x: LeverInputs) -> Mapping[str, Floats]:
    money = x.level.sum(axis=2, keepdims=True)
    deals = x.p.deals_per_money * x.level
    return {
        "deals": deals.sum(axis=2, keepdims=True),
        "funded_exit": np.where(money > 0.0, x.p.funded_exit, 1.0),
        "extra_founders": x.p.seed_founders * deals,
        "entry": np.where((money >= 0.5) & (x.level > 0.0), x.p.seed_entry, 1.0),
    }


def lab(x: LeverInputs) -> Mapping[str, Floats]:
    return {"lab_budget": x.level}


def landing(x: LeverInputs) -> Mapping[str, Floats]:
    paid = LANDING_AT_START + LANDING_AT_OPENING / (1.0 + x.p.discount_rate)
    anchor = np.minimum(x.level * x.p.anchor_investment, LANDING_CAP) / x.p.anchor_investment
    entrant = np.minimum(x.level * x.entrant.investment, LANDING_CAP) / x.entrant.stake
    return {"support": entrant * paid, "support_anchor": anchor * paid}


def tax(x: LeverInputs) -> Mapping[str, Floats]:
    promised = x.entrant.local_tax * present_value(x.p.discount_rate, (1.0, 1.0, 1.0, 0.5, 0.5))
    share = x.level * promised / x.entrant.stake
    return {"support": share, "support_anchor": share}


def talent(x: LeverInputs) -> Mapping[str, Floats]:
    return {"people": x.p.talent_additional * x.level}


def transfer(x: LeverInputs) -> Mapping[str, Floats]:
    return {
        "transfer_pass": 1.0 + x.p.transfer_pass * x.level,
        "transfer_time": 1.0 - x.p.transfer_time * x.level,
        "lab_start_ups": 1.0 + x.p.transfer_start_ups * x.level,
    }


def incubator(x: LeverInputs) -> Mapping[str, Floats]:
    places = x.level.sum(axis=2, keepdims=True)
    return {
        "incubated": places,
        "incubator_exit": np.where(places > 0.0, x.p.incubator_exit, 1.0),
        "incubator_growth": np.where(places > 0.0, x.p.incubator_growth, 0.0),
        "extra_founders": x.p.incubator_founders * x.level / 3.0,
    }
