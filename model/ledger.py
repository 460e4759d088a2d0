"""The ledger of one world: every firm that ever operated in it, who brought it, and what became of it.

It is kept by watching a run from outside: no draw, no sum and no order of the world depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.model.entities import NONE, Stage
from wutong.model.facts import Floats, Ints, Keys, Mask
from wutong.model.scenario import Case
from wutong.model.settlement import Settled
from wutong.model.state import ParkState
from wutong.model.units import NEVER

COLUMNS = ("segment", "zone", "channel", "leads", "anchor", "lab", "parent", "round", "born")


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
    segment, zone, channel, leads, anchor, lab, parent, round, born, ended : of shape (n_firms,)
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
    round: Ints
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


class Bookkeeper:
    """An observer of a run of one world, which keeps its ledger: ``simulate([case], [bookkeeper])``, then ``ledger()``."""

    def __init__(self) -> None:
        self._row: dict[int, int] = {}
        self._columns: dict[str, list[int]] = {name: [] for name in COLUMNS}
        self._ended: dict[int, int] = {}
        self._closed: dict[int, int] = {}  # slot of an anchor -> quarter
        self._staff: list[tuple[Ints, Floats]] = []
        self._revenue: list[tuple[Ints, Floats]] = []

    def begin(self, state: ParkState) -> None:
        """Enter the firms of the start.

        Raises
        ------
        ValueError
            If the batch has more than one world.
        """
        if state.base.n_worlds != 1:
            raise ValueError(f"a ledger is kept of one world, not of {state.base.n_worlds}")
        self._start = state.quarter
        self._enter(state, {})
        self._count(state, state)

    def add(self, before: ParkState, now: ParkState, settled: Settled) -> None:  # noqa: ARG002 - one signature for all
        """Enter what opened and strike out what closed in a quarter."""
        keys, parents = before.firms.key.tolist(), dict[int, int]()
        waiting = [(w.key, w.parent) for w in before.arrivals] + [(w.key, w.parent) for w in before.openings]
        for key, parent in waiting:
            known = np.flatnonzero(parent >= 0)
            parents |= {int(key[i]): self._row[keys[int(parent[i])]] for i in known}
        self._ended |= {self._row[keys[int(row)]]: now.quarter for row in before.deaths}
        self._enter(now, parents)
        self._count(before, now)
        for slot in np.flatnonzero(now.anchors.stage == Stage.CLOSED).tolist():
            self._closed.setdefault(slot, now.quarter)

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

    def _enter(self, now: ParkState, parents: dict[int, int]) -> None:
        """Rows for the firms that are not known yet, in order of their site."""
        firms, n_zones, n_segments = now.firms, now.base.n_zones, now.base.n_segments
        keys = firms.key.tolist()
        new = np.array([i for i, key in enumerate(keys) if key not in self._row], np.int64)
        self._row |= {keys[i]: len(self._row) + n for n, i in enumerate(new.tolist())}
        site = firms.site[new]
        columns = {
            "segment": site // n_zones % n_segments, "zone": site % n_zones, "leads": now.led_slots(new),
            "parent": np.array([parents.get(keys[i], NONE) for i in new.tolist()], np.int64),
            **{name: getattr(firms, name)[new] for name in ("channel", "anchor", "lab", "round", "born")},
        }  # fmt: skip
        for name, values in columns.items():
            self._columns[name] += values.tolist()
        self._last = now

    def _count(self, before: ParkState, now: ParkState) -> None:
        for books, firms, values in (
            (self._staff, now.firms, now.firms.employees),
            (self._revenue, before.firms, before.firms.revenue),
        ):
            books.append((np.array([self._row[key] for key in firms.key.tolist()], np.int64), values))

    def _spread(self, books: list[tuple[Ints, Floats]]) -> Floats:
        table = np.zeros((len(books), len(self._row)))
        for line, (row, values) in zip(table, books, strict=True):
            line[row] = values
        return table

    def _anchors(self, leads: Ints) -> tuple[AnchorLine, ...]:
        table = self._last.anchors
        row = {int(leads[i]): int(i) for i in np.flatnonzero(leads >= 0)}
        return tuple(
            AnchorLine(
                int(name), int(segment), int(signed), self._closed.get(slot, NEVER), Stage(int(stage)), row.get(slot, NONE)
            )
            for slot, (name, segment, signed, stage) in enumerate(
                zip(table.name, table.segment, table.signs, table.stage, strict=True)
            )
        )
