"""Mesa's face of the park: one world, with agents that Mesa's tools can select, shuffle, collect and draw.

The tables stay the only state.  An agent is a handle (model, lineage key) that reads them; handles are made when somebody
asks and are held by the model for the quarter, so that Mesa's weak references keep them.  They are never registered: Mesa's
own register stays empty, and ``agents`` and ``agents_by_type`` answer for all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.agent import AgentSet

from wutong.model.codes import Channel, Stage
from wutong.model.facts import Floats
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.simulate import history_of
from wutong.model.tables import NONE, in_use
from wutong.model.units import quarter_name
from wutong.model.world import World, prepare


class ParkAgent(mesa.Agent):  # type: ignore[misc]
    """A handle on one row of a table; reading it after its row is gone raises ``LookupError``."""

    table: ClassVar[str]

    def __init__(self, model: IndustrialPark, key: int, row: int) -> None:
        # not Agent.__init__: it would register the handle, and registers grow with every quarter
        self.model = model
        self.unique_id = key
        self.pos = None
        self._seen = (model.world.quarter, row)

    @property
    def row(self) -> int:
        """Row of this agent in its table this quarter.

        Raises
        ------
        LookupError
            If it is not in the park any more.
        """
        if self._seen[0] != self.model.world.quarter:
            found = np.flatnonzero(self.model.rows(self.table)["key"] == np.uint64(self.unique_id))
            if not len(found):
                raise LookupError(f"{type(self).__name__} {self.unique_id} has left the park")
            self._seen = (self.model.world.quarter, int(found[0]))
        return self._seen[1]

    def value(self, column: str) -> float:
        """Value of a column of its table."""
        return float(self.model.rows(self.table)[column][self.row])

    @property
    def segment(self) -> str:
        """Key of the segment in which it works."""
        return self._segment_key(int(self.value("segment")))

    def _segment_key(self, index: int) -> str:
        return self.model.case.scenario.park.segments[index].key


class Supplier(ParkAgent):
    """An operating firm that is not an anchor."""

    table = "firms"

    @property
    def employees(self) -> float:
        return self.value("employees")

    @property
    def revenue(self) -> float:
        """Revenue [亿元/year]."""
        return self.value("revenue")

    @property
    def orders(self) -> float:
        """Orders from local buyers [亿元/year]."""
        return self.value("orders")

    @property
    def channel(self) -> Channel:
        return Channel(int(self.value("channel")))


class AnchorFirm(ParkAgent):
    """An anchor in any stage; before it opens it has no employees and no revenue."""

    table = "anchors"

    @property
    def name(self) -> str | None:
        """Key of a named anchor of the park file; None if it was recruited during the run."""
        index = int(self.value("name"))
        return None if index < 0 else self.model.case.scenario.park.anchors[index].key

    @property
    def stage(self) -> Stage:
        return Stage(int(self.value("stage")))

    @property
    def partners_signed(self) -> int:
        return int(self.value("partners_signed"))

    @property
    def employees(self) -> float:
        return self._of_firm("employees")

    @property
    def revenue(self) -> float:
        """Revenue [亿元/year]."""
        return self._of_firm("revenue")

    def _of_firm(self, column: str) -> float:
        firm = int(self.value("firm"))
        return float(self.model.rows("firms")[column][firm]) if firm >= 0 else 0.0


class ResearchLab(ParkAgent):
    """A research lab: open, still to open, or closed."""

    table = "labs"

    @property
    def segment(self) -> str:
        """Key of its main field."""
        return self._segment_key(int(self.model.world.given.lab_fields[self.row].argmax()))

    @property
    def name(self) -> str:
        """Key of the lab in the park file."""
        return self.model.case.scenario.park.labs[self.row].key

    @property
    def is_open(self) -> bool:
        return self.value("opens") <= self.model.world.quarter < self.value("closes")

    @property
    def projects(self) -> tuple[int, int, int, int]:
        """Research projects in its four stages."""
        research = self.model.rows("research")
        first, second, third, fourth = np.bincount(research["stage"][research["lab"] == self.row], minlength=4)
        return int(first), int(second), int(third), int(fourth)


AGENT_TYPES: tuple[type[ParkAgent], ...] = (AnchorFirm, Supplier, ResearchLab)


class IndustrialPark(mesa.Model):  # type: ignore[misc]
    """One case as a Mesa model: ``step()`` runs a quarter with the same rules and the same numbers as ``simulate``.

    Parameters
    ----------
    case
        Scenario, policy, replication and seed.  Mesa's own generators get the seed too, but the park never reads them.

    Attributes
    ----------
    world
        The world behind it, with its tables and what it has recorded.
    """

    def __init__(self, case: Case) -> None:
        super().__init__(rng=case.seed)
        self.case = case
        self._batch = prepare((case,))
        self.world = World(self._batch, 0)
        self._handles: dict[type[ParkAgent], list[ParkAgent]] = {}
        self._sets: dict[type[ParkAgent], Any] = {}

    @property
    def quarter(self) -> str:
        """Name of the quarter that has just ended."""
        return quarter_name(self.world.quarter)

    def step(self) -> None:
        """Run one quarter; after the scenario's last one ``running`` is False.

        Raises
        ------
        RuntimeError
            If the scenario's last quarter has been run already.
        """
        if self.world.quarter >= self.case.scenario.end:
            raise RuntimeError(f"the scenario ends with {quarter_name(self.case.scenario.end)}")
        self.world.advance(self.world.quarter + 1)
        self._handles, self._sets = {}, {}
        self.running = self.world.quarter < self.case.scenario.end

    def rows(self, table: str) -> Any:
        """Records of a table of the world as it stands, of shape (n_rows,): to read until the next step, not to write."""
        view = in_use(getattr(self.world.park, table)).view()
        view.flags.writeable = False
        return view

    def measure(self, name: str, members: Sequence[str] | None = None) -> float:
        """Value of a measure at the quarter's end, summed over members of its axis (all if None)."""
        return float(self.history().total(name, members)[self.world.quarter - self._batch.base.start, 0])

    def history(self) -> History:
        """What has been recorded so far; quarters to come are zero."""
        history, n_run = history_of(self._batch, [self.world.record]), self.world.quarter - self._batch.base.start + 1
        values = {name: until(n_run, value) for name, value in history.values.items()}
        return dataclasses.replace(history, values=values)

    @property
    def agents(self) -> Any:
        """All agents of this quarter as a Mesa ``AgentSet``."""
        return AgentSet([a for kind in AGENT_TYPES for a in self._made(kind)], random=self.random)

    @property
    def agents_by_type(self) -> dict[type[ParkAgent], Any]:
        """Agents of this quarter by type, each a Mesa ``AgentSet``."""
        for kind in AGENT_TYPES:
            if kind not in self._sets:
                self._sets[kind] = AgentSet(self._made(kind), random=self.random)
        return dict(self._sets)

    @property
    def agent_types(self) -> list[type]:
        return list(AGENT_TYPES)

    def _made(self, kind: type[ParkAgent]) -> list[ParkAgent]:
        if kind not in self._handles:
            rows = self.rows(kind.table)
            held = np.flatnonzero(rows["leads"] == NONE) if kind is Supplier else np.arange(len(rows))
            keys = rows["key"][held].tolist()
            self._handles[kind] = [kind(self, key, row) for key, row in zip(keys, held.tolist(), strict=True)]
        return self._handles[kind]


def until(n_rows: int, value: Floats) -> Floats:
    """The first rows of a measure, then zeros, read-only: lever costs and totals since the launch do not end by themselves."""
    out = value.copy()
    out[n_rows:] = 0.0
    out.flags.writeable = False
    return out
