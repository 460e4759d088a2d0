"""What each world of finished runs drew, read back from its cases: nothing is run, and the values are the model's own bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.model.assumptions import Parameters, sample, world_keys
from wutong.model.base import Base
from wutong.model.facts import Floats
from wutong.model.ratios import ratio
from wutong.model.scenario import Case
from wutong.model.start.drawn import compile_base
from wutong.model.start.totals import Totals


@dataclass(frozen=True)
class Drawn:
    """The draws of some worlds, in the order of the cases."""

    cases: tuple[Case, ...]
    parameters: Parameters
    base: Base
    totals: Totals

    def parameter(self, name: str) -> Floats:
        """A rule parameter such as ``growth.people``, of shape (n_worlds,) [its declared unit].

        Raises
        ------
        KeyError
            If there is no such parameter.
        """
        owner, _, field = name.partition(".")
        if owner not in self.parameters or not hasattr(self.parameters[owner], field):
            raise KeyError(f"no parameter is named {name}")
        return np.broadcast_to(getattr(self.parameters[owner], field)[:, 0], len(self.cases)).copy()

    def entry(self, segments: Sequence[str]) -> Floats:
        """Entrants a year at the start in some segments together, of shape (n_worlds,) [firms/year]."""
        return np.asarray(self.base.entry[:, self._columns(segments)].sum(axis=1))

    def revenue_per_head(self, segments: Sequence[str]) -> Floats:
        """Revenue per head at the start over some segments together, of shape (n_worlds,) [亿元/year]; NaN without staff."""
        chosen = self._columns(segments)
        staff = self.totals.staff[:, chosen]
        return ratio((staff * self.totals.per_head[:, chosen]).sum(axis=1), staff.sum(axis=1))

    def growth(self, segments: Sequence[str]) -> Floats:
        """Growth of outside demand, averaged over some segments by their staff, of shape (n_worlds,) [1/year]."""
        chosen = self._columns(segments)
        staff = self.totals.staff[:, chosen]
        return ratio((staff * self.base.growth[:, chosen]).sum(axis=1), staff.sum(axis=1))

    def _columns(self, segments: Sequence[str]) -> list[int]:
        names = [s.key for s in self.cases[0].scenario.park.segments]
        return [names.index(s) for s in segments]


def drawn(cases: Sequence[Case]) -> Drawn:
    """What the worlds of some cases drew, all of one park structure; the start itself is not built.

    Raises
    ------
    ValueError
        As the model does when it draws.
    """
    keys = world_keys(cases)
    parameters = sample(cases, keys)
    base, totals = compile_base([case.scenario for case in cases], keys, parameters)
    return Drawn(tuple(cases), parameters, base, totals)
