"""The ledger of one world: every firm that ever operated in it, who brought it, and what became of it.

It is kept by watching a world from outside, quarter by quarter: no draw, no sum and no order of the world depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.model.codes import Stage
from wutong.model.facts import Floats, Ints, Keys, Mask
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.simulate import history_of
from wutong.model.tables import NONE, in_use
from wutong.model.units import NEVER
from wutong.model.world import World, prepare

COLUMNS = ("segment", "zone", "channel", "leads", "anchor", "lab", "generation", "born")  # of the firms, as they opened


@dataclass(frozen=True)
class AnchorLine:
    """An anchor of the world, by its slot."""

    name: int  # of the park's anchors, NONE for one recruited during the run
    segment: int
    signed: int  # quarter, past or planned
    closed: int  # quarter in which it was given up or closed, or NEVER
    stage: Stage  # at the end
    firm: int  # row of the ledger, NONE if it never opened


@dataclass(frozen=True, eq=False)
class Ledger:
    """Every firm that ever operated in a world, in the order in which they opened; those of the start come first.

    Links are rows of this table (``parent``), slots of ``anchors`` (``leads``, ``anchor``) or laboratories of the park (``lab``).

    Attributes
    ----------
    key : of shape (n_firms,)
        Lineage keys.
    segment, zone, channel, leads, anchor, lab, parent, generation, born, ended : of shape (n_firms,)
        ``zone`` counts those of the park, then the projects' own plants; ``leads`` is the anchor that the firm is, ``anchor`` the
        one that brought it; ``ended`` is the quarter at whose end the firm was no longer there, or NEVER.
    staff : of shape (n_quarters + 1, n_firms) [persons]
        At the end of each quarter, 0 while the firm is not there.
    revenue : of shape (n_quarters + 1, n_firms) [亿元/year]
        Over each quarter, as the measure counts it: from the quarter after the opening to that of the end.
    """

    case: Case
    start: int
    anchors: tuple[AnchorLine, ...]
    key: Keys
    segment: Ints
    zone: Ints
    channel: Ints
    leads: Ints
    anchor: Ints
    lab: Ints
    parent: Ints
    generation: Ints
    born: Ints
    ended: Ints
    staff: Floats
    revenue: Floats

    @property
    def n_firms(self) -> int:
        return len(self.key)

    @property
    def end(self) -> int:
        """Last quarter of the ledger."""
        return self.start + len(self.staff) - 1

    def operating(self, quarter: int) -> Mask:
        """Whether each firm is there at the end of a quarter, of shape (n_firms,)."""
        return np.asarray((self.born <= quarter) & (quarter < self.ended))

    def staff_at(self, quarter: int) -> Floats:
        """Staff at the end of a quarter, of shape (n_firms,) [persons]."""
        return np.asarray(self.staff[quarter - self.start])


def ledger_of(case: Case) -> tuple[Ledger, History]:
    """Run a case, and keep the ledger of its world.

    Raises
    ------
    ValueError
        If its scenario or policy says what it may not.
    """
    batch = prepare([case])
    world = World(batch, 0)
    book = Bookkeeper(world)
    while world.quarter < case.scenario.end:
        world.advance(world.quarter + 1)
        book.add()
    return book.ledger(case), history_of(batch, [world.record])


class Bookkeeper:
    """Keeps the ledger of a world from its start on: ``add()`` after every quarter, then ``ledger()``."""

    def __init__(self, world: World) -> None:
        self._world, self._start = world, world.quarter
        self._row: dict[int, int] = {}
        self._columns: dict[str, list[int]] = {name: [] for name in (*COLUMNS, "parent")}
        self._ended: dict[int, int] = {}  # row -> quarter
        self._closed: dict[int, int] = {}  # slot of an anchor -> quarter
        self._staff: list[tuple[Ints, Floats]] = []
        self._revenue: list[tuple[Ints, Floats]] = []
        firms = in_use(world.park.firms)
        self._enter(firms, {})
        self._revenue.append(self._column(firms, "revenue"))

    def add(self) -> None:
        """Enter what opened and strike out what closed in the quarter that was run last."""
        quarter, park = self._world.quarter, self._world.park
        firms, left, births = in_use(park.firms), in_use(park.left), in_use(park.births)
        self._ended |= dict.fromkeys((self._row[key] for key in left.key.tolist()), quarter)
        self._revenue.append(self._column(np.concatenate([firms[firms.born < quarter], left]), "revenue"))
        founded = births[births.parent != NONE]
        self._enter(firms, dict(zip(founded.key.tolist(), self._here[founded.parent].tolist(), strict=True)))
        for slot in np.flatnonzero(in_use(park.anchors).stage == Stage.CLOSED).tolist():
            self._closed.setdefault(slot, quarter)

    def ledger(self, case: Case) -> Ledger:
        """Everything entered so far, as new read-only arrays."""
        columns = {name: np.array(values, np.int64) for name, values in self._columns.items()}
        ended = np.full(len(self._row), NEVER)
        ended[list(self._ended)] = list(self._ended.values())
        tables = {
            "key": np.array(list(self._row), np.uint64), **columns, "ended": ended,
            "staff": self._spread(self._staff), "revenue": self._spread(self._revenue),
        }  # fmt: skip
        for table in tables.values():
            table.flags.writeable = False
        return Ledger(case, self._start, self._anchors(columns["leads"]), **tables)

    def _enter(self, firms: Any, parents: dict[int, int]) -> None:
        """Rows for the firms that are not known yet, in the order of their table, and the staff of all."""
        new = firms[[key not in self._row for key in firms["key"].tolist()]]
        keys = new["key"].tolist()
        self._row |= {key: len(self._row) + n for n, key in enumerate(keys)}
        for name in COLUMNS:
            self._columns[name] += new[name].tolist()
        self._columns["parent"] += [parents.get(key, NONE) for key in keys]
        self._staff.append(self._column(firms, "employees"))
        self._here = self._staff[-1][0]  # row of the ledger of every firm, as they stand until the next settlement

    def _column(self, firms: Any, name: str) -> tuple[Ints, Floats]:
        """Rows of the ledger and values of a column of some firms, as a copy."""
        return np.array([self._row[key] for key in firms["key"].tolist()], np.int64), firms[name].copy()

    def _spread(self, books: list[tuple[Ints, Floats]]) -> Floats:
        table = np.zeros((len(books), len(self._row)))
        for line, (row, values) in zip(table, books, strict=True):
            line[row] = values
        return table

    def _anchors(self, leads: Ints) -> tuple[AnchorLine, ...]:
        row = {int(leads[i]): int(i) for i in np.flatnonzero(leads >= 0)}
        return tuple(
            AnchorLine(
                int(anchor.name), int(anchor.segment), int(anchor.signs), self._closed.get(slot, NEVER),
                Stage(int(anchor.stage)), row.get(slot, NONE),
            )
            for slot, anchor in enumerate(in_use(self._world.park.anchors))
        )  # fmt: skip
