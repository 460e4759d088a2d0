"""What a rule is and what it may ask for.  Rules return changes; nothing is edited in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from wutong.model.entities import Channel
from wutong.model.facts import Codes, Floats, Ints, Keys, Mask, Slots

P = TypeVar("P")
S = TypeVar("S")


def no_rows(n: int) -> Ints:
    """A link column of shape (n,) that points nowhere."""
    return np.full(n, -1)


@dataclass(frozen=True)
class Births:
    """Firms that ask to open at the end of the quarter, of shape (n_births,).

    ``customer`` and ``parent`` are rows of the firms as they stand before the settlement, or NONE.
    """

    key: Keys
    cell: Ints
    channel: Codes
    leads: Ints
    anchor: Slots
    lab: Slots
    round: Codes
    customer: Ints
    parent: Ints
    own_plant: Mask
    employees: Floats
    quality: Floats
    outside_demand: Floats
    ramp: Floats


@dataclass(frozen=True)
class Arrivals:
    """Newcomers that decide to come this quarter, of shape (n,): the settlement makes entrants or signed projects of them.

    ``customer`` and ``parent`` are rows of the firms as they stand before the settlement, or NONE; ``inherited`` multiplies
    the quality that their key draws.
    """

    key: Keys
    cell: Ints
    channel: Codes
    anchor: Slots
    lab: Slots
    round: Codes
    customer: Ints
    parent: Ints
    inherited: Floats


def arrivals(
    key: Keys,
    cell: Ints,
    channel: Channel,
    anchor: Ints | None = None,
    customer: Ints | None = None,
    lab: Ints | None = None,
) -> Arrivals:
    """Newcomers without a parent firm, brought by the anchors or labs in the given slots (in round 1) or by none."""
    n = len(key)
    none = no_rows(n)
    anchor_slot, lab_slot = ((none if slot is None else slot).astype(np.int16) for slot in (anchor, lab))
    brought = ((anchor_slot >= 0) | (lab_slot >= 0)).astype(np.int8)
    buyer = none if customer is None else customer
    return Arrivals(key, cell, np.full(n, channel, np.int8), anchor_slot, lab_slot, brought, buyer, none, np.ones(n))


@dataclass(frozen=True)
class Change:
    """New values of a rule's own columns at once; arrivals, openings and deaths at the end of the quarter.

    ``flows`` are what the rule counted this quarter, of shape (n_worlds, n_segments) each, for the measures.
    """

    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    tables: Mapping[str, object] = field(default_factory=dict)
    arrivals: tuple[Arrivals, ...] = ()
    openings: tuple[Births, ...] = ()
    deaths: Ints | None = None
    flows: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule(Generic[S, P]):
    """One rule of the schedule.

    ``writes`` names the columns (``table.column``) and whole tables that it owns.  ``admissible``, of shape (n_worlds,),
    says which sampled parameters may run; the others are drawn again.
    """

    name: str
    parameters: type[P]
    writes: frozenset[str]
    apply: Callable[[S, P, Any], Change]
    admissible: Callable[[P], Mask] | None = None
