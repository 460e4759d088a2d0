"""Orders: buyers spend on inputs, local suppliers fill what they can, the rest is imported.  ODD 7.4

Purchases follow last quarter's revenue.  A named buyer reserves part of its spending for the suppliers that name it, who then
weigh three times their capacity; what is left of a cell's demand is shared by spare capacity, so nobody gets more than it can
serve and money balances in one pass, whatever else is in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.compiled import compiled
from wutong.model.facts import Floats, parameter
from wutong.model.given import Given
from wutong.model.tables import NONE, Park


# ── Parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Orders:
    tie: Floats = parameter(
        3.0, unit="1", low=1.0, high=6.0, en="Weight of a supplier for the buyer that it names", zh="主要客户订单权重",
        source="design choice",
    )  # fmt: skip


# ── The rule ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@compiled
def place_orders(given: Given, p: Any, localisable: Any, park: Park) -> None:
    """Cells spend out of last quarter's revenue, firms fill what they can, and the rest is imported.

    Parameters
    ----------
    localisable : of shape (n_segments,) [1]
        What levers multiply the localisable share of each selling segment by.
    """
    firms, n = park.firms, given.n_segments
    capacity = capacity_of(given, park)
    spending = spent(given, park, localisable)
    reserved, by_buyer = reserve(given, p, park, spending, capacity)
    spare = np.zeros(n)
    for i in range(firms.n[0]):
        spare[firms.row[i].segment] += capacity[i] - reserved[i]
    open_share = np.zeros(n)  # of its spare capacity that every supplier of a cell fills
    for s in range(n):
        left = max(spending[:, s].sum() - by_buyer[:, s].sum(), 0.0)
        open_share[s] = min(left / spare[s], 1.0) if spare[s] > 0.0 else 0.0
    received = np.zeros(n)
    for i in range(firms.n[0]):
        firm = firms.row[i]
        firm.orders = reserved[i] + (capacity[i] - reserved[i]) * open_share[firm.segment]
        received[firm.segment] += firm.orders
    trade(given, park, spending, by_buyer, received)


@compiled
def capacity_of(given: Given, park: Park) -> Any:
    """What each firm can make for local buyers, of shape (n_firms,) [亿元/year]."""
    capacity = np.empty(park.firms.n[0])
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        share = given.segment[firm.segment].local_capacity_share
        capacity[i] = firm.employees * firm.quality * park.cells[firm.segment].head * share
    return capacity


@compiled
def spent(given: Given, park: Park, localisable: Any) -> Any:
    """What cells could buy locally, of shape (buying segment, selling segment) [亿元/year]; their purchases are noted."""
    n = given.n_segments
    revenue, spending = np.zeros(n), np.zeros((n, n))
    for i in range(park.firms.n[0]):
        firm = park.firms.row[i]
        revenue[firm.segment] += firm.revenue
    for b in range(n):
        park.cells[b].purchases = revenue[b] * given.buys[b].sum()
        for s in range(n):
            spending[b, s] = revenue[b] * given.buys[b, s] * min(given.segment[s].localisable_share * localisable[s], 1.0)
    return spending


@compiled
def reserve(given: Given, p: Any, park: Park, spending: Any, capacity: Any) -> Any:
    """Orders that named buyers reserve for the suppliers that name them, by supplier (n_firms,) and by buying and selling segment.

    Weights are capacity, times ``tie`` for a supplier that names the buyer; the reserved part is what the tie adds.
    """
    firms, n, extra = park.firms, given.n_segments, p.tie - 1.0
    all_of, of_cell = np.zeros(n), np.zeros(n)  # capacity and revenue of a cell
    for i in range(firms.n[0]):
        all_of[firms.row[i].segment] += capacity[i]
        of_cell[firms.row[i].segment] += firms.row[i].revenue
    buyer, together = those_named(given, park, capacity)
    reserved, by_buyer = np.zeros(firms.n[0]), np.zeros((n, n))
    for i in range(firms.n[0]):
        c, s = firms.row[i].customer, firms.row[i].segment
        if c >= 0 and firms.row[c].revenue > 0.0:
            b = firms.row[c].segment
            offer = firms.row[c].revenue / of_cell[b] * spending[b, s]
            rivals = max(all_of[s] + extra * together[buyer[c], s], 1e-300)
            reserved[i] = min(offer * extra * capacity[i] / rivals, capacity[i])
            by_buyer[b, s] += reserved[i]
    return reserved, by_buyer


@compiled
def those_named(given: Given, park: Park, capacity: Any) -> Any:
    """A number for every firm that others name (n_firms,), and the capacity of those that name it, by number and segment."""
    firms, count = park.firms, 0
    buyer = np.full(firms.n[0], NONE)
    for i in range(firms.n[0]):
        c = firms.row[i].customer
        if c >= 0 and buyer[c] < 0:
            buyer[c] = count
            count += 1
    together = np.zeros((count, given.n_segments))
    for i in range(firms.n[0]):
        if firms.row[i].customer >= 0:
            together[buyer[firms.row[i].customer], firms.row[i].segment] += capacity[i]
    return buyer, together


@compiled
def trade(given: Given, park: Park, spending: Any, by_buyer: Any, received: Any) -> None:
    """What cells buy and sell: a reserved order is its buyer's, the rest of a cell's orders go with what is left of demand."""
    n = given.n_segments
    count = np.zeros(n)
    for i in range(park.firms.n[0]):
        count[park.firms.row[i].segment] += 1.0
    for s in range(n):
        cell = park.cells[s]
        cell.placed = cell.inputs = 0.0
        cell.demand = spending[:, s].sum()
        cell.filled = min(received[s], cell.demand)
        cell.unmet = cell.demand - cell.filled
        for b in range(n):
            cell.inputs += count[b] * given.supplied_by[s, b]
    for s in range(n):
        reserved = by_buyer[:, s].sum()
        left = park.cells[s].demand - reserved
        share = max(park.cells[s].filled - reserved, 0.0) / left if left > 0.0 else 0.0
        for b in range(n):
            park.cells[b].placed += by_buyer[b, s] + (spending[b, s] - by_buyer[b, s]) * share
