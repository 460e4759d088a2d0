"""Measures that follow from what is recorded (docs/ODD.md, sections 4, 7.8 and 7.9): accounts, costs of levers, running sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.given import Record
from wutong.model.levers import LEVERS
from wutong.model.scenario import Plant
from wutong.model.world import Batch, World

BOOKS = 8  # quarters for which a closed firm stays registered
MU = 1000.005
YUAN = 1e-8
CHAINS, PROJECTS_PER_MANAGER, FUND_FEE, OFFICE = 13, 8, 0.02, 0.13

Series = Any  # of shape (n_quarters + 1, n), row 0 the start


@dataclass(frozen=True)
class Told:
    """What the derived measures of one world are made of: its record, what it is given, and the levels of its levers."""

    batch: Batch
    position: int
    world: World
    record: Record

    @property
    def segment(self) -> Any:
        return self.record.segment

    @property
    def facts(self) -> Any:
        return self.world.given.segment

    @property
    def accounts(self) -> Any:
        return self.world.parameters.accounts[0]

    @property
    def prices(self) -> Any:
        return self.world.parameters.levers[0]

    def level(self, lever: str) -> Series:
        """Level of a lever, 0 at the start."""
        level = self.batch.levers.levels[lever][:, self.position]
        return np.vstack([np.zeros((1, level.shape[1])), level])


def derived(told: Told) -> Mapping[str, Series]:
    """All derived measures of a world."""
    segment, accounts = told.segment, told.accounts
    added = segment["revenue"] * told.facts["value_added_share"]
    tax = added * accounts["tax_share"]
    local = tax * accounts["local_tax_share"]
    cost = np.stack([costs(told)[lever] for lever in LEVERS], axis=1)
    counts, contracts = signed_before(told)
    return {
        "value_added": added,
        "tax": tax,
        "local_tax": local,
        "induced_jobs": accounts["induced_jobs"] * segment["employees"] * ~told.facts["office"],
        "land": segment["employees"] * told.facts["floor_per_head"] / MU,
        "registered_firms": segment["firms"] + lately(segment["exits"]),
        "signed_projects_total": counts + np.cumsum(segment["signed_projects"], axis=0),
        "signed_investment_total": contracts + np.cumsum(segment["signed_investment"], axis=0),
        "lab_support": lab_support(told),
        "lever_cost": cost,
        "net_balance": (local.sum(axis=1) - cost.sum(axis=1))[:, None],
    }


def lately(exits: Series) -> Series:
    """Exits of this quarter and the seven before."""
    return np.stack([exits[max(0, t - BOOKS + 1) : t + 1].sum(axis=0) for t in range(len(exits))])


def signed_before(told: Told) -> tuple[Any, Any]:
    """Projects and contracts signed before the start, by segment."""
    park, opening, start = told.batch.cases[told.position].scenario.park, told.world.opening, told.world.given.start
    quarters = dict(park.pipeline.signed)
    counts, contracts = np.zeros(len(park.segments)), np.zeros(len(park.segments))
    others = float(sum(quarters.values()))
    for anchor in opening.anchor:
        if anchor["signs"] in quarters and anchor["signs"] <= start:
            counts[anchor["segment"]] += 1.0
            contracts[anchor["segment"]] += anchor["investment"]
            others -= 1.0
    entry = opening.segment["entry"] * told.facts["through_funnel"]
    split = others * entry / max(float(entry.sum()), 1e-300)
    return counts + split, contracts + split * told.facts["project_investment"]


def lab_support(told: Told) -> Series:
    """Public part of the money for laboratories, by budget."""
    budgets = told.world.opening.lab["budget"]
    paid = told.level("lab_funding") * (1.0 - told.prices["lab_outside_share"])
    return paid * budgets / max(float(budgets.sum()), 1e-300)


def costs(told: Told) -> Mapping[str, Series]:
    """Cost of every lever, of shape (n_quarters + 1,)."""
    p, segment = told.prices, told.segment
    x = {lever: told.level(lever) for lever in LEVERS}
    total = {lever: level.sum(axis=1) for lever, level in x.items()}
    chains = CHAINS * p["matching_chain_cost"] + p["coaching_cost"] * segment["coached"].sum(axis=1)
    managers = segment["projects_served"].sum(axis=1) / PROJECTS_PER_MANAGER
    rent = 12.0 * told.facts["monthly_rent"] * segment["newcomers_area"] * YUAN
    landing = 4.0 * (0.3 * segment["started_paid"] + 0.7 * segment["opened_paid"])
    transfer = 4.0 * p["transfer_cost"] * segment["entering_transfer"].sum(axis=1) + OFFICE
    return {
        "anchor_recruitment": p["recruiter_cost"] * total["anchor_recruitment"],
        "supplier_matching": total["supplier_matching"] * chains,
        "delivery_service": p["recruiter_cost"] * total["delivery_service"] * managers,
        "rent_subsidy": (x["rent_subsidy"] * rent).sum(axis=1),
        "space": space_cost(told),
        "seed_fund": total["seed_fund"] * (1.0 - p["seed_recovery"] + FUND_FEE),
        "lab_funding": total["lab_funding"] * (1.0 - p["lab_outside_share"]),
        "landing_subsidy": (x["landing_subsidy"] * landing).sum(axis=1),
        "tax_relief": (x["tax_relief"] * segment["newcomers_tax"]).sum(axis=1),
        "talent_programme": p["talent_cost"] * total["talent_programme"],
        "transfer_support": total["transfer_support"] * transfer,
        "incubator_places": p["incubator_cost"] * total["incubator_places"],
    }


def space_cost(told: Told) -> Series:
    """Cost of the floor that levers added so far, less its rent."""
    p, zone, cost = told.prices, told.record.zone, np.zeros(len(told.record.zone))
    added = np.cumsum(np.vstack([np.zeros((1, told.world.levers.floor.shape[1])), told.world.levers.floor]), axis=0)
    for number, place in enumerate(told.batch.cases[told.position].scenario.park.zones):
        kind = "office" if set(place.plants) == {Plant.OFFICE} else "plant"
        use, floor = np.roll(zone["occupied"][:, number], 1), zone["floor"][:, number]
        occupancy = np.divide(use, floor, out=np.zeros(len(floor)), where=floor > 0.0)
        a_square_metre = p[f"{kind}_cost"] * p["building_charge"] - 12.0 * p[f"{kind}_rent"] * occupancy
        cost += added[:, number] * a_square_metre * YUAN
    return cost
