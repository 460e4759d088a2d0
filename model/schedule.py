"""The schedule: one quarter of the park.  Read it and you know the model.

Demand and the firms that look for a site move outside (outside).  An anchor signs, is built and opens (anchors); its partners
follow, other firms enter where a segment draws them (attraction); staff of firms and labs found firms of their own (spin_off);
buyers order from local suppliers (orders); firms grow on orders and on outside demand as far as people and floor allow (growth);
labs move projects towards use (knowledge); firms close or move away (exit); floor space is added and rent moves (site); money is
counted (accounts).  Then the quarter is settled: deaths first, then births admitted to floor space.

Every column has one owner; a rule before the owner sees last quarter's value, a rule after it this quarter's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wutong.model.compiled import compiled
from wutong.model.given import Given, Levers, Parameters, Record, levers_at, record_at
from wutong.model.maths import exp, log
from wutong.model.recording import record_money, record_stocks
from wutong.model.rules import accounts, anchors, attraction, exit, growth, knowledge, orders, outside, site, spin_off
from wutong.model.settlement import settle
from wutong.model.tables import Park
from wutong.model.units import STEP_YEARS


@compiled
def run(first: int, last: int, given: Given, p: Parameters, levers: Levers, park: Park, record: Record) -> int:
    """Run quarters first to last, after the start (model.start).

    Returns the first quarter that was not run, where a table may soon run out of room.
    """
    for t in range(first, last + 1):
        if is_crowded(park):
            return t
        lever, row = levers_at(levers, t - given.start), record_at(record, t - given.start)
        begin_quarter(t, t - given.start, given.segment, park)
        outside.move(t, given, p.outside[0], park)
        anchors.advance_anchors(t, given, p.anchors[0], p.newcomers[0], lever, park, row)
        attraction.attract(t, given, p.attraction[0], lever, park, row)
        spin_off.spin_off(t, given, p.spin_off[0], lever, park)
        orders.place_orders(given, p.orders[0], lever.segment.localisable, park)
        growth.grow(t, given, p.growth[0], lever, park, row)
        knowledge.advance_research(t, given, p.knowledge[0], lever, park, row)
        exit.close_firms(t, p.exit[0], lever, park)
        site.build_floor(t, given, p.site[0], lever, park)
        accounts.keep_accounts(t, given, p.newcomers[0], p.levers[0].small_investment, lever, park, row)
        record_money(given, park, row)
        settle(t, given, p.newcomers[0], park, row)
        record_stocks(t, given, park, row)
    return last + 1


@compiled
def begin_quarter(t: int, step: int, segments: Any, park: Park) -> None:
    """Nobody asks to open yet, nobody has left, and output a head has grown since the start."""
    park.world[0].quarter = t
    park.births.n[0] = 0
    park.left.n[0] = 0
    for s in range(len(park.cells)):
        park.cells[s].head = segments[s].productivity * exp(step * STEP_YEARS * log(1.0 + segments[s].productivity_growth))


@compiled
def is_crowded(park: Park) -> bool:
    """Whether more than three quarters of the room of some table is taken."""
    return (
        4 * park.firms.n[0] > 3 * len(park.firms.row)
        or 4 * park.projects.n[0] > 3 * len(park.projects.row)
        or 4 * park.anchors.n[0] > 3 * len(park.anchors.row)
        or 4 * park.partners.n[0] > 3 * len(park.partners.row)
        or 4 * park.research.n[0] > 3 * len(park.research.row)
    )


# ── The open loop ────────────────────────────────────────────────────────────────────────────────────────────────────
def arguments(
    function: Callable[..., Any], t: int, given: Given, p: Parameters, levers: Levers, park: Park, record: Record
) -> Any:
    """What a rule, the settlement or the recording is called with in quarter t, by the names of its parameters.

    So one part of a quarter can be run by itself, as plain Python; ``levers`` and ``record`` are those of the quarter.
    """
    rule = next((rule.name for rule in SCHEDULE if rule.apply is function), "newcomers")
    known = {
        "t": t, "given": given, "p": getattr(p, rule)[0], "newcomers": p.newcomers[0], "levers": levers, "park": park,
        "record": record, "localisable": levers.segment.localisable, "small_investment": p.levers[0].small_investment,
    }  # fmt: skip
    return {name: known[name] for name in inspect.signature(function).parameters}


# ── Who owns what ────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Rule:
    """A rule of the schedule: its parameters, the columns (``table.column``) and tables that it alone writes, and its loop.

    ``admissible``, of shape (n_worlds,), says which sampled parameters may run; the others are drawn again.
    """

    name: str
    parameters: type
    writes: frozenset[str]
    apply: Callable[..., Any]
    admissible: Callable[[Any], Any] | None = None


SCHEDULE: tuple[Rule, ...] = (
    Rule(
        "outside",
        outside.Outside,
        frozenset({"world.swing", *(f"cells.{name}" for name in ("swing", "pool_swing", "drift", "pool"))}),
        outside.move,
    ),
    Rule(
        "anchors",
        anchors.AnchorParameters,
        frozenset({"projects.progress", "projects.started", "projects.fate", "anchors.stage"}),
        anchors.advance_anchors,
    ),
    Rule(
        "attraction",
        attraction.Attraction,
        frozenset({"anchors.pull", "anchors.exposure", "anchors.partners_signed", "partners"}),
        attraction.attract,
        attraction.admissible,
    ),
    Rule("spin_off", spin_off.SpinOff, frozenset({"firms.spin_off_rate", "firms.spin_off_left"}), spin_off.spin_off),
    Rule(
        "orders",
        orders.Orders,
        frozenset(
            {"firms.orders", *(f"cells.{name}" for name in ("purchases", "demand", "filled", "placed", "unmet", "inputs"))}
        ),
        orders.place_orders,
    ),
    Rule(
        "growth",
        growth.Growth,
        frozenset({f"firms.{name}" for name in ("momentum", "outside_demand", "quality", "ramp", "employees", "revenue")}),
        growth.grow,
    ),
    Rule(
        "knowledge", knowledge.Knowledge, frozenset({"cells.knowledge", "labs.maturity", "research"}), knowledge.advance_research
    ),
    Rule("exit", exit.Exit, frozenset({"firms.exit_rate", "firms.life"}), exit.close_firms),
    Rule("site", site.Site, frozenset({"zones.floor", "zones.rent"}), site.build_floor),
    Rule("accounts", accounts.Accounts, frozenset(), accounts.keep_accounts),
)
SHARED = frozenset({"arrivals", "births", "firms.closes"})  # what any rule may add to: the settlement decides
