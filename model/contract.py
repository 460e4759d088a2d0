"""What a rule is and what it may ask for.  Rules return changes; nothing is edited in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.entities import Anchors, Partners, Projects
from model.facts import Codes, Floats, Ints, Keys, Mask

P = TypeVar("P")
S = TypeVar("S")


@dataclass(frozen=True)
class Births:
    """Firms that ask to open at the end of the quarter, of shape (n_births,).

    ``customer`` and ``parent`` are rows of the firms as they stand before the settlement, or NONE.
    """

    key: Keys
    cell: Ints
    channel: Codes
    leads: Ints
    anchor: Ints
    round: Codes
    customer: Ints
    parent: Ints
    own_plant: Mask
    employees: Floats
    quality: Floats
    outside_demand: Floats
    ramp: Floats


@dataclass(frozen=True)
class Recruits:
    """Anchors that sign for the first time, their partners and their projects (whose ``leads`` is already the new slot)."""

    anchors: Anchors
    partners: Partners


@dataclass(frozen=True)
class Change:
    """New values of a rule's own columns at once; births, signings, recruits and deaths at the end of the quarter.

    ``flows`` are what the rule counted this quarter, of shape (n_worlds, n_segments) each, for the measures.
    """

    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    tables: Mapping[str, object] = field(default_factory=dict)
    births: tuple[Births, ...] = ()
    signings: tuple[Projects, ...] = ()
    recruits: tuple[Recruits, ...] = ()
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


def no_rows(n: int) -> Ints:
    """A link column of shape (n,) that points nowhere."""
    return np.full(n, -1)
