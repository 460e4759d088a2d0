"""What a calibration is made of: parameters, the figures that tell of them, and how a world says those figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wutong.model.facts import Floats, Label
from wutong.model.scenario import Case


@dataclass(frozen=True)
class Figure:
    """A figure seen, in the unit of ``unit``, and the sd of the logarithm of its error."""

    key: str
    label: Label
    unit: str
    seen: float
    spread: float
    source: str


@dataclass(frozen=True)
class Calibration:
    """Parameters of rules, and what tells of them.

    Attributes
    ----------
    names : full names of the parameters, drawn from their declared ranges
    scenario : in which the worlds run; what it sets itself stays so in them
    say : what worlds say of the figures, of shape (n_cases, n_figures), given cases, the parameters that each draws, of shape
        (n_cases, n_names), for figures that need one beside the run, and how many threads may run
    n : worlds from which the shipped draws were made
    """

    key: str
    label: Label
    names: tuple[str, ...]
    scenario: str
    figures: tuple[Figure, ...]
    say: Callable[[Sequence[Case], Floats, int], Floats]
    n: int
    note: Label

    @cached_property
    def seen(self) -> Floats:
        return np.array([figure.seen for figure in self.figures])

    @cached_property
    def spread(self) -> Floats:
        return np.array([figure.spread for figure in self.figures])

    def place(self, name: str) -> int:
        """Column of a parameter."""
        return self.names.index(name)
